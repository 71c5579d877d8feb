//! The record of a new promotion: everything about it is fixed here.

use windlass_model::freight::{FreightCollection, FreightReference};
use windlass_model::ids::{
    FreightName, InvalidName, ProjectName, PromotionName, PromotionUid, StageName, StepAlias, TenantId,
};
use windlass_model::manifest::stage::StageSpec;
use windlass_model::manifest::step::PromotionStep;
use windlass_model::promotion::{PromotionRecord, StepSpec};

use crate::inflate::{InflateError, Tasks, inflate};
use crate::stage::StageState;

/// What a promotion is to be.
#[derive(Debug, Clone)]
pub struct NewPromotion<'a> {
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// In which project.
    pub project: &'a ProjectName,
    /// To which stage.
    pub stage: &'a StageName,
    /// What that stage says.
    pub spec: &'a StageSpec,
    /// What is in it.
    pub state: &'a StageState,
    /// What is promoted.
    pub freight: FreightReference,
    /// Its alias.
    pub freight_alias: String,
    /// Who asks for it; empty if nobody does.
    pub actor: String,
    /// Whether it goes back to older freight.
    pub rollback: bool,
    /// Its unique id.
    pub uid: PromotionUid,
    /// What its name is made of, so that names are in the order of time.
    pub ulid: String,
}

/// Why a promotion cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The template cannot be turned into steps.
    #[error(transparent)]
    Inflate(#[from] InflateError),
    /// The names do not make one for it.
    #[error(transparent)]
    Name(#[from] InvalidName),
}

/// Makes the record of a promotion.
///
/// # Errors
/// If the template cannot be turned into steps.
pub fn record(new: NewPromotion<'_>, tasks: &dyn Tasks) -> Result<PromotionRecord, RecordError> {
    let inflated = inflate(new.spec, tasks)?;
    let freight = FreightName::new(new.freight.name.clone())?;
    Ok(PromotionRecord {
        tenant: new.tenant.clone(),
        uid: new.uid,
        name: PromotionName::generate(new.stage, &new.ulid, &freight)?,
        project: new.project.clone(),
        stage: new.stage.clone(),
        freight_collection: collection(new.spec, new.state, &new.freight),
        freight: new.freight,
        freight_alias: new.freight_alias,
        freight_requests: new.spec.requested_freight.clone(),
        actor: new.actor,
        rollback: new.rollback,
        vars: inflated.vars,
        steps: inflated.steps.into_iter().map(step_spec).collect(),
    })
}

/// What the stage will hold: what it holds, of the origins it still asks for, and the new freight.
fn collection(spec: &StageSpec, state: &StageState, freight: &FreightReference) -> FreightCollection {
    let mut collection = FreightCollection::default();
    let is_requested =
        |held: &&FreightReference| spec.requested_freight.iter().any(|r| r.origin == held.origin);
    let current = state.current().into_iter().flat_map(FreightCollection::iter);
    for held in current.filter(is_requested) {
        collection.insert(held.clone());
    }
    collection.insert(freight.clone());
    collection
}

fn step_spec(step: PromotionStep) -> StepSpec {
    StepSpec {
        uses: step.uses,
        alias: StepAlias::new(step.alias),
        condition: step.condition,
        continue_on_error: step.continue_on_error,
        retry: step.retry,
        vars: step.vars,
        config: step.config,
    }
}
