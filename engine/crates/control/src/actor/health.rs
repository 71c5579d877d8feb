//! Looking at the health of stages: the checks that the steps of the last promotion left.

use windlass_model::event::stage::{Health, HealthStatus, StageEvent};
use windlass_model::ids::{PromotionName, StageName};

use super::{Actor, Message, ROUND};

impl Actor {
    pub(super) fn refresh_stage(&mut self, name: &str, token: String) {
        let Ok(stage) = StageName::new(name) else { return };
        let now = self.ports.clock.now();
        if let Some(entry) = self.stages.get_mut(&stage) {
            entry.refreshed = Some(token);
            entry.is_dirty = true;
            if !entry.state.health_checks().is_empty() {
                entry.assess_at = Some(now);
            }
        }
    }

    /// Starts to look at a stage.
    pub(super) fn assess(&mut self, stage: &StageName) {
        let project = self.cell.get();
        let Some(entry) = self.stages.get_mut(stage) else { return };
        entry.assess_at = None;
        let (false, Some(last)) = (entry.is_assessed, &entry.state.last) else { return };
        let (checks, promotion) = (entry.state.health_checks().to_vec(), last.name.clone());
        if checks.is_empty() {
            return;
        }
        entry.is_assessed = true;
        let (checker, inbox, stage) = (self.ports.health.clone(), self.inbox.clone(), stage.clone());
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let mut health = Health {
                status: HealthStatus::Healthy,
                issues: Vec::new(),
                config: Vec::new(),
                output: Vec::new(),
            };
            for check in &checks {
                let report = tokio::select! {
                    report = checker.check(&project, stage.as_str(), check) => report,
                    () = stop.cancelled() => return,
                };
                health.status = health.status.max(report.status);
                health.issues.extend(report.issues);
                health.config.push(check.input.clone());
                health.output.push(report.output);
            }
            let _ = inbox.send(Message::Assessed { stage, promotion, health: Box::new(health) }).await;
        });
    }

    /// A stage has been looked at. What is said of an earlier promotion does not matter any more.
    pub(super) async fn assessed(&mut self, stage: &StageName, promotion: &PromotionName, health: Health) {
        let again = self.ports.clock.now().plus(if health.status == HealthStatus::Healthy {
            ROUND
        } else {
            UNWELL_ROUND
        });
        let Some(entry) = self.stages.get_mut(stage) else { return };
        entry.is_assessed = false;
        entry.assess_at = Some(again);
        let is_of_last = entry.state.last.as_ref().is_some_and(|last| last.name == *promotion);
        if !is_of_last {
            entry.assess_at = None;
            entry.is_dirty = true;
            return;
        }
        if entry.state.health.as_ref() == Some(&health) {
            return;
        }
        if let Err(error) = self.record_event(stage, StageEvent::HealthAssessed { health }).await {
            self.trouble.set(&error.message);
        }
    }
}

/// A stage that is not well is looked at again after this time.
const UNWELL_ROUND: std::time::Duration = std::time::Duration::from_secs(10);
