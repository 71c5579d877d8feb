//! Resources and the logs of attempts.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::{Row as _, SqliteConnection};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{ProjectName, TenantId};
use windlass_ports::journal::JournalError;
use windlass_ports::records::{AttemptLogs, LogKey, ResourceKey, Resources};

use crate::blobs::Blobs;
use crate::documents;
use crate::read::json;
use crate::store::{Store, blob_unavailable, unavailable};
use crate::writer::{Change, Written};

/// What is written beside the journal.
pub(crate) enum Record {
    Resource { key: ResourceKey, document: String },
    Log { key: LogKey, lines: String },
}

pub(crate) async fn write(connection: &mut SqliteConnection, blobs: &Blobs, record: &Record) -> Written {
    match record {
        Record::Resource { key, document } => documents::put(connection, key, document).await,
        Record::Log { key, lines } => {
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
            .map(|_| 0)
            .map_err(|e| unavailable(&e))
        }
    }
}

#[async_trait]
impl Resources for Store {
    async fn put(&self, key: &ResourceKey, document: &Value) -> Result<i64, JournalError> {
        let record = Record::Resource { key: key.clone(), document: document.to_string() };
        self.change(Change::Record(record)).await
    }

    async fn get(&self, key: &ResourceKey) -> Result<Option<Value>, JournalError> {
        sqlx::query(
            "SELECT document FROM resources WHERE tenant = $1 AND project = $2 AND kind = $3 AND name = $4",
        )
        .bind(key.tenant.as_str())
        .bind(key.project.as_str())
        .bind(&key.kind)
        .bind(&key.name)
        .fetch_optional(&self.readers)
        .await
        .map_err(|e| unavailable(&e))?
        .map(|row| json(row.get(0)))
        .transpose()
    }

    async fn list(
        &self,
        tenant: &TenantId,
        project: &ProjectName,
        kind: &str,
    ) -> Result<Vec<(String, Value)>, JournalError> {
        let rows = sqlx::query(
            "SELECT name, document FROM resources WHERE tenant = $1 AND project = $2 AND kind = $3 ORDER BY name",
        )
        .bind(tenant.as_str())
        .bind(project.as_str())
        .bind(kind)
        .fetch_all(&self.readers)
        .await
        .map_err(|e| unavailable(&e))?;
        rows.into_iter().map(|row| Ok((row.get(0), json(row.get(1))?))).collect()
    }
}

#[async_trait]
impl AttemptLogs for Store {
    async fn write_log(&self, key: &LogKey, lines: &[LogLine]) -> Result<(), JournalError> {
        let lines = serde_json::to_string(lines)
            .map_err(|e| JournalError::Unavailable(format!("a log cannot be written: {e}")))?;
        self.change(Change::Record(Record::Log { key: key.clone(), lines })).await.map(|_| ())
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
}
