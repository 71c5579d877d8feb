//! Resources and the logs of attempts.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{Namespace, PromotionUid, TenantId};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{
    AttemptLogs, Document, DocumentChange, Listing, LogKey, ResourceKey, ResourceVersion, Resources, Watch,
    WatchExpired,
};

use crate::blobs::Blobs;
use crate::database::{Connection, Row, Value, values};
use crate::documents::{SELECT, columns, document};
use crate::store::{Store, blob_unavailable, unavailable};
use crate::writer::{Change, Written};

/// What is written about the log of an attempt.
pub(crate) enum LogRecord {
    Keep { key: LogKey, lines: String },
    Forget { tenant: TenantId, promotion: PromotionUid },
}

pub(crate) async fn write(connection: &mut Connection, blobs: &Blobs, record: &LogRecord) -> Written {
    match record {
        LogRecord::Keep { key, lines } => {
            let place = blobs.keep(lines.clone()).map_err(|e| blob_unavailable(&e))?;
            let (body, blob) = place.columns();
            let upsert = "INSERT INTO attempt_logs (tenant, promotion, step, attempt, body, blob) \
                          VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, promotion, step, attempt) \
                          DO UPDATE SET body = $5, blob = $6";
            let (promotion, attempt) = (key.promotion.to_string(), i64::from(key.attempt.0));
            let values = values![key.tenant.as_str(), &promotion, key.step.as_str(), attempt, body, blob];
            connection.execute(upsert, values).await
        }
        LogRecord::Forget { tenant, promotion } => {
            let delete = "DELETE FROM attempt_logs WHERE tenant = $1 AND promotion = $2";
            connection.execute(delete, values![tenant.as_str(), &promotion.to_string()]).await
        }
    }
    .map(|()| 0)
    .map_err(|e| unavailable(&e))
}

/// A list, and the row that tells its version: that has no document, and comes in the same answer, so that the version
/// belongs to the documents.
const LIST: &str = "SELECT '', '', value, NULL FROM counters WHERE tenant = $1 AND name = 'resource_version' \
                    UNION ALL SELECT namespace, name, resource_version, document FROM documents \
                    WHERE tenant = $1 AND kind = $2";

/// The same of one namespace.
const LIST_OF_NAMESPACE: &str = "SELECT '', '', value, NULL FROM counters WHERE tenant = $1 AND name = 'resource_version' \
     UNION ALL SELECT namespace, name, resource_version, document FROM documents \
     WHERE tenant = $1 AND kind = $2 AND namespace = $3";

#[async_trait]
impl Resources for Store {
    async fn write(&self, changes: Vec<DocumentChange>) -> Result<Vec<ResourceVersion>, JournalError> {
        let versions = self.change_all(Change::Documents(changes)).await?;
        Ok(versions.into_iter().map(ResourceVersion).collect())
    }

    async fn get(&self, key: &ResourceKey) -> Result<Option<Document>, JournalError> {
        let values = columns(key).map(Value::Text);
        let row = self.readers.optional(SELECT, &values).await.map_err(|e| unavailable(&e))?;
        Ok(row.map(|row| document(key, &row)))
    }

    async fn list(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: Option<&Namespace>,
    ) -> Result<Listing, JournalError> {
        let rows = match namespace {
            Some(namespace) => {
                let values = values![tenant.as_str(), kind, namespace.as_str()];
                self.readers.all(LIST_OF_NAMESPACE, values).await
            }
            None => self.readers.all(LIST, values![tenant.as_str(), kind]).await,
        };
        let mut version = 0;
        let mut documents = Vec::new();
        for row in rows.map_err(|e| unavailable(&e))? {
            match row.optional_text(3) {
                None => version = row.number(2),
                Some(text) => documents.push(listed(tenant, kind, &row, &text)?),
            }
        }
        // Databases have orders of their own for texts.
        documents.sort_by(|a: &Document, b: &Document| a.key.cmp(&b.key));
        Ok(Listing { version: ResourceVersion(version), documents })
    }

    async fn names(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: &Namespace,
    ) -> Result<Vec<String>, JournalError> {
        let select = "SELECT name FROM documents WHERE tenant = $1 AND kind = $2 AND namespace = $3";
        let values = values![tenant.as_str(), kind, namespace.as_str()];
        let rows = self.readers.all(select, values).await.map_err(|e| unavailable(&e))?;
        let mut names: Vec<String> = rows.iter().map(|row| row.text(0)).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn watch(&self, tenant: &TenantId, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired> {
        self.changes.watch(tenant, after)
    }
}

fn listed(tenant: &TenantId, kind: &str, row: &Row, text: &str) -> Result<Document, JournalError> {
    let namespace = Namespace::new(row.text(0))
        .map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))?;
    let key = ResourceKey { tenant: tenant.clone(), kind: kind.to_owned(), namespace, name: row.text(1) };
    Ok(Document { key, version: ResourceVersion(row.number(2)), text: Arc::from(text) })
}

#[async_trait]
impl AttemptLogs for Store {
    async fn write_log(&self, key: &LogKey, lines: &[LogLine]) -> Result<(), JournalError> {
        let lines = serde_json::to_string(lines)
            .map_err(|e| JournalError::Unavailable(format!("a log cannot be written: {e}")))?;
        self.change(Change::Log(LogRecord::Keep { key: key.clone(), lines })).await.map(|_| ())
    }

    async fn read_log(&self, key: &LogKey) -> Result<Vec<LogLine>, JournalError> {
        let select = "SELECT body, blob FROM attempt_logs \
                      WHERE tenant = $1 AND promotion = $2 AND step = $3 AND attempt = $4";
        let (promotion, attempt) = (key.promotion.to_string(), i64::from(key.attempt.0));
        let values = values![key.tenant.as_str(), &promotion, key.step.as_str(), attempt];
        let row = self.readers.optional(select, values).await.map_err(|e| unavailable(&e))?;
        let Some(row) = row else { return Ok(Vec::new()) };
        let text =
            self.blobs.read(row.optional_text(0), row.optional_text(1)).map_err(|e| blob_unavailable(&e))?;
        serde_json::from_str(&text).map_err(|e| JournalError::Unavailable(format!("a log is damaged: {e}")))
    }

    async fn forget_logs(&self, tenant: &TenantId, promotion: PromotionUid) -> Result<(), JournalError> {
        let record = LogRecord::Forget { tenant: tenant.clone(), promotion };
        self.change(Change::Log(record)).await.map(|_| ())
    }
}
