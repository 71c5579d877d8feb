//! What can be asked of the control plane: the one set of verbs behind the API, the command line and synchronisation.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;
use windlass_model::freight::FreightOrigin;
use windlass_model::ids::{Namespace, ProjectName, StageName};

use crate::records::{Document, Listing, ResourceVersion, Watch, WatchExpired};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(pub String);

/// What is wrong with a request, or with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read.
    BadRequest,
    /// It may not be done.
    Forbidden,
    /// What it is about is not there.
    NotFound,
    /// It does not fit what is there.
    Conflict,
    /// It breaks a rule.
    Invalid,
    /// Something of ours does not work at the moment.
    Unavailable,
    /// Something of ours is wrong.
    Internal,
}

/// A request that was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Whose fault it is.
    pub fault: Fault,
    /// What, why, and what to do.
    pub message: String,
}

impl ApiError {
    /// A refusal.
    #[must_use]
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into() }
    }

    /// Something is not there.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Fault::NotFound, message)
    }
}

/// How documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteMode {
    /// Each must not be there yet.
    Create,
    /// Each must be there.
    Update,
    /// Each is made or replaced.
    Upsert,
    /// Each is taken away.
    Delete,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// It was made.
    Created(Value),
    /// It was replaced.
    Updated(Value),
    /// It was as it should be.
    Unchanged(Value),
    /// It was taken away.
    Deleted(Value),
}

/// A written document, and what is to be said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteReport {
    /// What became of it.
    pub result: Result<Written, ApiError>,
    /// Fields that have no effect, or an old name.
    pub warnings: Vec<String>,
}

/// Which freight is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreightChoice {
    /// By its name.
    Name(String),
    /// By its alias.
    Alias(String),
    /// What would be promoted by itself, of an origin.
    Origin(FreightOrigin),
}

/// Promotions to the stages downstream.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Downstream {
    /// Those that were made.
    pub promotions: Vec<Value>,
    /// Why others were not.
    pub errors: Vec<String>,
}

/// What can be made to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refreshable {
    /// A warehouse looks into its repositories.
    Warehouse,
    /// A stage looks at its promotions and its health.
    Stage,
    /// A promotion that waits tries its step again.
    Promotion,
    /// A project's configuration.
    ProjectConfig,
    /// The cluster's.
    ClusterConfig,
}

/// How a part of the control plane is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartHealth {
    /// Which part.
    pub name: String,
    /// What is wrong with it; none if nothing is.
    pub trouble: Option<String>,
}

/// How many promotions of a stage ended in one way, since the process was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionCount {
    /// The project.
    pub project: ProjectName,
    /// The stage.
    pub stage: StageName,
    /// How they ended.
    pub phase: windlass_model::promotion::Phase,
    /// How many.
    pub count: u64,
    /// How long they took, together, from their first step on.
    pub took: std::time::Duration,
}

/// The verbs.
#[async_trait]
pub trait ControlPlane: Send + Sync {
    /// Writes the documents of a text, each by itself.
    ///
    /// # Errors
    /// If the text as a whole cannot be read.
    async fn write(&self, actor: &Actor, text: &[u8], mode: WriteMode) -> Result<Vec<WriteReport>, ApiError>;

    /// One document.
    ///
    /// # Errors
    /// If it is not there.
    async fn get(&self, kind: &str, namespace: &Namespace, name: &str) -> Result<Document, ApiError>;

    /// The documents of a kind whose names begin with a prefix.
    ///
    /// # Errors
    /// If the store fails.
    async fn list(
        &self,
        kind: &str,
        namespace: Option<&Namespace>,
        prefix: &str,
    ) -> Result<Listing, ApiError>;

    /// The names of the documents of a kind in a namespace, in order.
    ///
    /// # Errors
    /// If the store fails.
    async fn names(&self, kind: &str, namespace: &Namespace) -> Result<Vec<String>, ApiError>;

    /// The changes of all documents after a version.
    ///
    /// # Errors
    /// If they are not kept any more.
    fn watch(&self, after: ResourceVersion) -> Result<Box<dyn Watch>, WatchExpired>;

    /// Takes one document away.
    ///
    /// # Errors
    /// If it is not there, or in use.
    async fn delete(
        &self,
        actor: &Actor,
        kind: &str,
        namespace: &Namespace,
        name: &str,
    ) -> Result<(), ApiError>;

    /// Freight by name or alias.
    ///
    /// # Errors
    /// If there is none.
    async fn freight(&self, project: &ProjectName, name_or_alias: &str) -> Result<Document, ApiError>;

    /// The freight that a stage could be promoted to, newest first.
    ///
    /// # Errors
    /// If there is no such stage.
    async fn available(&self, project: &ProjectName, stage: &StageName) -> Result<Vec<Document>, ApiError>;

    /// Makes a promotion.
    ///
    /// # Errors
    /// If it may not be made.
    async fn promote(
        &self,
        actor: &Actor,
        project: &ProjectName,
        stage: &str,
        freight: FreightChoice,
    ) -> Result<Value, ApiError>;

    /// Makes promotions to all stages that take freight from a stage.
    ///
    /// # Errors
    /// If there are none, or the freight is not available to one of them.
    async fn promote_downstream(
        &self,
        actor: &Actor,
        project: &ProjectName,
        stage: &str,
        freight: FreightChoice,
    ) -> Result<Downstream, ApiError>;

    /// Approves freight for a stage.
    ///
    /// # Errors
    /// If one of them is not there, or they have nothing to do with each other.
    async fn approve(
        &self,
        actor: &Actor,
        project: &ProjectName,
        freight: &str,
        stage: &str,
    ) -> Result<(), ApiError>;

    /// Gives freight another alias.
    ///
    /// # Errors
    /// If it is another's.
    async fn set_alias(
        &self,
        actor: &Actor,
        project: &ProjectName,
        freight: &str,
        alias: &str,
    ) -> Result<(), ApiError>;

    /// Makes something look again. It tells that it did by its `status.lastHandledRefresh`.
    ///
    /// # Errors
    /// If it is not there.
    async fn refresh(
        &self,
        actor: &Actor,
        what: Refreshable,
        namespace: &Namespace,
        name: &str,
    ) -> Result<(), ApiError>;

    /// Stops a promotion, or takes it out of its queue.
    ///
    /// # Errors
    /// If there is no such promotion.
    async fn abort(&self, actor: &Actor, project: &ProjectName, promotion: &str) -> Result<(), ApiError>;

    /// Why freight is not in a stage, or is: everything that it waits for.
    ///
    /// # Errors
    /// If there is no such stage or freight.
    async fn why(&self, project: &ProjectName, stage: &str, freight: Option<&str>)
    -> Result<Value, ApiError>;

    /// The promotions that ended, by stage and how.
    fn promotions_ended(&self) -> Vec<PromotionCount>;

    /// How the parts of the control plane are.
    fn health(&self) -> Vec<PartHealth>;
}
