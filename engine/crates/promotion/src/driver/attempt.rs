//! One physical run of a try: record, run, record.

use std::sync::Arc;

use serde_json::Value;
use windlass_model::event::promotion::{EffectId, StepIndex};
use windlass_model::ids::{AttemptNumber, IncarnationNumber, Lease};
use windlass_model::limits::{Limits, Usage};
use windlass_model::outcome::{Outcome, Status};
use windlass_model::promotion::StepSpec;
use windlass_ports::effects::Settlement;
use windlass_ports::journal::Durability;
use windlass_ports::progress::Report;
use windlass_ports::records::LogKey;
use windlass_ports::sessions::{SessionReport, SessionSpec, Tokens};
use windlass_ports::step_catalog::StepKind;
use windlass_ports::step_runner::{Ending, Entry, RunReport, RunRequest, StepInput};
use windlass_workdir::{AttemptDir, AttemptKey, DiskUsage};

use super::evaluate::LiveConfig;
use super::{DriveError, PromotionRun, view};
use crate::decide::finish_attempt::finish_attempt;
use crate::decide::settle_effect::settle_effect;
use crate::decide::start_incarnation::start_incarnation;
use crate::sealed::{redact, redact_json};
use crate::state::{AttemptState, PromotionState};

impl PromotionRun<'_> {
    /// Runs the try under way.
    pub(super) async fn run_attempt(&mut self, step: StepIndex) -> Result<(), DriveError> {
        let fencing = self.unit.fencing();
        let state =
            self.unit.execute(Durability::Grouped, |state| start_incarnation(state, step, fencing)).await?;
        self.commit_returned()?;
        let Some((spec, at)) = state.step(step) else { return Ok(()) };
        let Some(attempt) = at.attempt.clone() else { return Ok(()) };
        self.report_start(&state, step, attempt.number);
        let kind = match self.pinned(&state, spec) {
            Ok(kind) => kind,
            Err(message) => {
                let outcome = Outcome::errored_terminal(message);
                return self.end(step, attempt.number, outcome, Usage::default()).await;
            }
        };
        let live = self.live_config(&state, step, attempt.number, attempt.started_at);
        let dir = self.begin(step, attempt.number, &kind)?;
        let lease = self.lease(&state, spec, &attempt, attempt.incarnation());
        self.open_session(&lease, &state, &attempt, &kind, live.as_ref(), &dir).await;
        let request = self.request(&lease, &state, spec, &attempt, &kind, &dir, at.state.clone());
        let report = self.driver.ports.runner.run(request).await;
        let session = self.driver.ports.sessions.close(&lease).await;
        let tokens = live.map(|live| live.tokens).unwrap_or_default();
        self.finish(&state, spec, step, attempt.number, dir, report, session, &tokens).await
    }

    #[expect(clippy::too_many_arguments, reason = "each is another part of one run's end")]
    async fn finish(
        &mut self,
        state: &PromotionState,
        spec: &StepSpec,
        step: StepIndex,
        attempt: AttemptNumber,
        dir: Arc<AttemptDir>,
        report: RunReport,
        session: SessionReport,
        tokens: &Tokens,
    ) -> Result<(), DriveError> {
        let usage = Usage {
            calls: session.calls,
            egress_bytes: session.egress_bytes,
            log_bytes: session.log_bytes,
            ..report.usage
        };
        self.keep_log(state, spec, attempt, &session).await?;
        let undo = |run: &Self, dir: &AttemptDir| {
            run.dir.roll_back(dir).map_err(|e| DriveError::Directory(e.to_string()))
        };
        let mut ending = report.ending;
        // A step that saw that it is to stop and came back with an error was stopped, and has not failed.
        if self.stop.is_cancelled()
            && let Ending::Returned(outcome) = &ending
            && outcome.status == Status::Errored
        {
            ending = Ending::Ended(outcome.clone());
        }
        let (Ending::Returned(outcome) | Ending::Ended(outcome)) = &mut ending;
        outcome.message = redact(&outcome.message, tokens);
        outcome.wake_on.iter_mut().for_each(|source| *source = redact_json(source, tokens));
        outcome.health.iter_mut().for_each(|check| check.input = redact_json(&check.input, tokens));
        match ending {
            Ending::Returned(outcome) => match refuse_tokens(outcome, tokens) {
                Ok(outcome) => {
                    self.keep_until_recorded(dir);
                    let outcome = if session.revealed { self.seal(outcome, tokens) } else { outcome };
                    self.end(step, attempt, outcome, usage).await
                }
                Err(outcome) => {
                    undo(self, &dir)?;
                    self.end(step, attempt, outcome, usage).await
                }
            },
            Ending::Ended(outcome) => {
                undo(self, &dir)?;
                if self.stop.is_cancelled() {
                    // The same try runs again when the promotion is resumed.
                    return Err(DriveError::Stopped);
                }
                self.end(step, attempt, outcome, usage).await
            }
        }
    }

    /// What an attempt that was told secrets gives back, as it may be stored.
    fn seal(&self, mut outcome: Outcome, tokens: &Tokens) -> Outcome {
        let seal = |json: &mut Value| *json = self.driver.seal_key.seal(json, tokens);
        outcome.output.iter_mut().for_each(seal);
        outcome.state.iter_mut().for_each(seal);
        outcome
    }

    async fn end(
        &mut self,
        step: StepIndex,
        attempt: AttemptNumber,
        outcome: Outcome,
        usage: Usage,
    ) -> Result<(), DriveError> {
        let after =
            self.unit.execute_deferred(|state| finish_attempt(state, step, attempt, outcome, usage)).await?;
        self.report_step(&after, step);
        Ok(())
    }

    /// Settles an effect that an earlier run left in doubt.
    pub(super) async fn settle(
        &mut self,
        state: &PromotionState,
        step: StepIndex,
        effect: EffectId,
    ) -> Result<(), DriveError> {
        let Some((spec, at)) = state.step(step) else { return Ok(()) };
        let Some(attempt) = &at.attempt else { return Ok(()) };
        let Some(in_doubt) = attempt.effects.get(&effect) else { return Ok(()) };
        let settlement = match self.pinned(state, spec) {
            Err(message) => Settlement::InDoubt(message),
            Ok(kind) => {
                let live = self.live_config(state, step, attempt.number, attempt.started_at);
                let dir = self.begin(step, attempt.number, &kind)?;
                let lease = self.lease(state, spec, attempt, IncarnationNumber(attempt.incarnations + 1));
                self.open_session(&lease, state, attempt, &kind, live.as_ref(), &dir).await;
                let sessions = &self.driver.ports.sessions;
                let settlement = sessions.settle(&lease, &in_doubt.call, in_doubt.started_at).await;
                sessions.close(&lease).await;
                settlement
            }
        };
        let after = self
            .unit
            .execute(Durability::Grouped, |state| settle_effect(state, step, effect, settlement))
            .await?;
        if after.steps.get(step.0).is_some_and(|step| step.is_done) {
            self.report_step(&after, step);
        }
        Ok(())
    }

    /// The step's kind, which must still be the one that the promotion began with.
    fn pinned(&self, state: &PromotionState, spec: &StepSpec) -> Result<Arc<StepKind>, String> {
        let kind = self.driver.ports.catalog.find(&spec.uses).map_err(|e| e.to_string())?;
        match state.components.get(&spec.uses) {
            Some(digest) if *digest != kind.binary.digest => Err(format!(
                "the promotion began with {} {digest}, which this version of windlass no longer has; finish it with the \
                 version it began with, or promote the freight again",
                spec.uses
            )),
            _ => Ok(kind),
        }
    }

    fn limits(&self, kind: &StepKind) -> Limits {
        let settings = &self.driver.settings;
        kind.manifest.limits.as_ref().unwrap_or(&settings.limits).bounded_by(&settings.most)
    }

    fn begin(
        &self,
        step: StepIndex,
        attempt: AttemptNumber,
        kind: &StepKind,
    ) -> Result<Arc<AttemptDir>, DriveError> {
        let limits = self.limits(kind);
        let most = DiskUsage { bytes: limits.disk_bytes, files: limits.disk_files };
        let key = AttemptKey { step: step.0, attempt: attempt.0 };
        let dir = self.dir.begin_attempt(key, most).map_err(|e| DriveError::Directory(e.to_string()))?;
        Ok(Arc::new(dir))
    }

    fn lease(
        &self,
        state: &PromotionState,
        spec: &StepSpec,
        attempt: &AttemptState,
        incarnation: IncarnationNumber,
    ) -> Lease {
        Lease {
            tenant: state.record.tenant.clone(),
            promotion: state.record.uid,
            step: spec.alias.clone(),
            attempt: attempt.number,
            incarnation,
            fencing: self.unit.fencing(),
        }
    }

    async fn open_session(
        &self,
        lease: &Lease,
        state: &PromotionState,
        attempt: &AttemptState,
        kind: &Arc<StepKind>,
        live: Option<&LiveConfig>,
        dir: &Arc<AttemptDir>,
    ) {
        let settings = &self.driver.settings;
        let spec = SessionSpec {
            lease: lease.clone(),
            project: state.record.project.clone(),
            stage: state.record.stage.clone(),
            promotion: state.record.name.clone(),
            kind: Arc::clone(kind),
            config: live.map_or_else(|| attempt.config.clone(), |live| live.real.clone()),
            tokens: live.map(|live| live.tokens.clone()).unwrap_or_default(),
            git_client: settings.git_client.clone(),
            policy: settings.policy.clone(),
            operator: settings.operator.clone(),
            limits: self.limits(kind),
            dir: Arc::clone(dir),
            started_at: attempt.started_at,
            seal: Arc::clone(&self.driver.seal_key) as Arc<dyn windlass_ports::sessions::Seal>,
            effects: Arc::clone(&self.unit) as Arc<dyn windlass_ports::effects::EffectRecord>,
            cancel: self.stop.child_token(),
        };
        self.driver.ports.sessions.open(spec).await;
    }

    #[expect(clippy::too_many_arguments, reason = "each is another part of one request")]
    fn request(
        &self,
        lease: &Lease,
        state: &PromotionState,
        spec: &StepSpec,
        attempt: &AttemptState,
        kind: &StepKind,
        dir: &Arc<AttemptDir>,
        left: Option<Value>,
    ) -> RunRequest {
        let seal_key = &self.driver.seal_key;
        let context = view::context(state, spec, seal_key, &self.driver.settings.ui_base_url);
        RunRequest {
            binary: kind.binary.clone(),
            entry: Entry::Run,
            lease: lease.clone(),
            input: StepInput {
                config: attempt.config.clone(),
                context: serde_json::to_value(context).unwrap_or_default(),
                state: left.map(|left| seal_key.open_all(&left)),
                attempt: attempt.number.0,
            },
            limits: self.limits(kind),
            dir: Arc::clone(dir),
            clock_start: attempt.started_at,
            seed: attempt.seed,
            cancel: self.stop.child_token(),
            broker: Arc::clone(&self.driver.ports.broker),
        }
    }

    async fn keep_log(
        &self,
        state: &PromotionState,
        spec: &StepSpec,
        attempt: AttemptNumber,
        session: &SessionReport,
    ) -> Result<(), DriveError> {
        if session.log.is_empty() {
            return Ok(());
        }
        let key = LogKey {
            tenant: state.record.tenant.clone(),
            promotion: state.record.uid,
            step: spec.alias.clone(),
            attempt,
        };
        let written = self.driver.ports.logs.write_log(&key, &session.log).await;
        written.map_err(|e| DriveError::Unit(e.into()))
    }

    fn report_start(&self, state: &PromotionState, step: StepIndex, attempt: AttemptNumber) {
        let Some((spec, _)) = state.step(step) else { return };
        self.report(
            state,
            Report::StepStarted {
                index: step.0,
                of: state.steps.len(),
                alias: spec.alias.to_string(),
                uses: spec.uses.clone(),
                attempt: attempt.0,
            },
        );
    }
}

/// An output that holds a token would hand it to later steps and to whoever reads the record, for whom it means nothing.
fn refuse_tokens(outcome: Outcome, tokens: &Tokens) -> Result<Outcome, Outcome> {
    let holds = |value: &Option<Value>| {
        value.as_ref().is_some_and(|value| {
            let text = value.to_string();
            tokens.keys().any(|token| text.contains(token.as_str()))
        })
    };
    if holds(&outcome.output) || holds(&outcome.state) {
        return Err(Outcome::errored_terminal(
            "the step's output holds the token of a secret instead of its value. Let the step ask for the grant \
             secrets.reveal, or keep the secret out of its output",
        ));
    }
    Ok(outcome)
}
