//! The context of a promotion to a stage: as it would be if it were made now, with all steps before the one that is looked
//! at done. Freight is looked for when something asks for it.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map as Members, Value as Json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use windlass_expr::Scope;
use windlass_model::freight::FreightCollection;
use windlass_model::manifest::step::PromotionStep;
use windlass_model::promotion::{PromotionRecord, StepStatus};
use windlass_promotion::evaluate::functions::Allowed;
use windlass_promotion::evaluate::{EvaluateError, StepMeta, StepView, TargetFreight};
use windlass_promotion::inflate::{Inflated, inflate};
use windlass_promotion::sealed::SealKey;

use super::environment::Environment;
use super::input::Input;
use super::need::needs_freight;
use crate::failure::Failure;
use crate::project::{FindStage as _, Project};
use crate::run::{FreightChoice, Promoter};
use crate::wiring::{Engine, EngineOptions};
use windlass_control::data::LiveData;

/// What is asked about.
pub(crate) struct StageQuestion {
    /// The stage.
    pub(crate) stage: String,
    /// The alias of the step whose view is taken; none for that of a step after the last.
    pub(crate) step: Option<String>,
    /// Which freight.
    pub(crate) choice: FreightChoice,
    /// What is supposed beside that.
    pub(crate) environment: Environment,
}

/// A promotion that is only supposed.
pub(crate) struct StageContext {
    engine: Engine,
    question: StageQuestion,
    inflated: Inflated,
    /// How many steps are done.
    done: usize,
    outputs: Members<String, Json>,
    metas: Vec<StepMeta>,
    data: LiveData,
    key: SealKey,
    no_freight: FreightCollection,
    /// Once freight has been asked for.
    record: Option<PromotionRecord>,
    /// The record of those that have none.
    _scratch: Option<TempDir>,
}

impl StageContext {
    /// Puts the context together.
    ///
    /// # Errors
    /// If there is no such stage or step, or the record cannot be used.
    pub(crate) async fn start(
        mut question: StageQuestion,
        project: Arc<Project>,
        mut options: EngineOptions,
    ) -> Result<Self, Failure> {
        let stage = project.stage(&question.stage)?.1;
        let inflated = inflate(&stage.spec, project.as_ref())
            .map_err(|e| Failure::input(format!("Stage {:?}: {e}", question.stage)))?;
        let done = position(&inflated.steps, question.step.as_deref())?;
        let outputs = question.environment.take_outputs()?;
        let (data, scratch) = data_directory(options.data)?;
        options.data = data;
        let engine = Engine::start(options, project, CancellationToken::new()).await?;
        let data = Promoter::new(&engine).data().await?;
        let succeeded = |step: &PromotionStep| StepMeta {
            alias: step.alias.clone(),
            status: Some(StepStatus::Succeeded),
            continue_on_error: step.continue_on_error,
        };
        Ok(Self {
            metas: inflated.steps.iter().take(done).map(succeeded).collect(),
            key: engine.seal_key(),
            engine,
            question,
            inflated,
            done,
            outputs,
            data,
            no_freight: FreightCollection::default(),
            record: None,
            _scratch: scratch,
        })
    }

    /// Chooses freight if the input or a variable needs it.
    pub(super) async fn prepare(&mut self, input: &Input) -> Result<(), Failure> {
        if self.record.is_some() || !(needs_freight(input) || self.variables_need_freight()) {
            return Ok(());
        }
        let promoter = Promoter::new(&self.engine);
        self.record = Some(promoter.preview(&self.question.stage, &self.question.choice).await?);
        Ok(())
    }

    /// Variables are evaluated whatever is asked.
    fn variables_need_freight(&self) -> bool {
        let all = self.inflated.vars.iter().chain(self.step().into_iter().flat_map(|step| &step.vars));
        // One that does not parse is told when it is evaluated.
        all.filter_map(|variable| Input::template(&variable.value).ok()).any(|input| needs_freight(&input))
    }

    fn step(&self) -> Option<&PromotionStep> {
        self.inflated.steps.get(self.done)
    }

    pub(super) fn scoped<T>(&self, work: impl FnOnce(&Scope<'_>) -> T) -> Result<T, EvaluateError> {
        let view = self.view();
        let mut environment = view.environment()?;
        self.question.environment.add_to(&mut environment);
        let functions = view.functions(Allowed::ALL);
        Ok(work(&Scope::new(environment, &functions, view.now)))
    }

    fn view(&self) -> StepView<'_> {
        let record = self.record.as_ref();
        let project = &self.engine.project;
        let requests = project.stages.iter().find(|(name, _)| name.as_str() == self.question.stage);
        StepView {
            project: project.name.as_str(),
            stage: &self.question.stage,
            promotion: record.map(|record| record.name.as_str()).unwrap_or_default(),
            actor: "",
            rollback: false,
            ui_base_url: "",
            target_freight: record.map_or_else(TargetFreight::default, |record| TargetFreight {
                name: record.freight.name.clone(),
                alias: record.freight_alias.clone(),
                origin: record.freight.origin.name.clone(),
            }),
            target: None,
            vars: &self.inflated.vars,
            alias: self.step().map(|step| step.alias.as_str()).unwrap_or_default(),
            step_vars: self.step().map(|step| step.vars.as_slice()).unwrap_or_default(),
            outputs: &self.outputs,
            metas: &self.metas,
            seal_key: &self.key,
            freight_requests: requests
                .map(|(_, stage)| stage.spec.requested_freight.as_slice())
                .unwrap_or_default(),
            freight: record.map_or(&self.no_freight, |record| &record.freight_collection),
            data: &self.data,
            templates: self.engine.templates(),
            now: self.engine.clock.now().to_jiff(),
        }
    }
}

/// How many steps are before the one that is named.
fn position(steps: &[PromotionStep], named: Option<&str>) -> Result<usize, Failure> {
    let Some(named) = named else { return Ok(steps.len()) };
    steps.iter().position(|step| step.alias == named).ok_or_else(|| {
        let aliases: Vec<&str> = steps.iter().map(|step| step.alias.as_str()).collect();
        let hint = match windlass_catalog::nearest(named, aliases.iter().copied()) {
            Some(similar) => format!("did you mean {similar}?"),
            None => format!("its steps are {}", aliases.join(", ")),
        };
        Failure::input(format!("there is no step {named:?}")).hint(hint)
    })
}

/// The record that is there, or an empty one that is gone afterwards.
fn data_directory(wanted: PathBuf) -> Result<(PathBuf, Option<TempDir>), Failure> {
    if wanted.is_dir() {
        return Ok((wanted, None));
    }
    let scratch = tempfile::tempdir()
        .map_err(|e| Failure::environment(format!("no temporary directory can be made: {e}")))?;
    Ok((scratch.path().to_owned(), Some(scratch)))
}
