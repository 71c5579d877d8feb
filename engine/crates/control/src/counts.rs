//! What the control plane counts since it was started, for its metrics.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use windlass_model::ids::{ProjectName, StageName};
use windlass_model::promotion::Phase;
use windlass_ports::control_plane::PromotionCount;

/// A stage, and how promotions to it ended.
type Ending = (ProjectName, StageName, Phase);

/// Promotions that ended, by stage and how they ended: how many, and how long they took together.
#[derive(Debug, Default)]
pub struct Counts(Mutex<BTreeMap<Ending, (u64, Duration)>>);

impl Counts {
    /// A promotion has ended, so long after it was begun.
    pub(crate) fn ended(&self, project: &ProjectName, stage: &StageName, phase: Phase, took: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((project.clone(), stage.clone(), phase)).or_default();
        count.0 += 1;
        count.1 += took;
    }

    /// All of them.
    pub(crate) fn promotions(&self) -> Vec<PromotionCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |((project, stage, phase), (count, took)): (&Ending, &(u64, Duration))| PromotionCount {
            project: project.clone(),
            stage: stage.clone(),
            phase: *phase,
            count: *count,
            took: *took,
        };
        counts.iter().map(one).collect()
    }
}
