//! Writing documents: as a whole, or a part of one.

use serde_json::{Map, Value, json};
use sqlx::{Row as _, SqliteConnection};
use std::sync::Arc;
use windlass_ports::journal::JournalError;
use windlass_ports::records::{
    Change, ChangeKind, ChangeRefused, Document, DocumentChange, Expect, Member, ResourceKey, ResourceVersion,
};

use crate::append::next;
use crate::read::json as parse;
use crate::store::unavailable;

/// The version of documents that begin with a change of a part.
const DOCUMENT_VERSION: u32 = 1;

/// Makes a change. What it came to is added to `made`; the version that the document has now is returned, 0 if it is not
/// there.
pub(crate) async fn change(
    connection: &mut SqliteConnection,
    change: &DocumentChange,
    made: &mut Vec<Change>,
) -> Result<i64, JournalError> {
    let (DocumentChange::Put { key, .. }
    | DocumentChange::Delete { key, .. }
    | DocumentChange::SetMembers { key, .. }
    | DocumentChange::Merge { key, .. }
    | DocumentChange::SetUnique { key, .. }) = change;
    let found = read(connection, key).await?;
    let unchanged = found.as_ref().map_or(0, |found| found.version.0);
    let document = match change {
        DocumentChange::Put { expect, document, .. } => {
            check(found.as_ref(), *expect)?;
            document.clone()
        }
        DocumentChange::Delete { expect, .. } => {
            check(found.as_ref(), *expect)?;
            let Some(found) = found else { return Ok(0) };
            made.push(delete(connection, found).await?);
            return Ok(0);
        }
        DocumentChange::SetMembers { members, .. } => {
            let Some(found) = &found else { return Ok(0) };
            let mut document = parse(&found.text)?;
            let mut is_changed = false;
            for Member { path, value } in members {
                is_changed |= set_member(&mut document, path, value.as_ref());
            }
            if !is_changed {
                return Ok(unchanged);
            }
            document
        }
        DocumentChange::Merge { into, entries, .. } => {
            let mut document = match &found {
                Some(found) => parse(&found.text)?,
                None => json!({ "v": DOCUMENT_VERSION }),
            };
            merge(&mut document[*into], entries);
            document
        }
        DocumentChange::SetUnique { members, text, .. } => {
            let mut document = parse(&found.as_ref().ok_or(ChangeRefused::NotFound)?.text)?;
            if let Some(first) = members.first()
                && let Some(other) = holder(connection, key, first, text).await?
            {
                return Err(ChangeRefused::Taken(other).into());
            }
            for member in *members {
                if let Some(value) = document.pointer_mut(member) {
                    *value = json!(text);
                }
            }
            document
        }
    };
    let kind = if found.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
    let document = put(connection, key, document).await?;
    let version = document.version.0;
    made.push(Change { kind, document });
    Ok(version)
}

fn check(found: Option<&Document>, expect: Expect) -> Result<(), ChangeRefused> {
    match (expect, found) {
        (Expect::Anything, _) | (Expect::Absent, None) | (Expect::Present, Some(_)) => Ok(()),
        (Expect::Absent, Some(_)) => Err(ChangeRefused::Exists),
        (Expect::Present | Expect::Version(_), None) => Err(ChangeRefused::NotFound),
        (Expect::Version(version), Some(found)) if found.version == version => Ok(()),
        (Expect::Version(_), Some(_)) => Err(ChangeRefused::Stale),
    }
}

/// Writes a whole document.
async fn put(
    connection: &mut SqliteConnection,
    key: &ResourceKey,
    mut document: Value,
) -> Result<Document, JournalError> {
    let version = next(connection, key.tenant.as_str(), "resource_version").await?;
    // What has no kind is a record of our own, whose metadata is not that of an object.
    if document.get("kind").is_some()
        && let Some(metadata) = document.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("resourceVersion".to_owned(), json!(version.to_string()));
    }
    let text = document.to_string();
    sqlx::query(
        "INSERT INTO documents (tenant, kind, namespace, name, resource_version, document) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, kind, namespace, name) \
         DO UPDATE SET resource_version = $5, document = $6",
    )
    .bind(key.tenant.as_str())
    .bind(&key.kind)
    .bind(key.namespace.as_str())
    .bind(&key.name)
    .bind(version)
    .bind(&text)
    .execute(connection)
    .await
    .map_err(|e| unavailable(&e))?;
    Ok(Document { key: key.clone(), version: ResourceVersion(version), text: text.into() })
}

async fn delete(connection: &mut SqliteConnection, found: Document) -> Result<Change, JournalError> {
    let key = &found.key;
    let version = next(connection, key.tenant.as_str(), "resource_version").await?;
    sqlx::query("DELETE FROM documents WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name = $4")
        .bind(key.tenant.as_str())
        .bind(&key.kind)
        .bind(key.namespace.as_str())
        .bind(&key.name)
        .execute(connection)
        .await
        .map_err(|e| unavailable(&e))?;
    let mut document = parse(&found.text)?;
    if let Some(member) = document.pointer_mut("/metadata/resourceVersion") {
        *member = json!(version.to_string());
    }
    let document =
        Document { version: ResourceVersion(version), text: Arc::from(document.to_string()), ..found };
    Ok(Change { kind: ChangeKind::Deleted, document })
}

/// Sets a member, or takes it out; whether that changed anything.
fn set_member(document: &mut Value, path: &[String], value: Option<&Value>) -> bool {
    let Some((last, way)) = path.split_last() else { return false };
    let mut at = document;
    for name in way {
        if value.is_none() && at.get(name).is_none() {
            return false;
        }
        if !at[name].is_object() {
            at[name] = json!({});
        }
        at = &mut at[name];
    }
    let Some(members) = at.as_object_mut() else { return false };
    match value {
        Some(value) if members.get(last) == Some(value) => false,
        Some(value) => {
            members.insert(last.clone(), value.clone());
            true
        }
        None => members.shift_remove(last).is_some(),
    }
}

fn merge(into: &mut Value, entries: &Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(object) = into.as_object_mut() {
        object.extend(entries.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Another document of the same kind and namespace that has the text at a place.
async fn holder(
    connection: &mut SqliteConnection,
    key: &ResourceKey,
    pointer: &str,
    text: &str,
) -> Result<Option<String>, JournalError> {
    let rows = sqlx::query(
        "SELECT name, document FROM documents WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name <> $4",
    )
    .bind(key.tenant.as_str())
    .bind(&key.kind)
    .bind(key.namespace.as_str())
    .bind(&key.name)
    .fetch_all(connection)
    .await
    .map_err(|e| unavailable(&e))?;
    for row in rows {
        if parse(row.get(1))?.pointer(pointer).and_then(Value::as_str) == Some(text) {
            return Ok(Some(row.get(0)));
        }
    }
    Ok(None)
}

async fn read(
    connection: &mut SqliteConnection,
    key: &ResourceKey,
) -> Result<Option<Document>, JournalError> {
    let row = sqlx::query(
        "SELECT resource_version, document FROM documents \
         WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name = $4",
    )
    .bind(key.tenant.as_str())
    .bind(&key.kind)
    .bind(key.namespace.as_str())
    .bind(&key.name)
    .fetch_optional(connection)
    .await
    .map_err(|e| unavailable(&e))?;
    Ok(row.map(|row| Document {
        key: key.clone(),
        version: ResourceVersion(row.get(0)),
        text: Arc::from(row.get::<String, _>(1)),
    }))
}
