//! Writing documents: as a whole, or a part in the transaction of an append.

use serde_json::{Map, Value, json};
use sqlx::{Row as _, SqliteConnection};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{ChangeRefused, DocumentChange, ResourceKey};

use crate::append::next;
use crate::read::json as parse;
use crate::store::unavailable;
use crate::writer::Written;

/// The version of documents that begin with a change of a part.
const DOCUMENT_VERSION: u32 = 1;

/// Writes a whole document; its new resource version.
pub(crate) async fn put(connection: &mut SqliteConnection, key: &ResourceKey, document: &str) -> Written {
    let version = next(connection, key.tenant.as_str(), "resource_version").await?;
    sqlx::query(
        "INSERT INTO resources (tenant, project, kind, name, resource_version, document) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, project, kind, name) \
         DO UPDATE SET resource_version = $5, document = $6",
    )
    .bind(key.tenant.as_str())
    .bind(key.project.as_str())
    .bind(&key.kind)
    .bind(&key.name)
    .bind(version)
    .bind(document)
    .execute(connection)
    .await
    .map(|_| version)
    .map_err(|e| unavailable(&e))
}

/// Changes a part of a document.
pub(crate) async fn change(
    connection: &mut SqliteConnection,
    change: &DocumentChange,
) -> Result<(), JournalError> {
    match change {
        DocumentChange::Merge { key, into, entries } => {
            let document = read(connection, key).await?;
            let mut document = document.unwrap_or_else(|| json!({ "v": DOCUMENT_VERSION }));
            merge(&mut document[*into], entries);
            put(connection, key, &document.to_string()).await?;
        }
        DocumentChange::SetUnique { key, members, text } => {
            let mut document = read(connection, key).await?.ok_or(ChangeRefused::NotFound)?;
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
            put(connection, key, &document.to_string()).await?;
        }
    }
    Ok(())
}

fn merge(into: &mut Value, entries: &Map<String, Value>) {
    if !into.is_object() {
        *into = json!({});
    }
    if let Some(object) = into.as_object_mut() {
        object.extend(entries.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Another document of the same kind that has the text at a place.
async fn holder(
    connection: &mut SqliteConnection,
    key: &ResourceKey,
    pointer: &str,
    text: &str,
) -> Result<Option<String>, JournalError> {
    let rows = sqlx::query(
        "SELECT name, document FROM resources WHERE tenant = $1 AND project = $2 AND kind = $3 AND name <> $4",
    )
    .bind(key.tenant.as_str())
    .bind(key.project.as_str())
    .bind(&key.kind)
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

async fn read(connection: &mut SqliteConnection, key: &ResourceKey) -> Result<Option<Value>, JournalError> {
    sqlx::query(
        "SELECT document FROM resources WHERE tenant = $1 AND project = $2 AND kind = $3 AND name = $4",
    )
    .bind(key.tenant.as_str())
    .bind(key.project.as_str())
    .bind(&key.kind)
    .bind(&key.name)
    .fetch_optional(connection)
    .await
    .map_err(|e| unavailable(&e))?
    .map(|row| parse(row.get(0)))
    .transpose()
}
