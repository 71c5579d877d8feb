//! Records beside the journal: resources as documents, and the logs of attempts.

use async_trait::async_trait;
use serde_json::Value;
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{AttemptNumber, ProjectName, PromotionUid, StepAlias, TenantId};

use crate::journal::JournalError;

/// Names one resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// In which project.
    pub project: ProjectName,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Keeps resources.
#[async_trait]
pub trait Resources: Send + Sync {
    /// Stores a document in the place of what was there; its new resource version.
    async fn put(&self, key: &ResourceKey, document: &Value) -> Result<i64, JournalError>;

    /// A document.
    async fn get(&self, key: &ResourceKey) -> Result<Option<Value>, JournalError>;

    /// Every document of a kind in a project, by name.
    async fn list(
        &self,
        tenant: &TenantId,
        project: &ProjectName,
        kind: &str,
    ) -> Result<Vec<(String, Value)>, JournalError>;
}

/// Names the log of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// Of which promotion.
    pub promotion: PromotionUid,
    /// Of which step.
    pub step: StepAlias,
    /// Of which try.
    pub attempt: AttemptNumber,
}

/// Keeps the logs of attempts.
#[async_trait]
pub trait AttemptLogs: Send + Sync {
    /// Stores the log of an attempt in the place of an earlier incarnation's.
    async fn write_log(&self, key: &LogKey, lines: &[LogLine]) -> Result<(), JournalError>;

    /// The log of an attempt; empty if there is none.
    async fn read_log(&self, key: &LogKey) -> Result<Vec<LogLine>, JournalError>;
}
