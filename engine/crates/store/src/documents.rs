//! Writing documents: as a whole, or a part of one.

use serde_json::{Value, json};
use std::sync::Arc;
use windlass_ports::journal::JournalError;
use windlass_ports::records::{
    Change, ChangeKind, ChangeRefused, Document, DocumentChange, Made, ObjectText, ResourceKey,
    ResourceVersion,
};

use crate::append::next;
use crate::database::{Connection, Row, Value as Bound, values};
use crate::read::json as parse;
use crate::store::unavailable;

/// Makes a change. What it came to is added to `made`; the version that the document has now is returned, 0 if it is not
/// there.
pub(crate) async fn change(
    connection: &mut Connection,
    change: &DocumentChange,
    made: &mut Vec<Change>,
) -> Result<i64, JournalError> {
    let key = change.key();
    let found = read(connection, key).await?;
    let unchanged = found.as_ref().map_or(0, |found| found.version.0);
    let document = match change.make(found.as_ref())? {
        Made::Nothing => return Ok(unchanged),
        Made::Deleted => {
            if let Some(found) = found {
                made.push(delete(connection, found).await?);
            }
            return Ok(0);
        }
        Made::Document(document) => document,
    };
    if let Some((pointer, text)) = change.unique()
        && let Some(other) = holder(connection, key, pointer, text).await?
    {
        return Err(ChangeRefused::Taken(other).into());
    }
    let kind = if found.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
    let document = put(connection, key, document).await?;
    let version = document.version.0;
    made.push(Change { kind, document });
    Ok(version)
}

/// Writes a whole document.
async fn put(
    connection: &mut Connection,
    key: &ResourceKey,
    mut document: ObjectText<'_>,
) -> Result<Document, JournalError> {
    let version = next(connection, key.tenant.as_str(), "resource_version").await?;
    document.set_version(ResourceVersion(version));
    let text = document.to_string();
    let upsert = "INSERT INTO documents (tenant, kind, namespace, name, resource_version, document) \
                  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, kind, namespace, name) \
                  DO UPDATE SET resource_version = $5, document = $6";
    let [tenant, kind, namespace, name] = columns(key);
    let values = values![tenant, kind, namespace, name, version, &text];
    connection.execute(upsert, values).await.map_err(|e| unavailable(&e))?;
    Ok(Document { key: key.clone(), version: ResourceVersion(version), text: text.into() })
}

async fn delete(connection: &mut Connection, found: Document) -> Result<Change, JournalError> {
    let key = &found.key;
    let version = next(connection, key.tenant.as_str(), "resource_version").await?;
    let delete = "DELETE FROM documents WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name = $4";
    let values = columns(key).map(Bound::Text);
    connection.execute(delete, &values).await.map_err(|e| unavailable(&e))?;
    let mut document = parse(&found.text)?;
    if let Some(member) = document.pointer_mut("/metadata/resourceVersion") {
        *member = json!(version.to_string());
    }
    let document =
        Document { version: ResourceVersion(version), text: Arc::from(document.to_string()), ..found };
    Ok(Change { kind: ChangeKind::Deleted, document })
}

/// Another document of the same kind and namespace that has the text at a place.
async fn holder(
    connection: &mut Connection,
    key: &ResourceKey,
    pointer: &str,
    text: &str,
) -> Result<Option<String>, JournalError> {
    let select = "SELECT name, document FROM documents \
                  WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name <> $4";
    let values = columns(key).map(Bound::Text);
    let rows = connection.all(select, &values).await.map_err(|e| unavailable(&e))?;
    for row in rows {
        if parse(row.str(1))?.pointer(pointer).and_then(Value::as_str) == Some(text) {
            return Ok(Some(row.text(0)));
        }
    }
    Ok(None)
}

async fn read(connection: &mut Connection, key: &ResourceKey) -> Result<Option<Document>, JournalError> {
    let values = columns(key).map(Bound::Text);
    let row = connection.optional(SELECT, &values).await.map_err(|e| unavailable(&e))?;
    Ok(row.map(|row| document(key, &row)))
}

/// One document: its version and its text.
pub(crate) const SELECT: &str = "SELECT resource_version, document FROM documents \
                                 WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name = $4";

/// The document of a row of that.
pub(crate) fn document(key: &ResourceKey, row: &Row) -> Document {
    Document { key: key.clone(), version: ResourceVersion(row.number(0)), text: Arc::from(row.str(1)) }
}

/// The four columns that name a document.
pub(crate) fn columns(key: &ResourceKey) -> [&str; 4] {
    [key.tenant.as_str(), &key.kind, key.namespace.as_str(), &key.name]
}
