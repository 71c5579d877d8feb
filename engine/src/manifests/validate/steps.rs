//! What steps must have: of a stage's template, and of a task.

use std::collections::BTreeMap;

use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::step::PromotionStep;

use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;

/// Complains about a task.
pub(in crate::manifests) fn check_task(decoder: &mut Decoder<'_>, task: &PromotionTask) {
    check_steps(decoder, &["spec", "steps"].map(ToOwned::to_owned), &task.spec.steps, false);
}

/// Complains about steps; only a template's may name tasks.
pub(in crate::manifests) fn check_steps(
    decoder: &mut Decoder<'_>,
    path: &[String],
    steps: &[PromotionStep],
    tasks_allowed: bool,
) {
    let mut aliases: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        let at = |name: &str| [path, &[index.to_string(), name.to_owned()]].concat();
        let whole = [path, &[index.to_string()]].concat();
        match (step.uses.is_empty(), &step.task) {
            (true, None) => decoder.error_at(
                Rule::MissingField,
                &whole,
                "the step says neither what it uses nor which task stands here",
                "add uses: with a step kind",
            ),
            (false, Some(_)) => {
                let message = "the step has both uses and task";
                decoder.error_at(Rule::ConflictingFields, &at("task"), message, "keep one of them");
            }
            (true, Some(_)) if !tasks_allowed => {
                let message = "a task cannot use another task";
                decoder.error_at(Rule::ConflictingFields, &at("task"), message, "write its steps here");
            }
            (true, Some(_)) => check_task_step(decoder, step, &at),
            (false, None) => decoder.check_step_kind(&whole, &step.uses, step.config.as_ref()),
        }
        let alias = step.alias.trim();
        if is_reserved(alias) {
            let message = format!("the alias {alias:?} is reserved for steps without one");
            decoder.error_at(Rule::ReservedAlias, &at("as"), message, "choose another");
        } else if !alias.is_empty()
            && let Some(first) = aliases.insert(alias, index)
        {
            let message = format!("the alias {alias:?} is that of step {} already", first + 1);
            decoder.error_at(Rule::DuplicateAlias, &at("as"), message, "choose another");
        }
    }
}

/// A step that names a task has none of what its own steps have.
fn check_task_step(decoder: &mut Decoder<'_>, step: &PromotionStep, at: &dyn Fn(&str) -> Vec<String>) {
    let wrong = [
        ("if", !step.condition.is_empty()),
        ("continueOnError", step.continue_on_error),
        ("retry", step.retry.is_some()),
        ("config", step.config.is_some()),
    ];
    for (name, there) in wrong {
        if there {
            let message = format!("a step that names a task cannot have {name}");
            decoder.error_at(Rule::ConflictingFields, &at(name), message, "the steps of the task can");
        }
    }
}

/// `step-3` and `task-3` are what steps without an alias are called.
fn is_reserved(alias: &str) -> bool {
    alias
        .strip_prefix("step-")
        .or_else(|| alias.strip_prefix("task-"))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
