//! Evaluating a step's `if`, variables and configuration (`kargo.md` section 3), on real values, in the host.
//!
//! The order is Kargo's: the promotion's variables top to bottom, then the step's, then the `if` or the configuration; all
//! of it again at every use.

mod freight_values;
pub mod functions;
#[cfg(test)]
mod page_tests;
mod templates;
#[cfg(test)]
mod tests;
mod variables;

pub use templates::Templates;

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use windlass_expr::{ConfigTemplate, Evaluated, ExprError, Map as Variables, Scope, has_expressions};
use windlass_model::freight::FreightCollection;
use windlass_model::manifest::stage::FreightRequest;
use windlass_model::manifest::step::Variable;
use windlass_model::promotion::StepStatus;

use crate::sealed::SealKey;
use functions::{Allowed, HostFunctions, ProjectData};
use variables::Place;

/// What is known of an earlier step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepMeta {
    /// Its alias.
    pub alias: String,
    /// Its status; none before it begins.
    pub status: Option<StepStatus>,
    /// Whether its failure counts.
    pub continue_on_error: bool,
}

/// The freight being promoted, as `ctx` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFreight {
    /// Its name.
    pub name: String,
    /// Its alias.
    pub alias: String,
    /// The warehouse it comes from.
    pub origin: String,
}

/// Everything an expression of a step can see.
pub struct StepView<'a> {
    /// The project.
    pub project: &'a str,
    /// The stage.
    pub stage: &'a str,
    /// The promotion's name.
    pub promotion: &'a str,
    /// Who asked for it, with its prefix (`email:…`).
    pub actor: &'a str,
    /// Whether it goes back to older freight.
    pub rollback: bool,
    /// The address of the web UI.
    pub ui_base_url: &'a str,
    /// The freight being promoted.
    pub target_freight: TargetFreight,
    /// The target below the stage, if the stage has any: `{params, labels}`.
    pub target: Option<Json>,
    /// The promotion's variables.
    pub vars: &'a [Variable],
    /// The step's alias.
    pub alias: &'a str,
    /// The step's variables.
    pub step_vars: &'a [Variable],
    /// The outputs so far, by alias.
    pub outputs: &'a Map<String, Json>,
    /// The earlier steps.
    pub metas: &'a [StepMeta],
    /// Opens the outputs that are sealed.
    pub seal_key: &'a SealKey,
    /// What the stage asks for.
    pub freight_requests: &'a [FreightRequest],
    /// The freight of every origin.
    pub freight: &'a FreightCollection,
    /// What else the project has.
    pub data: &'a dyn ProjectData,
    /// What has been parsed.
    pub templates: &'a Templates,
    /// What `now()` gives.
    pub now: jiff::Timestamp,
}

/// Why an expression of a step cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}{}", hint.as_ref().map(|h| format!(" ({h})")).unwrap_or_default())]
pub struct EvaluateError {
    /// What was being evaluated, as Kargo names it.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where in the configuration, as a JSON pointer.
    pub pointer: Option<String>,
}

impl EvaluateError {
    fn new(place: impl Into<String>, text: &str, error: &ExprError) -> Self {
        Self {
            place: place.into(),
            message: with_caret(text, error),
            hint: error.hint().map(ToOwned::to_owned),
            pointer: error.pointer().map(ToOwned::to_owned),
        }
    }
}

/// The message with the text it is about, where that is one short line: `… in ${{ vars.x.y }} at column 5`.
fn with_caret(text: &str, error: &ExprError) -> String {
    const SHORT: usize = 200;
    if text.is_empty() || text.len() > SHORT || text.contains('\n') {
        let position = error.position();
        return format!("{} at line {}, column {}", error.message(), position.line, position.column);
    }
    format!("{} in {text:?} at column {}", error.message(), error.position().column)
}

