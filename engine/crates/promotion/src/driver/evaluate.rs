//! Finding out whether a step runs, and with which configuration.

use serde_json::Value;
use windlass_expr::Evaluated;
use windlass_model::event::promotion::StepIndex;
use windlass_model::ids::AttemptNumber;
use windlass_model::promotion::StepSpec;
use windlass_model::step_manifest::Ask;
use windlass_model::time::Timestamp;
use windlass_ports::sessions::Tokens;
use windlass_ports::step_catalog::StepKind;
use windlass_versions::GoDuration;

use super::{DriveError, PromotionRun, view};
use crate::decide::evaluated::{Evaluation, Runnable, evaluated};
use crate::state::PromotionState;
use crate::tokens::{AttemptId, tokenize};

/// A configuration with its secrets, for the attempt it was evaluated for. Lives in memory only.
#[derive(Clone)]
pub(super) struct LiveConfig {
    pub(super) step: StepIndex,
    pub(super) attempt: AttemptNumber,
    /// With real values.
    pub(super) real: Value,
    /// What is behind its tokens.
    pub(super) tokens: Tokens,
}

impl PromotionRun<'_> {
    /// Evaluates a step and decides what becomes of it.
    pub(super) async fn evaluate(
        &mut self,
        state: &PromotionState,
        step: StepIndex,
        first: bool,
    ) -> Result<(), DriveError> {
        let Some((spec, at)) = state.step(step) else { return Ok(()) };
        let attempt = AttemptNumber(at.attempts + 1);
        let now = self.driver.ports.clock.now();
        let evaluation = self.evaluation(state, spec, step, attempt, first, now);
        let runs = matches!(evaluation, Evaluation::Run(_));
        let after = self.unit.execute_deferred(|state| evaluated(state, step, evaluation)).await?;
        if !runs {
            self.report_step(&after, step);
        }
        Ok(())
    }

    fn evaluation(
        &mut self,
        state: &PromotionState,
        spec: &StepSpec,
        step: StepIndex,
        attempt: AttemptNumber,
        first: bool,
        now: Timestamp,
    ) -> Evaluation {
        let metas = view::metas(state, step);
        let view = view::view(self.driver, state, spec, &metas, now);
        if first {
            match view.should_run(&spec.condition) {
                Ok(true) => {}
                Ok(false) => return Evaluation::Skip,
                Err(error) => {
                    let message = format!(
                        "error checking if step {:?} should be skipped: {error}",
                        spec.alias.as_str()
                    );
                    return Evaluation::Refuse { message, started: false };
                }
            }
        }
        let kind = match self.driver.ports.catalog.find(&spec.uses) {
            Ok(kind) => kind,
            Err(error) => return Evaluation::Refuse { message: error.to_string(), started: false },
        };
        let evaluated = view.config(spec.config.as_ref());
        let real = evaluated
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|e| e.to_json().map_err(|e| format!("failed to get step config: {e}")));
        match (evaluated, real) {
            (Ok(evaluated), Ok(real)) => self.runnable(state, spec, step, attempt, &kind, &evaluated, real),
            (_, Err(message)) => Evaluation::Refuse {
                message: format!("failed to build step context: {message}"),
                started: true,
            },
            (Err(error), Ok(_)) => Evaluation::Refuse { message: error.to_string(), started: true },
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is another part of one step")]
    fn runnable(
        &mut self,
        state: &PromotionState,
        spec: &StepSpec,
        step: StepIndex,
        attempt: AttemptNumber,
        kind: &StepKind,
        evaluated: &Evaluated,
        real: Value,
    ) -> Evaluation {
        let problems = self.driver.ports.catalog.check(kind, &real);
        if !problems.is_empty() {
            let (alias, uses) = (spec.alias.as_str(), &spec.uses);
            let message = format!("step {alias:?}: invalid {uses} config: {}", problems.join("\n"));
            return Evaluation::Invalid { message };
        }
        let id = AttemptId { promotion: state.record.uid, step: &spec.alias, attempt };
        let tokenized = tokenize(&self.driver.settings.token_key, id, evaluated, real.clone());
        self.live = Some(LiveConfig { step, attempt, real, tokens: tokenized.tokens });
        Evaluation::Run(Box::new(Runnable {
            config: tokenized.config,
            seed: uuid::Uuid::new_v4().as_u64_pair().0,
            error_threshold: error_threshold(spec, kind),
            timeout_ms: timeout_ms(spec, kind),
            propagates_output: kind.manifest.capabilities.contains(&Ask::TaskOutputPropagation {}),
        }))
    }

    /// The configuration of the try under way with its secrets: as evaluated just now, or after a restart evaluated again
    /// at the time of the try.
    pub(super) fn live_config(
        &mut self,
        state: &PromotionState,
        step: StepIndex,
        attempt: AttemptNumber,
        started_at: Timestamp,
    ) -> Option<LiveConfig> {
        if let Some(live) = self.live.take().filter(|live| live.step == step && live.attempt == attempt) {
            return Some(live);
        }
        let (spec, _) = state.step(step)?;
        let metas = view::metas(state, step);
        let view = view::view(self.driver, state, spec, &metas, started_at);
        let evaluated = view.config(spec.config.as_ref()).ok()?;
        let real = evaluated.to_json().ok()?;
        let id = AttemptId { promotion: state.record.uid, step: &spec.alias, attempt };
        let tokens = tokenize(&self.driver.settings.token_key, id, &evaluated, real.clone()).tokens;
        Some(LiveConfig { step, attempt, real, tokens })
    }
}

/// The promotion's word, else the step's own.
fn error_threshold(spec: &StepSpec, kind: &StepKind) -> u32 {
    let wanted =
        spec.retry.as_ref().and_then(|retry| retry.error_threshold).filter(|threshold| *threshold > 0);
    wanted.unwrap_or(kind.manifest.retry.error_threshold).max(1)
}

/// The promotion's word, of which an explicit zero means for ever, else the step's own.
fn timeout_ms(spec: &StepSpec, kind: &StepKind) -> Option<u64> {
    let wanted = spec.retry.as_ref().and_then(|retry| retry.timeout.as_deref());
    match wanted.and_then(|text| text.parse::<GoDuration>().ok()) {
        Some(duration) => {
            duration.to_std().and_then(|d| u64::try_from(d.as_millis()).ok()).filter(|ms| *ms > 0)
        }
        None => kind.manifest.retry.timeout_ms,
    }
}
