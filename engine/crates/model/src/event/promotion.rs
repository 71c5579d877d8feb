//! The events of one promotion.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{Answer, Call};
use crate::digest::Digest;
use crate::ids::{AttemptNumber, FencingToken, IncarnationNumber};
use crate::limits::Usage;
use crate::outcome::Outcome;
use crate::promotion::{Components, Phase, PromotionRecord};
use crate::time::Timestamp;

/// The place of a step in its promotion, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepIndex(pub usize);

/// The name of an effect: a UUIDv5 of (promotion, step, attempt, function, target, request, occurrence). It is also
/// the idempotency key that leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub uuid::Uuid);

impl std::fmt::Display for EffectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A fact about a promotion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PromotionEvent {
    /// It exists.
    Created {
        /// Everything about it that never changes.
        record: Box<PromotionRecord>,
    },
    /// Its steps began.
    Started {
        /// The component behind each step kind; later versions do not touch this promotion.
        components: Components,
    },
    /// The engine left a step out because of its `if`, or because another failed.
    StepSkipped {
        /// Which.
        step: StepIndex,
    },
    /// The engine could not even run a step: an unknown kind, or an expression that fails. Never tried again.
    StepRefused {
        /// Which.
        step: StepIndex,
        /// Why.
        message: String,
        /// Whether the step had begun: Kargo sets its start time where only the configuration failed.
        started: bool,
    },
    /// A step's configuration did not fit its schema: failed, never tried again.
    StepInvalid {
        /// Which.
        step: StepIndex,
        /// Every problem.
        message: String,
    },
    /// A logical try of a step began.
    AttemptStarted {
        /// Which step.
        step: StepIndex,
        /// Which try.
        attempt: AttemptNumber,
        /// The evaluated configuration; secrets are tokens.
        config: Value,
        /// The seed of its randomness, and of its tokens.
        seed: u64,
        /// How many errors end the step.
        error_threshold: u32,
        /// How long the step may take in all, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
        /// Whether its output is also its task's.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        propagates_output: bool,
    },
    /// A physical run of that try began.
    IncarnationStarted {
        /// Which step.
        step: StepIndex,
        /// Which try.
        attempt: AttemptNumber,
        /// Which run.
        incarnation: IncarnationNumber,
        /// The token that its calls carry.
        fencing: FencingToken,
    },
    /// An outside effect is about to leave. Durable before it does.
    EffectStarted {
        /// Its name.
        effect: EffectId,
        /// Which step.
        step: StepIndex,
        /// Which try.
        attempt: AttemptNumber,
        /// What is sent, without bodies; secrets are tokens.
        call: Box<Call>,
        /// The digest of all that is sent.
        request: Digest,
        /// How many calls of that digest this try had made before.
        occurrence: u32,
    },
    /// An outside effect was answered.
    EffectFinished {
        /// Its name.
        effect: EffectId,
        /// Which step.
        step: StepIndex,
        /// The answer.
        answer: Answer,
    },
    /// After a crash: an effect in doubt turned out not to have taken place, or may safely be sent again.
    EffectUnsent {
        /// Its name.
        effect: EffectId,
        /// Which step.
        step: StepIndex,
    },
    /// A logical try of a step returned, or was ended.
    AttemptFinished {
        /// Which step.
        step: StepIndex,
        /// Which try.
        attempt: AttemptNumber,
        /// How.
        outcome: Box<Outcome>,
        /// What it used up.
        usage: Usage,
    },
    /// Somebody asked to stop it.
    AbortRequested {
        /// Who.
        actor: String,
    },
    /// Nothing more happens.
    Finished {
        /// How it ended.
        phase: Phase,
        /// Why, if it did not end well.
        message: String,
    },
}

/// An attempt's log, as it is stored when the attempt ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: crate::call::log::Level,
    /// The text, redacted.
    pub message: String,
    /// Structured extras.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub fields: Value,
}
