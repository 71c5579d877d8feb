//! Resources and the logs of attempts.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Row as _, SqliteConnection};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{Namespace, PromotionUid, TenantId};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{
    AttemptLogs, Document, DocumentChange, Listing, LogKey, ResourceKey, ResourceVersion, Resources, Watch,
    WatchExpired,
};

use crate::blobs::Blobs;
use crate::store::{Store, blob_unavailable, unavailable};
use crate::writer::{Change, Written};

/// What is written about the log of an attempt.
pub(crate) enum LogRecord {
    Keep { key: LogKey, lines: String },
    Forget { tenant: TenantId, promotion: PromotionUid },
}

pub(crate) async fn write(connection: &mut SqliteConnection, blobs: &Blobs, record: &LogRecord) -> Written {
    match record {
        LogRecord::Keep { key, lines } => {
            let place = blobs.keep(lines.clone()).map_err(|e| blob_unavailable(&e))?;
            let (body, blob) = place.columns();
            sqlx::query(
                "INSERT INTO attempt_logs (tenant, promotion, step, attempt, body, blob) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, promotion, step, attempt) \
                 DO UPDATE SET body = $5, blob = $6",
            )
            .bind(key.tenant.as_str())
            .bind(key.promotion.to_string())
            .bind(key.step.as_str())
            .bind(i64::from(key.attempt.0))
            .bind(body)
            .bind(blob)
            .execute(connection)
            .await
        }
        LogRecord::Forget { tenant, promotion } => {
            sqlx::query("DELETE FROM attempt_logs WHERE tenant = $1 AND promotion = $2")
                .bind(tenant.as_str())
                .bind(promotion.to_string())
                .execute(connection)
                .await
        }
    }
    .map(|_| 0)
    .map_err(|e| unavailable(&e))
}

#[async_trait]
impl Resources for Store {
    async fn write(&self, changes: Vec<DocumentChange>) -> Result<Vec<ResourceVersion>, JournalError> {
        let versions = self.change_all(Change::Documents(changes)).await?;
        Ok(versions.into_iter().map(ResourceVersion).collect())
    }

    async fn get(&self, key: &ResourceKey) -> Result<Option<Document>, JournalError> {
        let row = sqlx::query(
            "SELECT resource_version, document FROM documents \
             WHERE tenant = $1 AND kind = $2 AND namespace = $3 AND name = $4",
        )
        .bind(key.tenant.as_str())
        .bind(&key.kind)
        .bind(key.namespace.as_str())
        .bind(&key.name)
        .fetch_optional(&self.readers)
        .await
        .map_err(|e| unavailable(&e))?;
        Ok(row.map(|row| Document {
            key: key.clone(),
            version: ResourceVersion(row.get(0)),
            text: Arc::from(row.get::<String, _>(1)),
        }))
    }

    async fn list(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: Option<&Namespace>,
    ) -> Result<Listing, JournalError> {
        let failed = |e: &sqlx::Error| unavailable(e);
        // One transaction: the version belongs to the documents.
        let mut transaction = self.readers.begin().await.map_err(|e| failed(&e))?;
        let version =
            sqlx::query("SELECT value FROM counters WHERE tenant = $1 AND name = 'resource_version'")
                .bind(tenant.as_str())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(|e| failed(&e))?
                .map_or(0, |row| row.get(0));
        let select = "SELECT namespace, name, resource_version, document FROM documents WHERE tenant = $1 AND kind = $2";
        let rows = match namespace {
            Some(namespace) => {
                sqlx::query(sqlx::AssertSqlSafe(format!("{select} AND namespace = $3 ORDER BY name")))
                    .bind(tenant.as_str())
                    .bind(kind)
                    .bind(namespace.as_str())
                    .fetch_all(&mut *transaction)
                    .await
            }
            None => {
                sqlx::query(sqlx::AssertSqlSafe(format!("{select} ORDER BY namespace, name")))
                    .bind(tenant.as_str())
                    .bind(kind)
                    .fetch_all(&mut *transaction)
                    .await
            }
        };
        let rows = rows.map_err(|e| failed(&e))?;
        let document = |row: &sqlx::sqlite::SqliteRow| {
            let namespace = Namespace::new(row.get::<String, _>(0))
                .map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))?;
            let key =
                ResourceKey { tenant: tenant.clone(), kind: kind.to_owned(), namespace, name: row.get(1) };
            let text = Arc::from(row.get::<String, _>(3));
            Ok(Document { key, version: ResourceVersion(row.get(2)), text })
        };
        let documents = rows.iter().map(document).collect::<Result<_, JournalError>>()?;
        Ok(Listing { version: ResourceVersion(version), documents })
    }

    async fn names(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: &Namespace,
    ) -> Result<Vec<String>, JournalError> {
        let rows = sqlx::query(
            "SELECT name FROM documents WHERE tenant = $1 AND kind = $2 AND namespace = $3 ORDER BY name",
        )
        .bind(tenant.as_str())
        .bind(kind)
        .bind(namespace.as_str())
        .fetch_all(&self.readers)
        .await
        .map_err(|e| unavailable(&e))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn watch(&self, tenant: &TenantId, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired> {
        self.changes.watch(tenant, after)
    }
}

#[async_trait]
impl AttemptLogs for Store {
    async fn write_log(&self, key: &LogKey, lines: &[LogLine]) -> Result<(), JournalError> {
        let lines = serde_json::to_string(lines)
            .map_err(|e| JournalError::Unavailable(format!("a log cannot be written: {e}")))?;
        self.change(Change::Log(LogRecord::Keep { key: key.clone(), lines })).await.map(|_| ())
    }

    async fn read_log(&self, key: &LogKey) -> Result<Vec<LogLine>, JournalError> {
        let row = sqlx::query(
            "SELECT body, blob FROM attempt_logs WHERE tenant = $1 AND promotion = $2 AND step = $3 AND attempt = $4",
        )
        .bind(key.tenant.as_str())
        .bind(key.promotion.to_string())
        .bind(key.step.as_str())
        .bind(i64::from(key.attempt.0))
        .fetch_optional(&self.readers)
        .await
        .map_err(|e| unavailable(&e))?;
        let Some(row) = row else { return Ok(Vec::new()) };
        let text = self.blobs.read(row.get(0), row.get(1)).map_err(|e| blob_unavailable(&e))?;
        serde_json::from_str(&text).map_err(|e| JournalError::Unavailable(format!("a log is damaged: {e}")))
    }

    async fn forget_logs(&self, tenant: &TenantId, promotion: PromotionUid) -> Result<(), JournalError> {
        let record = LogRecord::Forget { tenant: tenant.clone(), promotion };
        self.change(Change::Log(record)).await.map(|_| ())
    }
}
