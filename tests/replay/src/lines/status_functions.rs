//! `status_functions.jsonl`: whether a step runs, its variables, its configuration.

use serde_json::{Map, Value, json};
use windlass_model::freight::FreightCollection;
use windlass_model::manifest::step::Variable;
use windlass_model::promotion::StepStatus;
use windlass_promotion::evaluate::{StepMeta, StepView, TargetFreight};

use super::project::{Project, Surroundings};
use super::{Answer, Answered, part, text};

pub(super) fn answer(case: &Value) -> Answered {
    let outputs: Map<String, Value> = part(case, "outputs")?;
    let (project, surroundings) =
        (Project::default(), Surroundings::new(outputs, FreightCollection::default()));
    let context = &case["context"];
    let (vars, step_vars): (Vec<Variable>, Vec<Variable>) = (part(case, "vars")?, part(case, "stepVars")?);
    let metas: Vec<StepMeta> = case["steps"].as_array().into_iter().flatten().map(record).collect();
    let reference = &context["targetFreightRef"];
    let view = StepView {
        stage: text(context, "stage"),
        promotion: text(context, "promotion"),
        ui_base_url: text(context, "uiBaseUrl"),
        actor: text(context, "actor"),
        rollback: context["rollback"] == true,
        target_freight: TargetFreight {
            name: text(reference, "name").to_owned(),
            alias: text(context, "targetFreightAlias").to_owned(),
            origin: text(&reference["origin"], "name").to_owned(),
        },
        target: context.get("Target").cloned(),
        vars: &vars,
        step_vars: &step_vars,
        alias: text(case, "alias"),
        metas: &metas,
        ..surroundings.view(&project)
    };
    match text(case, "kind") {
        "if" => Ok(Answer::from_result(view.should_run(text(case, "if")).map(|run| json!({"run": run})))),
        "vars" => Ok(match view.all_variables() {
            Ok(variables) => Answer::from_result(windlass_expr::Value::from(variables).to_json()),
            Err(error) => Answer::Refused(error.to_string()),
        }),
        "config" => Ok(match view.config(case.get("config")) {
            Ok(evaluated) => Answer::from_result(evaluated.to_json()),
            Err(error) => Answer::Refused(error.to_string()),
        }),
        other => Err(format!("{other:?} is no kind of these vectors")),
    }
}

/// The record of a step that ran before.
fn record(step: &Value) -> StepMeta {
    StepMeta {
        alias: text(step, "alias").to_owned(),
        status: serde_json::from_value::<StepStatus>(step["status"].clone()).ok(),
        continue_on_error: step["continueOnError"] == true,
    }
}
