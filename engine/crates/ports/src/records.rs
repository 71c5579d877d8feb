//! Records beside the journal: resources as documents, and the logs of attempts.

mod change;
mod object_text;

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use windlass_model::call::metadata::{Kind, Subject};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::event::promotion::LogLine;
use windlass_model::ids::{AttemptNumber, Namespace, ProjectName, PromotionUid, StepAlias, TenantId};

pub use change::Made;
pub use object_text::ObjectText;

use crate::journal::JournalError;

/// Names one resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its kind.
    pub kind: String,
    /// Where it is.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

/// A stored resource: its document as text, which readers pass on without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which resource.
    pub key: ResourceKey,
    /// The version of its last change. The document repeats it as `metadata.resourceVersion`.
    pub version: ResourceVersion,
    /// The document, JSON.
    pub text: Arc<str>,
}

impl Document {
    /// The document as a value.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn value(&self) -> Result<Value, JournalError> {
        serde_json::from_str(&self.text)
            .map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))
    }
}

/// Counts the changes of all resources of a tenant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceVersion(pub i64);

impl std::fmt::Display for ResourceVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// All resources of a kind at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The version of the last change of any resource: a watch goes on from here.
    pub version: ResourceVersion,
    /// The resources, by namespace and name.
    pub documents: Vec<Document>,
}

/// What must be true of a resource for it to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Anything,
    /// It is not there.
    Absent,
    /// It is there.
    Present,
    /// Its last change was this one.
    Version(ResourceVersion),
}

/// A member of a document that is set, or taken out.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// The names on the way to it; objects that are missing are made.
    pub path: Vec<String>,
    /// Its value; none takes it out.
    pub value: Option<Value>,
}

impl Member {
    /// A member that has a value.
    #[must_use]
    pub fn new<'a>(path: impl IntoIterator<Item = &'a str>, value: impl Into<Value>) -> Self {
        Self { path: path.into_iter().map(str::to_owned).collect(), value: Some(value.into()) }
    }
}

/// A change of a document, by itself or in the transaction of an append to the journal.
#[derive(Debug, Clone, PartialEq)]
pub enum DocumentChange {
    /// Puts a document in the place of what is there.
    Put {
        /// The document.
        key: ResourceKey,
        /// What must be true of it.
        expect: Expect,
        /// The whole of it. Its `metadata.resourceVersion` is set by the store.
        document: Value,
    },
    /// Takes a document away.
    Delete {
        /// The document.
        key: ResourceKey,
        /// What must be true of it.
        expect: Expect,
    },
    /// Sets members of a document. A document that is not there stays so; one that has the values already does not change.
    SetMembers {
        /// The document.
        key: ResourceKey,
        /// The members.
        members: Vec<Member>,
    },
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

/// The kind of the record of a synced folder.
pub const SYNC: &str = "Sync";

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
            kind: kind.to_owned(),
            namespace: project.into(),
            name: subject.name.clone(),
        }
    }

    /// The member of such a document that holds the values.
    pub const METADATA_MEMBER: &str = "metadata";

    /// Notes values down about a stage or freight, and shows them in its status.
    #[must_use]
    pub fn upsert_metadata(
        tenant: &TenantId,
        project: &ProjectName,
        subject: &Subject,
        values: Map<String, Value>,
    ) -> Vec<Self> {
        let kind = match subject.kind {
            Kind::Stage => "Stage",
            Kind::Freight => FREIGHT,
        };
        let shown =
            values.iter().map(|(name, value)| Member::new(["status", "metadata", name], value.clone()));
        let members = shown.collect();
        let key = ResourceKey {
            tenant: tenant.clone(),
            kind: kind.to_owned(),
            namespace: project.into(),
            name: subject.name.clone(),
        };
        let shown = Self::SetMembers { key, members };
        let key = Self::metadata_key(tenant, project, subject);
        vec![shown, Self::Merge { key, into: Self::METADATA_MEMBER, entries: values }]
    }

    /// Gives freight an alias, which its label repeats as in Kargo.
    #[must_use]
    pub fn set_alias(tenant: &TenantId, project: &ProjectName, freight: &str, alias: &str) -> Self {
        let key = ResourceKey {
            tenant: tenant.clone(),
            kind: FREIGHT.to_owned(),
            namespace: project.into(),
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
    /// There is one already.
    #[error("there is such a document already")]
    Exists,
    /// It has been changed since it was read.
    #[error("the document has been changed meanwhile")]
    Stale,
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
            Self::Exists | Self::Stale => CallError::new(ErrorKind::Conflict, "record-changed", message),
            Self::Taken(_) => CallError::new(ErrorKind::Conflict, "alias-taken", message),
        }
    }
}

/// What happened to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It came.
    Added,
    /// It changed.
    Modified,
    /// It went; the document is as it was last.
    Deleted,
}

/// A change of a resource, as watchers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The document, with the version of this change.
    pub document: Document,
}

/// A watcher asked for changes that are not kept any more, or did not keep up: it has to list again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too old resource version: {asked} ({oldest})")]
pub struct WatchExpired {
    /// After which change it wanted to go on.
    pub asked: ResourceVersion,
    /// The oldest after which it could.
    pub oldest: ResourceVersion,
}

/// The changes of resources, one after the other.
#[async_trait]
pub trait Watch: Send {
    /// The next change, as soon as there is one; none when the store is closed.
    ///
    /// # Errors
    /// If the watcher did not keep up.
    async fn next(&mut self) -> Result<Option<Arc<Change>>, WatchExpired>;
}

/// Keeps resources.
#[async_trait]
pub trait Resources: Send + Sync {
    /// Makes all changes in one transaction, or none; the version that each changed document has now.
    ///
    /// # Errors
    /// If one is refused, or the store fails.
    async fn write(&self, changes: Vec<DocumentChange>) -> Result<Vec<ResourceVersion>, JournalError>;

    /// A document.
    ///
    /// # Errors
    /// If the store fails.
    async fn get(&self, key: &ResourceKey) -> Result<Option<Document>, JournalError>;

    /// Every document of a kind, in one namespace or all.
    ///
    /// # Errors
    /// If the store fails.
    async fn list(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: Option<&Namespace>,
    ) -> Result<Listing, JournalError>;

    /// The names of all documents of a kind in a namespace, in order. The documents are not read.
    ///
    /// # Errors
    /// If the store fails.
    async fn names(
        &self,
        tenant: &TenantId,
        kind: &str,
        namespace: &Namespace,
    ) -> Result<Vec<String>, JournalError>;

    /// The changes of a tenant's resources of all kinds after a version.
    ///
    /// # Errors
    /// If they are not kept any more.
    fn watch(&self, tenant: &TenantId, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired>;
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

    /// Forgets the logs of all attempts of a promotion.
    async fn forget_logs(&self, tenant: &TenantId, promotion: PromotionUid) -> Result<(), JournalError>;
}
