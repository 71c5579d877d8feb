//! Records beside the journal: resources as documents, and the logs of attempts.

use async_trait::async_trait;
use serde_json::{Map, Value};
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::call::{CallError, ErrorKind};
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

/// A change of a document, made in the transaction of an append to the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentChange {
    /// Puts entries into the member `into` of a document, an object; others stay. The document is made if it is not there.
    Merge {
        /// The document.
        key: ResourceKey,
        /// The member.
        into: &'static str,
        /// The entries.
        entries: Map<String, Value>,
    },
    /// Gives a document a text that no other one of its kind in its project has.
    SetUnique {
        /// The document, which must be there.
        key: ResourceKey,
        /// JSON pointers to the members that get it. The first is where others may not have it.
        members: &'static [&'static str],
        /// The text.
        text: String,
    },
}

/// The kind of the documents that hold freight.
pub const FREIGHT: &str = "Freight";

impl DocumentChange {
    /// Where the metadata of a stage or freight is kept.
    #[must_use]
    pub fn metadata_key(tenant: &TenantId, project: &ProjectName, subject: &Subject) -> ResourceKey {
        let kind = match subject.kind {
            Kind::Stage => "StageMetadata",
            Kind::Freight => "FreightMetadata",
        };
        ResourceKey {
            tenant: tenant.clone(),
            project: project.clone(),
            kind: kind.to_owned(),
            name: subject.name.clone(),
        }
    }

    /// The member of such a document that holds the values.
    pub const METADATA_MEMBER: &str = "metadata";

    /// Notes values down about a stage or freight.
    #[must_use]
    pub fn upsert_metadata(
        tenant: &TenantId,
        project: &ProjectName,
        subject: &Subject,
        values: Map<String, Value>,
    ) -> Self {
        let key = Self::metadata_key(tenant, project, subject);
        Self::Merge { key, into: Self::METADATA_MEMBER, entries: values }
    }

    /// Gives freight an alias, which its label repeats as in Kargo.
    #[must_use]
    pub fn set_alias(tenant: &TenantId, project: &ProjectName, freight: &str, alias: &str) -> Self {
        let key = ResourceKey {
            tenant: tenant.clone(),
            project: project.clone(),
            kind: FREIGHT.to_owned(),
            name: freight.to_owned(),
        };
        let members = &["/alias", "/metadata/labels/kargo.akuity.io~1alias"];
        Self::SetUnique { key, members, text: alias.to_owned() }
    }
}

/// Why a document was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRefused {
    /// There is no such document.
    #[error("there is no such document")]
    NotFound,
    /// Another document has the text.
    #[error("it is that of {0}")]
    Taken(String),
}

impl ChangeRefused {
    /// What a step is told.
    #[must_use]
    pub fn call_error(&self) -> CallError {
        let message = self.to_string();
        match self {
            Self::NotFound => CallError::not_found("record-not-found", message),
            Self::Taken(_) => CallError::new(ErrorKind::Conflict, "alias-taken", message),
        }
    }
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
