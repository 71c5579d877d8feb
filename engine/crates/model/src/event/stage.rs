//! The events of one stage: which promotions wait and ended, which freight came, where it was verified and approved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::freight::{FreightCollection, FreightOrigin};
use crate::ids::{FreightName, PromotionName, PromotionUid};
use crate::outcome::HealthCheck;
use crate::promotion::Phase;
use crate::time::Timestamp;

/// What a promotion by a user means for automatic promotion (`kargo.md` 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Intent {
    /// The freight is not what would be promoted by itself: nothing else is to take its place.
    Hold,
    /// It is, so automatic promotion may go on.
    Resume,
}

/// A promotion that waits for its turn, or has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedPromotion {
    /// Its unique id.
    pub uid: PromotionUid,
    /// What it promotes.
    pub freight: FreightName,
    /// Where that comes from.
    pub origin: FreightOrigin,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who asked for it; empty if nobody did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actor: String,
    /// What it means for automatic promotion, if a user asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
}

/// How well a stage is, in order of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HealthStatus {
    /// All is well.
    Healthy,
    /// There is nothing to look at.
    NotApplicable,
    /// It is changing.
    Progressing,
    /// Nobody can tell.
    Unknown,
    /// Something is wrong.
    Unhealthy,
}

/// What the checks of the last promotion say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// All checks together.
    pub status: HealthStatus,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<String>,
    /// What was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<Value>,
    /// What was found, one for each check.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<Value>,
}

/// A fact about a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StageEvent {
    /// A promotion into this stage was made, and waits for its turn.
    PromotionQueued {
        /// Which.
        promotion: PromotionName,
        /// What is known of it.
        queued: QueuedPromotion,
    },
    /// It is the turn of a promotion.
    PromotionAdmitted {
        /// Which.
        promotion: PromotionName,
    },
    /// A promotion into this stage ended.
    PromotionRecorded {
        /// Which.
        promotion: PromotionName,
        /// Its unique id.
        uid: PromotionUid,
        /// How.
        phase: Phase,
        /// What it promoted.
        freight: FreightName,
        /// The freight of every origin that is in the stage because of it, if it succeeded.
        collection: Option<FreightCollection>,
        /// What is to be checked of the stage from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        health_checks: Vec<HealthCheck>,
    },
    /// Freight counts as verified here from now on.
    FreightVerified {
        /// Which.
        freight: FreightName,
    },
    /// The freight that is in the stage has been verified as a whole.
    CollectionVerified {
        /// The id of the collection.
        collection: String,
    },
    /// Somebody approved freight for this stage.
    FreightApproved {
        /// Which.
        freight: FreightName,
        /// Who.
        actor: String,
    },
    /// Freight is gone; what was known of it is forgotten.
    FreightForgotten {
        /// Which.
        freight: FreightName,
    },
    /// The stage turned out to be well or not.
    HealthAssessed {
        /// How it is.
        health: Health,
    },
    /// Automatic promotion is not held back any more: it is switched off, or the stage does not take the freight.
    HoldsCleared {
        /// For which origins, as `Warehouse/name`.
        origins: Vec<String>,
    },
    /// All that the events before came to. They are gone.
    Snapshot {
        /// The state of the stage.
        state: Value,
    },
}

/// Why automatic promotion of an origin is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The freight that is to stay.
    pub freight_name: FreightName,
    /// Where it comes from.
    pub origin: FreightOrigin,
    /// The promotion that brought it.
    pub promotion_name: PromotionName,
    /// Who asked for that.
    pub actor: String,
    /// When.
    pub created_at: Timestamp,
}

/// Holds by origin, as `Warehouse/name`.
pub type Holds = BTreeMap<String, Hold>;

/// What another unit asks of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StageCommand {
    /// A promotion into it was made.
    QueuePromotion {
        /// Which.
        promotion: PromotionName,
        /// What is known of it.
        queued: QueuedPromotion,
    },
    /// A promotion into it ended.
    RecordPromotion {
        /// Which.
        promotion: PromotionName,
        /// Its unique id.
        uid: PromotionUid,
        /// How.
        phase: Phase,
        /// What it promoted.
        freight: FreightName,
        /// The freight of every origin, if it succeeded.
        collection: Option<FreightCollection>,
        /// What its steps left to be checked of the stage.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        health_checks: Vec<HealthCheck>,
    },
    /// Freight may have become available to a control-flow stage, which passes it on at once.
    PassOn {
        /// Which.
        freight: FreightName,
        /// Where it comes from.
        origin: FreightOrigin,
    },
}
