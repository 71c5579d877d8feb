//! Telling whoever watches how a promotion goes. Nothing rests on it: what matters is in the journal.

use windlass_model::call::log::{Level, Progress};
use windlass_model::ids::PromotionName;
use windlass_model::promotion::{Phase, StepStatus};

/// Something worth showing.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// A step begins, or begins again.
    StepStarted {
        /// Its place, from 0.
        index: usize,
        /// How many there are.
        of: usize,
        /// Its alias.
        alias: String,
        /// Its kind.
        uses: String,
        /// Which try.
        attempt: u32,
    },
    /// A step has a status it will keep, or waits.
    StepEnded {
        /// Its place, from 0.
        index: usize,
        /// How many there are.
        of: usize,
        /// Its alias.
        alias: String,
        /// Its kind.
        uses: String,
        /// What became of it.
        status: StepStatus,
        /// Why.
        message: String,
        /// How long this try took, in microseconds.
        took_micros: u64,
    },
    /// A line of a step's log.
    Log {
        /// Its alias.
        alias: String,
        /// How much it matters.
        level: Level,
        /// The text.
        message: String,
    },
    /// How far a step has come.
    Progress {
        /// Its alias.
        alias: String,
        /// How far.
        progress: Progress,
    },
    /// The promotion ended.
    PromotionEnded {
        /// How.
        phase: Phase,
        /// Why, if not well.
        message: String,
    },
}

/// Shows reports.
pub trait ProgressSink: Send + Sync {
    /// Shows one; must not block.
    fn report(&self, promotion: &PromotionName, report: Report);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl ProgressSink for Silent {
    fn report(&self, _promotion: &PromotionName, _report: Report) {}
}