impl StepView<'_> {
    /// Whether the step runs: without `if`, unless an earlier step failed that was not allowed to.
    ///
    /// # Errors
    /// If an expression fails, or the `if` is no boolean.
    pub fn should_run(&self, condition: &str) -> Result<bool, EvaluateError> {
        if condition.is_empty() {
            return Ok(!self.metas.iter().any(|meta| {
                !meta.continue_on_error
                    && matches!(meta.status, Some(StepStatus::Failed | StepStatus::Errored))
            }));
        }
        let vars = self.all_variables()?;
        let functions = self.functions(Allowed::ALL);
        let scope = self.scope(vars, Place::Step, &functions);
        let place = "if";
        let template = self.templates.get(condition).map_err(|e| EvaluateError::new(place, condition, &e))?;
        let evaluated = template.evaluate(&scope).map_err(|e| EvaluateError::new(place, condition, &e))?;
        evaluated.value.as_bool().ok_or_else(|| EvaluateError {
            place: place.to_owned(),
            message: format!("expression must evaluate to a boolean, got {}", evaluated.value.type_name()),
            hint: (!template.has_expressions()).then(|| format!("write ${{{{ {condition} }}}}")),
            pointer: None,
        })
    }

    /// The step's configuration. None means `{}`.
    ///
    /// # Errors
    /// If an expression fails.
    pub fn config(&self, config: Option<&Json>) -> Result<Evaluated, EvaluateError> {
        let empty = json!({});
        let place = "failed to get step config";
        let (vars, config) = match config {
            Some(config) => (self.all_variables()?, config),
            // Without a configuration the variables are never looked at.
            None => (Variables::new(), &empty),
        };
        let functions = self.functions(Allowed::ALL);
        let scope = self.scope(vars, Place::Step, &functions);
        let failed = |e: &ExprError| {
            let text = e.pointer().and_then(|p| config.pointer(p)).and_then(Json::as_str).unwrap_or_default();
            EvaluateError::new(place, text, e)
        };
        let template = ConfigTemplate::parse_with(config, &|text| self.templates.get(text));
        let template = template.map_err(|e| failed(&e))?;
        template.evaluate(&scope).map_err(|e| failed(&e))
    }

    /// The values of all variables, the promotion's and the step's.
    ///
    /// # Errors
    /// If an expression fails.
    pub fn all_variables(&self) -> Result<Variables, EvaluateError> {
        let mut vars = Variables::new();
        let promotion_functions = self.functions(Allowed::PROMOTION_VARS);
        for variable in self.vars {
            let scope = self.scope(vars.clone(), Place::PromotionVars, &promotion_functions);
            let value = self.variable(variable, &scope, "promotion")?;
            vars.insert(variable.name.as_str(), value);
        }
        let step_functions = self.functions(Allowed::STEP_VARS);
        for variable in self.step_vars {
            let scope = self.scope(vars.clone(), Place::StepVars, &step_functions);
            let value = self.variable(variable, &scope, "step")?;
            vars.insert(variable.name.as_str(), value);
        }
        Ok(vars)
    }

    /// The functions that Kargo adds to the language.
    #[must_use]
    pub fn functions(&self, allowed: Allowed) -> HostFunctions<'_> {
        HostFunctions { view: self, allowed }
    }

    /// Everything that the configuration of the step sees beside functions: `ctx`, `vars`, `outputs` and the like.
    ///
    /// # Errors
    /// If a variable cannot be evaluated.
    pub fn environment(&self) -> Result<Variables, EvaluateError> {
        Ok(self.variables(self.all_variables()?, Place::Step))
    }

    fn scope<'s>(&self, vars: Variables, place: Place, functions: &'s HostFunctions<'_>) -> Scope<'s> {
        Scope::new(Arc::new(self.variables(vars, place)), functions, self.now)
    }

    fn variable(
        &self,
        variable: &Variable,
        scope: &Scope<'_>,
        of: &str,
    ) -> Result<windlass_expr::Value, EvaluateError> {
        if !has_expressions(&variable.value) {
            return Ok(variable.value.as_str().into());
        }
        let place = || format!("error pre-processing {of} variable {:?}", variable.name);
        let failed = |e: ExprError| EvaluateError::new(place(), &variable.value, &e);
        let template = self.templates.get(&variable.value).map_err(failed)?;
        Ok(template.evaluate(scope).map_err(failed)?.value)
    }
}
