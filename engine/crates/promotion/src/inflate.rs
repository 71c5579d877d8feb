//! From a stage's template to the steps of a promotion: tasks are put in, aliases and variables made, exactly as
//! Kargo's admission does it (`kargo.md` 3.3 and 4.6). Later changes of a template or a task never reach a promotion.

use windlass_model::ids::StepAlias;
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::stage::StageSpec;
use windlass_model::manifest::step::{PromotionStep, Retry, TaskKind, TaskReference, Variable};
use windlass_versions::GoDuration;

/// Finds tasks.
pub trait Tasks {
    /// The task that a reference names.
    fn find(&self, reference: &TaskReference) -> Option<&PromotionTask>;
}

/// Why a promotion cannot be made of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// A control-flow stage.
    #[error("the stage defines no promotion steps")]
    NoSteps,
    /// A task does not exist.
    #[error("{kind} {name:?} not found (step {index}); create it, or correct the step's task.name")]
    TaskNotFound {
        /// Where it was looked up.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The step of the template, from 1.
        index: usize,
    },
    /// A task's variable has no value.
    #[error(
        "inflate task steps for task {task:?} ({alias:?}): missing value for variable {variable:?}; give it under the \
         step's vars, or under the vars of the stage or its template"
    )]
    MissingVariable {
        /// The task.
        task: String,
        /// The alias of the step that names it.
        alias: String,
        /// The variable.
        variable: String,
    },
    /// A duration cannot be read.
    #[error("step {alias:?}: retry.timeout: {message}")]
    Duration {
        /// The step.
        alias: String,
        /// Why, as Go says it.
        message: String,
    },
}

/// The variables and steps of a promotion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inflated {
    /// The stage's variables, then the template's: the later wins where a name repeats.
    pub vars: Vec<Variable>,
    /// The steps in order, each with an alias.
    pub steps: Vec<PromotionStep>,
}

/// Makes the variables and steps of a promotion into the stage.
///
/// # Errors
/// If a task is missing or has a variable without value, or there are no steps.
pub fn inflate(stage: &StageSpec, tasks: &dyn Tasks) -> Result<Inflated, InflateError> {
    let template = stage.promotion_template.as_ref().map(|template| &template.spec);
    let Some(template) = template.filter(|template| !template.steps.is_empty()) else {
        return Err(InflateError::NoSteps);
    };
    let vars: Vec<Variable> = stage.vars.iter().chain(&template.vars).cloned().collect();
    let mut steps = Vec::new();
    for (index, step) in template.steps.iter().enumerate() {
        let alias = alias(step, index);
        match &step.task {
            Some(reference) => inflate_task(step, reference, &alias, index, &vars, tasks, &mut steps)?,
            None => {
                steps.push(PromotionStep { retry: canonical_retry(step, &alias)?, alias, ..step.clone() });
            }
        }
    }
    Ok(Inflated { vars, steps })
}

/// The alias as written, or made of the place in the list as written.
fn alias(step: &PromotionStep, index: usize) -> String {
    let written = step.alias.trim();
    match (written.is_empty(), &step.task) {
        (false, _) => written.to_owned(),
        (true, Some(_)) => format!("task-{}", index + 1),
        (true, None) => format!("step-{}", index + 1),
    }
}

fn inflate_task(
    step: &PromotionStep,
    reference: &TaskReference,
    alias_of_task: &str,
    index: usize,
    promotion_vars: &[Variable],
    tasks: &dyn Tasks,
    steps: &mut Vec<PromotionStep>,
) -> Result<(), InflateError> {
    let task = tasks.find(reference).ok_or_else(|| InflateError::TaskNotFound {
        kind: match reference.kind.unwrap_or_default() {
            TaskKind::PromotionTask => "PromotionTask",
            TaskKind::ClusterPromotionTask => "ClusterPromotionTask",
        },
        name: reference.name.clone(),
        index: index + 1,
    })?;
    let vars = task_vars(task, step, alias_of_task, promotion_vars)?;
    for (inner_index, inner) in task.spec.steps.iter().enumerate() {
        let alias = StepAlias::within(alias_of_task, &alias(inner, inner_index)).as_str().to_owned();
        steps.push(PromotionStep {
            vars: vars.iter().chain(&inner.vars).cloned().collect(),
            retry: canonical_retry(inner, &alias)?,
            alias,
            ..inner.clone()
        });
    }
    Ok(())
}

/// The task's own values, unless the promotion gives one, then what the reference says. A variable without a value is an
/// input, and must be given by the promotion or the reference.
fn task_vars(
    task: &PromotionTask,
    step: &PromotionStep,
    alias: &str,
    promotion_vars: &[Variable],
) -> Result<Vec<Variable>, InflateError> {
    let given = |vars: &[Variable], name: &str| vars.iter().any(|v| v.name == name && !v.value.is_empty());
    let mut vars = Vec::new();
    for variable in &task.spec.vars {
        if given(promotion_vars, &variable.name) {
            continue;
        }
        if !variable.value.is_empty() {
            vars.push(variable.clone());
        } else if !given(&step.vars, &variable.name) {
            return Err(InflateError::MissingVariable {
                task: task.metadata.name.clone(),
                alias: alias.to_owned(),
                variable: variable.name.clone(),
            });
        }
    }
    vars.extend(step.vars.iter().cloned());
    Ok(vars)
}

/// Durations are stored in Go's canonical form.
fn canonical_retry(step: &PromotionStep, alias: &str) -> Result<Option<Retry>, InflateError> {
    let Some(retry) = &step.retry else { return Ok(None) };
    let timeout = match &retry.timeout {
        Some(text) => Some(
            text.parse::<GoDuration>()
                .map(|d| d.to_string())
                .map_err(|e| InflateError::Duration { alias: alias.to_owned(), message: e.to_string() })?,
        ),
        None => None,
    };
    Ok(Some(Retry { timeout, ..retry.clone() }))
}
