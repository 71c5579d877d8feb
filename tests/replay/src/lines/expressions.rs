//! `expressions.jsonl`: one template, or one configuration, over variables.

use serde_json::Value;
use windlass_expr::{ConfigTemplate, Evaluated, ExprError, NoFunctions, Scope, Template, Value as Computed};

use super::{Answer, Answered};

pub(super) fn answer(case: &Value) -> Answered {
    let evaluated = match evaluate(&case["template"], &case["env"]) {
        Ok(evaluated) => evaluated,
        Err(error) => return Ok(Answer::Refused(error.message().to_owned())),
    };
    Ok(match evaluated.to_json() {
        Ok(value) => Answer::Value(value),
        Err(_) => Answer::Special(evaluated.value.print()),
    })
}

fn evaluate(template: &Value, variables: &Value) -> Result<Evaluated, ExprError> {
    let variables = Computed::from_json(variables).as_map().cloned().unwrap_or_default();
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    match template.as_str() {
        Some(text) => Template::parse(text)?.evaluate(&scope),
        None => ConfigTemplate::parse(template)?.evaluate(&scope),
    }
}
