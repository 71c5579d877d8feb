//! Makes a promotion and drives it to its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass_model::ids::{PromotionUid, StageName};
use windlass_model::manifest::stage::StageSpec;
use windlass_model::promotion::PromotionRecord;
use windlass_ports::journal::Journal;
use windlass_promotion::driver::DriveError;
use windlass_promotion::project_stages::ProjectStages;
use windlass_promotion::record::{NewPromotion, record};
use windlass_promotion::stage::StageState;
use windlass_promotion::state::PromotionState;
use windlass_promotion::unit::{Birth, PromotionUnit, UnitError};

use super::freight::{FreightChoice, FreightChooser, Keeping, StoredFreight, freight_name};
use super::unfinished;
use crate::failure::Failure;
use crate::project::FindStage as _;
use crate::wiring::Engine;
use windlass_control::data::{LiveData, status_json};

/// Who holds promotions while this command runs.
const OWNER: &str = "run";

/// How driving a promotion went.
#[derive(Debug)]
pub(crate) enum Ended {
    /// To its end.
    Finished(Box<PromotionState>),
    /// It was told to stop, and can be resumed.
    Parked(Box<PromotionState>),
}

/// Promotes freight to the stages of one project.
pub(crate) struct Promoter<'a> {
    engine: &'a Engine,
    stages: ProjectStages,
}

impl<'a> Promoter<'a> {
    /// For the project of an engine.
    pub(crate) fn new(engine: &'a Engine) -> Self {
        let journal: Arc<dyn Journal> = Arc::clone(&engine.store) as Arc<dyn Journal>;
        let project = &engine.project;
        let stages = ProjectStages::new(
            journal,
            Arc::clone(&engine.clock),
            engine.tenant.clone(),
            project.name.clone(),
            project.stage_specs(),
        );
        Self { engine, stages }
    }

