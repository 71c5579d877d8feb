//! Sessions: what the broker must know of an incarnation before it answers the first of its calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::call::Call;
use windlass_model::call::git::Identity;
use windlass_model::event::promotion::LogLine;
use windlass_model::grant::Grant;
use windlass_model::ids::{Lease, ProjectName, PromotionName, StageName};
use windlass_model::limits::Limits;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;
use windlass_workdir::AttemptDir;

use crate::effects::{EffectRecord, Settlement};
use crate::step_catalog::StepKind;

/// A secret behind a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSecret {
    /// The real text.
    pub value: SecretValue,
    /// Where it came from: names, keys and versions, never values.
    pub sources: Vec<String>,
}

/// The secrets of one attempt, by their tokens.
pub type Tokens = BTreeMap<String, TokenSecret>;

/// Who commits where a step does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitClient {
    /// The author.
    pub identity: Identity,
    /// The OpenPGP key that commits are signed with; or why it cannot be had, which fails what would be signed.
    pub signing_key: Option<Result<SecretValue, String>>,
}

/// What a project allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// What a built-in step's configuration names, anywhere but where no step may go.
    Kargo,
    /// Only what is listed.
    Closed(Vec<Grant>),
}

/// Keeps secrets out of what is stored.
pub trait Seal: Send + Sync + std::fmt::Debug {
    /// The value as it may be stored by an attempt that was told these secrets.
    fn seal(&self, value: &Value, secrets: &Tokens) -> Value;

    /// A stored value as it was; what cannot be opened stays as it is.
    fn open(&self, value: &Value) -> Value;

    /// A stored value as it may be shown: secrets are hidden.
    fn show(&self, value: &Value) -> Value;
}

/// One incarnation, as the broker must know it.
pub struct SessionSpec {
    /// The right to run it.
    pub lease: Lease,
    /// The project, whose credentials apply.
    pub project: ProjectName,
    /// The stage: what it may change in a cluster is bound to it.
    pub stage: StageName,
    /// The promotion's name, for reports.
    pub promotion: PromotionName,
    /// The step's kind: what it asks for.
    pub kind: Arc<StepKind>,
    /// The configuration with real values: what the asks are read from.
    pub config: Value,
    /// The secrets behind the tokens that the guest has in its configuration.
    pub tokens: Tokens,
    /// Who commits where the step does not say; none: whom the operator has set.
    pub git_client: Option<GitClient>,
    /// What the project allows.
    pub policy: Policy,
    /// What the operator grants beside that: local repositories.
    pub operator: Vec<Grant>,
    /// What the attempt may use up.
    pub limits: Limits,
    /// Its directories.
    pub dir: Arc<AttemptDir>,
    /// When the logical attempt began.
    pub started_at: Timestamp,
    /// Seals what it notes down once it has been told secrets.
    pub seal: Arc<dyn Seal>,
    /// Where its outside effects are recorded.
    pub effects: Arc<dyn EffectRecord>,
    /// Ends it.
    pub cancel: CancellationToken,
}

/// What a session came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionReport {
    /// The attempt's log.
    pub log: Vec<LogLine>,
    /// How many calls it made.
    pub calls: u64,
    /// How many bytes crossed the network.
    pub egress_bytes: u64,
    /// How many bytes of log were kept.
    pub log_bytes: u64,
    /// Whether it was told the value of a secret: its outputs may hold it.
    pub revealed: bool,
}

/// Opens and closes sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// From now on the calls of this incarnation are answered.
    async fn open(&self, spec: SessionSpec);

    /// From now on they are refused.
    async fn close(&self, lease: &Lease) -> SessionReport;

    /// Finds out what became of an effect that started at `started_at` and was not seen to finish. The session of the
    /// incarnation that is about to run is open.
    async fn settle(&self, lease: &Lease, call: &Call, started_at: Timestamp) -> Settlement;
}
