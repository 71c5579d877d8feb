//! A step: its variables, its `if`, and its configuration.

use serde_json::Value;
use windlass_model::manifest::step::PromotionStep;

use super::bare;
use super::finding::Finding;
use super::references::{self, Tested};
use super::scope::{Place, Scope, Variables};

/// Checks everything in a step that is no task. `scope` says where it stands, `vars` what is defined before its own.
pub(super) fn check_step<'a>(
    step: &'a PromotionStep,
    scope: &Scope<'_>,
    mut vars: Variables<'a>,
    tell: &mut dyn FnMut(&[String], Finding),
) {
    vars.announce(&step.vars);
    for (index, variable) in step.vars.iter().enumerate() {
        let scope = Scope { place: Place::StepVars, vars: &vars, ..*scope };
        let path = ["vars".to_owned(), index.to_string(), "value".to_owned()];
        let findings = references::check(&variable.value, &scope, &Tested::default());
        findings.into_iter().for_each(|finding| tell(&path, finding));
        vars.define(variable);
    }
    let scope = Scope { place: Place::Step, vars: &vars, ..*scope };
    let mut guard = Tested::default();
    let findings = references::check(&step.condition, &scope, &guard);
    findings.into_iter().for_each(|finding| tell(&["if".to_owned()], finding));
    if let Ok(condition) = scope.world.texts.template(&step.condition) {
        guard.extend(&condition);
    }
    if let Some(config) = &step.config {
        let mut path = vec!["config".to_owned()];
        check_config(config, &scope, &guard, &mut path, tell);
        bare::check_config(&step.uses, config, scope.world.texts, tell);
    }
}

fn check_config(
    value: &Value,
    scope: &Scope<'_>,
    guard: &Tested,
    path: &mut Vec<String>,
    tell: &mut dyn FnMut(&[String], Finding),
) {
    let mut below = |segment: String, value: &Value, path: &mut Vec<String>| {
        path.push(segment);
        check_config(value, scope, guard, path, tell);
        path.pop();
    };
    match value {
        Value::String(text) => {
            references::check(text, scope, guard).into_iter().for_each(|finding| tell(path, finding));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(index.to_string(), item, path));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| below(key.clone(), member, path));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