    fn chooser(&self) -> FreightChooser<'_> {
        FreightChooser { engine: self.engine, stages: &self.stages, keeping: Keeping::InRecord }
    }

    /// Chooses freight and makes its promotion to a stage.
    ///
    /// # Errors
    /// If the stage cannot be promoted to, no freight is available, or the record cannot be kept.
    pub(crate) async fn create(
        &self,
        stage: &str,
        choice: &FreightChoice,
    ) -> Result<Arc<PromotionUnit>, Failure> {
        let engine = self.engine;
        let (name, stage) = engine.project.stage(stage)?;
        refuse_what_is_to_come(name.as_str(), &stage.spec)?;
        // Promotions that ended when the last process died may not have reached their stages.
        self.stages.process().await.map_err(|e| unit_failed(&e))?;
        let journal: Arc<dyn Journal> = Arc::clone(&engine.store) as Arc<dyn Journal>;
        if let Some(open) =
            unfinished::of_stage(journal.as_ref(), &engine.project.name, name.as_str()).await?
        {
            return Err(Failure::input(format!("the promotion {} to {name} has not ended", open.name)).hint(
                format!(
                    "take it up with `windlass run --resume {0}`, or give it up with `windlass abort {0}`",
                    open.name
                ),
            ));
        }
        let freight = self.chooser().choose(name, &stage.spec, choice).await?;
        let state = self.stages.state(name).await.map_err(|e| unit_failed(&e))?;
        let record = self.record(name, &stage.spec, &state, freight)?;
        self.check_steps(&record)?;
        let clock = Arc::clone(&engine.clock);
        let unit =
            PromotionUnit::create(journal, clock, record, OWNER, engine.lease_end(), Birth::default()).await;
        Ok(Arc::new(unit.map_err(|e| unit_failed(&e))?))
    }

    /// The record that a promotion to a stage would have if it were made now. Nothing is recorded, not even freight.
    ///
    /// # Errors
    /// If no freight is available, or the steps cannot be made.
    pub(crate) async fn preview(
        &self,
        stage: &str,
        choice: &FreightChoice,
    ) -> Result<PromotionRecord, Failure> {
        let engine = self.engine;
        let (name, stage) = engine.project.stage(stage)?;
        let chooser = FreightChooser { keeping: Keeping::Nowhere, ..self.chooser() };
        let freight = chooser.choose(name, &stage.spec, choice).await?;
        let state = self.stages.state(name).await.map_err(|e| unit_failed(&e))?;
        self.record(name, &stage.spec, &state, freight)
    }

    fn record(
        &self,
        name: &StageName,
        stage: &StageSpec,
        state: &StageState,
        freight: StoredFreight,
    ) -> Result<PromotionRecord, Failure> {
        let engine = self.engine;
        let millis = u64::try_from(engine.clock.now().as_micros() / 1_000).unwrap_or_default();
        let new = NewPromotion {
            tenant: &engine.tenant,
            project: &engine.project.name,
            stage: name,
            spec: stage,
            state,
            freight: freight.reference,
            freight_alias: freight.alias,
            actor: String::new(),
            rollback: false,
            uid: PromotionUid(uuid::Uuid::new_v4()),
            ulid: ulid::Ulid::from_parts(millis, uuid::Uuid::new_v4().as_u128()).to_string(),
        };
        record(new, engine.project.as_ref())
            .map_err(|e| Failure::input(format!("Stage {name:?}: {e}", name = name.as_str())))
    }

    /// What expressions can ask the project for.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub(crate) async fn data(&self) -> Result<LiveData, Failure> {
        let engine = self.engine;
        let statuses = self.freight_statuses().await?;
        let statuses: BTreeMap<String, serde_json::Value> =
            statuses.iter().map(|(name, status)| (name.clone(), status_json(status))).collect();
        Ok(LiveData::new(Arc::clone(&engine.cell), Arc::new(statuses), Arc::clone(&engine.records)))
    }

    /// Takes up a promotion that has not ended: the one called `name`, or the only one.
    ///
    /// # Errors
    /// If there is no such promotion, or it is of another project.
    pub(crate) async fn resume(&self, name: Option<&str>) -> Result<Arc<PromotionUnit>, Failure> {
        let engine = self.engine;
        let journal: Arc<dyn Journal> = Arc::clone(&engine.store) as Arc<dyn Journal>;
        let found = unfinished::find(journal.as_ref(), name).await?;
        if found.unit.project != engine.project.name {
            return Err(Failure::input(format!(
                "the promotion {} is of project {}, and the manifests are of {}",
                found.name, found.unit.project, engine.project.name
            ))
            .hint("name the manifests of that project with -f"));
        }
        let clock = Arc::clone(&engine.clock);
        let unit = PromotionUnit::load(journal, clock, found.unit, OWNER, engine.lease_end()).await;
        Ok(Arc::new(unit.map_err(|e| unit_failed(&e))?))
    }

    /// Drives a promotion to its end and records what follows from it.
    ///
    /// # Errors
    /// If the record or the work directory fails.
    pub(crate) async fn drive(
        &self,
        unit: Arc<PromotionUnit>,
        stop: CancellationToken,
    ) -> Result<Ended, Failure> {
        let data = Arc::new(self.data().await?);
        let driver = self.engine.driver(data);
        match driver.run(Arc::clone(&unit), stop).await {
            Ok(state) => {
                self.stages.process().await.map_err(|e| unit_failed(&e))?;
                Ok(Ended::Finished(Box::new(state)))
            }
            Err(DriveError::Stopped) => Ok(Ended::Parked(Box::new(unit.state().await))),
            Err(error) => {
                let name = unit.state().await.record.name.clone();
                Err(Failure::environment(error.to_string()).hint(format!(
                    "nothing is lost: go on with `windlass run --resume {name}` once it is put right"
                )))
            }
        }
    }

    /// The status of all freight that is kept.
    async fn freight_statuses(
        &self,
    ) -> Result<BTreeMap<String, windlass_promotion::availability::FreightStatus>, Failure> {
        let stored = self.chooser().stored().await?;
        let names: Vec<_> =
            stored.iter().map(|freight| freight_name(&freight.reference)).collect::<Result<_, _>>()?;
        let statuses = self.stages.freight_statuses(&names).await.map_err(|e| unit_failed(&e))?;
        Ok(statuses.into_iter().map(|(name, status)| (name.to_string(), status)).collect())
    }

    /// Every step kind must be there before anything begins.
    fn check_steps(&self, record: &PromotionRecord) -> Result<(), Failure> {
        for step in &record.steps {
            if let Err(error) = self.engine.catalog().find(&step.uses) {
                return Err(Failure::input(format!("step {:?}: {error}", step.alias.as_str())));
            }
        }
        Ok(())
    }
}

/// Blocks of a Stage that would have an effect in Kargo and have none here yet are refused, never ignored.
fn refuse_what_is_to_come(name: &str, stage: &StageSpec) -> Result<(), Failure> {
    let refuse = |field: &str| {
        Err(Failure::input(format!("Stage {name:?} has {field}, which this version cannot carry out yet"))
            .hint(format!("promote to a stage without it, or take spec.{field} out")))
    };
    if stage.verification.is_some() {
        return refuse("verification");
    }
    if stage.targets.is_some() {
        return refuse("targets");
    }
    Ok(())
}

fn unit_failed(error: &UnitError) -> Failure {
    Failure::environment(error.to_string())
}
