//! The record of a new promotion: everything about it is fixed here.

use windlass_model::freight::FreightCollection;
use windlass_model::ids::{PromotionName, PromotionUid, StageName, StepAlias, TenantId};
use windlass_model::manifest::stage::StageSpec;
use windlass_model::manifest::step::PromotionStep;
use windlass_model::promotion::{PromotionRecord, StepSpec};
use windlass_model::time::Timestamp;
use windlass_promotion::inflate::inflate;
use windlass_promotion::stage::StageState;

use super::freight::{StoredFreight, freight_name};
use crate::failure::Failure;
use crate::project::Project;

/// Makes the record of a promotion of `freight` to a stage.
///
/// # Errors
/// If the template cannot be turned into steps.
pub(crate) fn record(
    project: &Project,
    name: &StageName,
    stage: &StageSpec,
    state: &StageState,
    freight: StoredFreight,
    now: Timestamp,
) -> Result<PromotionRecord, Failure> {
    let inflated = inflate(stage, project)
        .map_err(|e| Failure::input(format!("Stage {name:?}: {e}", name = name.as_str())))?;
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or_default();
    let ulid = ulid::Ulid::from_parts(millis, uuid::Uuid::new_v4().as_u128());
    let id = freight_name(&freight.reference)?;
    let promotion = PromotionName::generate(name, &ulid.to_string(), &id)
        .map_err(|e| Failure::environment(e.to_string()))?;
    Ok(PromotionRecord {
        tenant: TenantId::default(),
        uid: PromotionUid(uuid::Uuid::new_v4()),
        name: promotion,
        project: project.name.clone(),
        stage: name.clone(),
        freight_collection: collection(stage, state, &freight),
        freight: freight.reference,
        freight_alias: freight.alias,
        freight_requests: stage.requested_freight.clone(),
        actor: String::new(),
        rollback: false,
        vars: inflated.vars,
        steps: inflated.steps.into_iter().map(step_spec).collect(),
    })
}

/// What the stage will hold: what it holds, of the origins it still asks for, and the new freight.
fn collection(stage: &StageSpec, state: &StageState, freight: &StoredFreight) -> FreightCollection {
    let mut collection = FreightCollection::default();
    let current = state.current.iter().flat_map(|(current, _)| current.iter());
    for held in current.filter(|held| stage.requested_freight.iter().any(|r| r.origin == held.origin)) {
        collection.insert(held.clone());
    }
    collection.insert(freight.reference.clone());
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
