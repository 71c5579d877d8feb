//! What a step sees of its promotion, in expressions and in its context.

use windlass_model::context::{StepContext, TargetFreight as ContextFreight};
use windlass_model::event::promotion::StepIndex;
use windlass_model::promotion::StepSpec;
use windlass_model::time::Timestamp;

use super::Driver;
use crate::evaluate::{StepMeta, StepView, TargetFreight};
use crate::sealed::SealKey;
use crate::state::PromotionState;

/// The earlier steps, as expressions see them.
pub(super) fn metas(state: &PromotionState, step: StepIndex) -> Vec<StepMeta> {
    state
        .record
        .steps
        .iter()
        .zip(&state.steps)
        .take(step.0)
        .map(|(spec, at)| StepMeta {
            alias: spec.alias.to_string(),
            status: at.status,
            continue_on_error: spec.continue_on_error,
        })
        .collect()
}

/// Everything the expressions of a step can see.
pub(super) fn view<'a>(
    driver: &'a Driver,
    state: &'a PromotionState,
    spec: &'a StepSpec,
    metas: &'a [StepMeta],
    now: Timestamp,
) -> StepView<'a> {
    let record = &state.record;
    StepView {
        project: record.project.as_str(),
        stage: record.stage.as_str(),
        promotion: record.name.as_str(),
        actor: &record.actor,
        rollback: record.rollback,
        ui_base_url: &driver.settings.ui_base_url,
        target_freight: TargetFreight {
            name: record.freight.name.clone(),
            alias: record.freight_alias.clone(),
            origin: record.freight.origin.name.clone(),
        },
        target: None,
        vars: &record.vars,
        alias: spec.alias.as_str(),
        step_vars: &spec.vars,
        outputs: &state.outputs,
        metas,
        seal_key: &driver.seal_key,
        freight_requests: &record.freight_requests,
        freight: &record.freight_collection,
        data: driver.ports.data.as_ref(),
        templates: &driver.ports.templates,
        now: now.to_jiff(),
    }
}

/// What the step itself is told.
pub(super) fn context(
    state: &PromotionState,
    spec: &StepSpec,
    seal_key: &SealKey,
    ui_base_url: &str,
) -> StepContext {
    let record = &state.record;
    StepContext {
        project: record.project.to_string(),
        stage: record.stage.to_string(),
        promotion: record.name.to_string(),
        actor: record.actor.clone(),
        rollback: record.rollback,
        alias: spec.alias.to_string(),
        ui_base_url: ui_base_url.to_owned(),
        freight_requests: record.freight_requests.clone(),
        freight: record.freight_collection.clone(),
        target_freight: Some(ContextFreight {
            name: record.freight.name.clone(),
            alias: record.freight_alias.clone(),
            origin: record.freight.origin.clone(),
        }),
        outputs: seal_key.show(&serde_json::Value::Object(state.outputs.clone())),
    }
}
