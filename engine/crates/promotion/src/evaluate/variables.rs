//! The variables an expression sees: `ctx`, `vars`, `outputs`, `task`, `stepMetas`, `target`.

use serde_json::Value as Json;
use windlass_expr::{JsonName, Map as Variables, Object, Value};
use windlass_model::promotion::StepStatus;

use super::{StepMeta, StepView};
use crate::sealed::is_sealed;

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a variable of the promotion.
    PromotionVars,
    /// In a variable of the step.
    StepVars,
    /// In the step's `if` or configuration.
    Step,
}

impl StepView<'_> {
    /// The variables of a place. While variables themselves are evaluated, `ctx.meta.step.alias` is empty, as in Kargo.
    pub(super) fn variables(&self, vars: Variables, place: Place) -> Variables {
        let alias = if place == Place::Step { self.alias } else { "" };
        let mut all = Variables::new();
        all.insert("ctx", self.ctx(alias));
        all.insert("vars", vars);
        if let Some(target) = &self.target {
            all.insert("target", target_value(target));
        }
        if place != Place::PromotionVars {
            let outputs: Variables = self
                .outputs
                .iter()
                .map(|(alias, output)| (alias.as_str(), self.output(alias, output)))
                .collect();
            all.insert("outputs", outputs);
            all.insert("stepMetas", self.step_metas());
            if let Some(task) = self.task() {
                all.insert("task", [("outputs", self.task_outputs(task))].into_iter().collect::<Variables>());
            }
        }
        all
    }

    fn ctx(&self, alias: &str) -> Variables {
        let text = |text: &str| Value::from(text);
        let origin: Variables = [("name", text(&self.target_freight.origin))].into_iter().collect();
        let mut freight = Variables::new();
        freight.insert("name", text(&self.target_freight.name));
        freight.insert("alias", text(&self.target_freight.alias));
        freight.insert("origin", origin);
        let mut promotion = Variables::new();
        promotion.insert("actor", text(actor(self.actor)));
        promotion.insert("rollback", self.rollback);
        let step: Variables = [("alias", text(alias))].into_iter().collect();
        let mut meta = Variables::new();
        meta.insert("promotion", promotion);
        meta.insert("step", step);
        let mut ctx = Variables::new();
        ctx.insert("uiBaseUrl", text(self.ui_base_url));
        ctx.insert("project", text(self.project));
        ctx.insert("promotion", text(self.promotion));
        ctx.insert("stage", text(self.stage));
        ctx.insert("targetFreight", freight);
        ctx.insert("meta", meta);
        ctx
    }

    /// The alias of the task that the step is part of.
    pub(super) fn task(&self) -> Option<&str> {
        self.alias.split_once("::").map(|(task, _)| task)
    }

    /// The outputs of the same task's steps, by their short aliases.
    fn task_outputs(&self, task: &str) -> Variables {
        let prefix = format!("{task}::");
        self.outputs
            .iter()
            .filter_map(|(alias, output)| Some((alias.strip_prefix(&prefix)?, self.output(alias, output))))
            .collect()
    }

    fn output(&self, alias: &str, output: &Json) -> Value {
        if is_sealed(output) {
            self.seal_key.value(output, &format!("the output of {alias}"))
        } else {
            Value::from_json(output)
        }
    }

    fn step_metas(&self) -> Variables {
        self.metas.iter().map(|meta| (meta.alias.as_str(), Value::from(step_meta(meta)))).collect()
    }
}

/// Kargo's constants are of a named string type, which equals no string.
fn step_meta(meta: &StepMeta) -> Object {
    let status = meta.status.map(status_text).unwrap_or_default();
    Object::new("v1alpha1.StepExecutionMetadata")
        .field("Alias", JsonName::OmitEmpty("alias"), meta.alias.as_str())
        .field("Status", JsonName::OmitEmpty("status"), Object::text("v1alpha1.PromotionStepStatus", status))
        .field("ContinueOnError", JsonName::OmitEmpty("continueOnError"), meta.continue_on_error)
}

pub(super) fn status_text(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Succeeded => "Succeeded",
        StepStatus::Skipped => "Skipped",
        StepStatus::Running => "Running",
        StepStatus::Aborted => "Aborted",
        StepStatus::Failed => "Failed",
        StepStatus::Errored => "Errored",
    }
}

/// An actor without its prefix: `email:a@b` is `a@b`, an unknown actor is nobody.
fn actor(actor: &str) -> &str {
    if actor == "unknown actor" {
        return "";
    }
    actor.split_once(':').map_or(actor, |(_, name)| name)
}

/// `target{params, labels}`; labels are texts, so an absent one is the empty text.
fn target_value(target: &Json) -> Variables {
    let member = |name: &str, other: &str| target.get(name).or_else(|| target.get(other)).cloned();
    let params = member("params", "Params").unwrap_or_default();
    let mut labels = Variables::of_strings();
    if let Some(Json::Object(map)) = member("labels", "Labels") {
        for (key, value) in map {
            labels.insert(key, value.as_str().unwrap_or_default());
        }
    }
    let mut value = Variables::new();
    value.insert(
        "params",
        if params.is_null() { Value::from(Variables::new()) } else { Value::from_json(&params) },
    );
    value.insert("labels", labels);
    value
}
