//! A promotion as it is recorded: everything fixed at its creation, tasks already put in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::freight::{FreightCollection, FreightReference};
use crate::ids::{ProjectName, PromotionName, PromotionUid, StageName, StepAlias, TenantId};
use crate::manifest::stage::FreightRequest;
use crate::manifest::step::{Retry, Variable};

/// One step of a promotion, after tasks have been put in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepSpec {
    /// The step kind.
    pub uses: String,
    /// The alias, always there.
    #[serde(rename = "as")]
    pub alias: StepAlias,
    /// Run only if this expression is true; empty: if nothing failed.
    #[serde(rename = "if", default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// A failure does not fail the promotion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continue_on_error: bool,
    /// How often and how long it is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// Its variables: task defaults, then those of the task reference, then its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<Variable>,
    /// Its configuration, not evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Value>,
}

/// Everything about a promotion that never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionRecord {
    /// Whose it is.
    pub tenant: TenantId,
    /// Unique for ever.
    pub uid: PromotionUid,
    /// Unique in the project.
    pub name: PromotionName,
    /// The project.
    pub project: ProjectName,
    /// The stage.
    pub stage: StageName,
    /// The freight being promoted.
    pub freight: FreightReference,
    /// Its alias, if it has one.
    #[serde(default)]
    pub freight_alias: String,
    /// The freight of every origin the stage asks for.
    pub freight_collection: FreightCollection,
    /// What the stage asked for when the promotion was made.
    #[serde(default)]
    pub freight_requests: Vec<FreightRequest>,
    /// Who asked for it; empty if nobody did.
    #[serde(default)]
    pub actor: String,
    /// Whether it goes back to older freight.
    #[serde(default)]
    pub rollback: bool,
    /// Variables of all steps: the stage's, then the template's.
    #[serde(default)]
    pub vars: Vec<Variable>,
    /// The steps, in order.
    pub steps: Vec<StepSpec>,
}

/// How far a promotion has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// Waiting for its turn.
    Pending,
    /// Under way.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended with a bad outcome.
    Failed,
    /// Could not be carried out.
    Errored,
    /// Stopped by somebody.
    Aborted,
}

impl Phase {
    /// True once nothing more happens.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        match self {
            Self::Pending | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Errored | Self::Aborted => true,
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// The status of one step, as the promotion shows it. In order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StepStatus {
    /// Done.
    Succeeded,
    /// Left out, or with nothing to do.
    Skipped,
    /// Under way, or to be tried again.
    Running,
    /// Stopped by somebody.
    Aborted,
    /// Ended with a bad outcome.
    Failed,
    /// Could not be carried out.
    Errored,
}

impl std::fmt::Display for StepStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

/// The digest of the component behind each step kind, fixed when a promotion starts.
pub type Components = BTreeMap<String, crate::digest::Digest>;
