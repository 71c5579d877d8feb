//! What steps must have: of a stage's template, and of a task.

use std::collections::BTreeMap;

use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::step::{PromotionStep, Variable};
use windlass_versions::GoDuration;

use crate::manifests::decode::Decoder;
use crate::manifests::expressions::{check_condition, check_templates};

/// Complains about a task.
pub(in crate::manifests) fn check_task(decoder: &mut Decoder<'_>, task: &PromotionTask) {
    let path = |name: &str| vec!["spec".to_owned(), name.to_owned()];
    if task.spec.steps.is_empty() {
        decoder.error_at(&path("steps"), "a task has at least one step", "");
    }
    check_vars(decoder, &path("vars"), &task.spec.vars);
    check_steps(decoder, &path("steps"), &task.spec.steps, false);
}

/// Complains about variables.
pub(in crate::manifests) fn check_vars(decoder: &mut Decoder<'_>, path: &[String], vars: &[Variable]) {
    for (index, variable) in vars.iter().enumerate() {
        let at = |name: &str| [path, &[index.to_string(), name.to_owned()]].concat();
        let mut characters = variable.name.chars();
        let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !starts || !characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            let message = format!("{:?} is no name of a variable", variable.name);
            decoder.error_at(&at("name"), message, "use letters, digits and '_', beginning with no digit");
        }
        check_templates(decoder, &at("value"), &variable.value.clone().into());
    }
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
                &whole,
                "the step says neither what it uses nor which task stands here",
                "add uses: with a step kind",
            ),
            (false, Some(_)) => {
                decoder.error_at(&whole, "the step has both uses and task", "keep one of them");
            }
            (true, Some(_)) if !tasks_allowed => {
                decoder.error_at(&at("task"), "a task cannot use another task", "write its steps here");
            }
            (true, Some(task)) => {
                if task.name.is_empty() {
                    decoder.error_at(&at("task"), "the task has no name", "");
                }
                check_task_step(decoder, step, &at);
            }
            (false, None) => decoder.check_step_kind(&whole, &step.uses, step.config.as_ref()),
        }
        let alias = step.alias.trim();
        if is_reserved(alias) {
            let message = format!("the alias {alias:?} is reserved for steps without one");
            decoder.error_at(&at("as"), message, "choose another");
        } else if !alias.is_empty()
            && let Some(first) = aliases.insert(alias, index)
        {
            let message = format!("the alias {alias:?} is that of step {} already", first + 1);
            decoder.error_at(&at("as"), message, "choose another");
        }
        if let Some(text) = step.retry.as_ref().and_then(|retry| retry.timeout.as_deref())
            && let Err(error) = text.parse::<GoDuration>()
        {
            let path = [at("retry").as_slice(), &["timeout".to_owned()]].concat();
            decoder.error_at(&path, error.to_string(), error.hint());
        }
        check_condition(decoder, &at("if"), &step.condition);
        check_vars(decoder, &at("vars"), &step.vars);
        if let Some(config) = &step.config {
            check_templates(decoder, &at("config"), config);
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
            decoder.error_at(&at(name), message, "the steps of the task can");
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
