//! The events of one stage: which freight came, and where it was verified.

use serde::{Deserialize, Serialize};

use crate::freight::{FreightCollection, FreightOrigin};
use crate::ids::{FreightName, PromotionName, PromotionUid};
use crate::promotion::Phase;

/// A fact about a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StageEvent {
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
    },
    /// Freight counts as verified here from now on.
    FreightVerified {
        /// Which.
        freight: FreightName,
    },
}

/// What another unit asks of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StageCommand {
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
    },
    /// Freight may have become available to a control-flow stage, which passes it on at once.
    PassOn {
        /// Which.
        freight: FreightName,
        /// Where it comes from.
        origin: FreightOrigin,
    },
}
