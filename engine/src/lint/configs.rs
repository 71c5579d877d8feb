//! ProjectConfig and ClusterConfig: policies for stages that there are, and the expressions of links and webhooks.

use serde_json::Value;
use windlass_versions::NamePattern;

use super::bare::{self, Sight};
use super::finding::{Finding, suggestion};
use super::world::World;
use crate::manifests::{Diagnostic, Kind, Mark, Rule, Source, stage_of};

/// What the expressions of a webhook see.
const OF_WEBHOOKS: Sight =
    Sight { variables: Some(&["request"]), functions: &["normalizeGit", "normalizeImage", "normalizeChart"] };

/// What the conditions of links see.
const LINKS: [(&str, Sight); 2] = [
    ("freightLinks", Sight { variables: Some(&["freight"]), functions: &[] }),
    ("stageLinks", Sight { variables: Some(&["stage"]), functions: &[] }),
];

pub(super) fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for kind in [Kind::ProjectConfig, Kind::ClusterConfig] {
        for (_, source) in world.of_kind(kind) {
            let Some(json) = source.json() else { continue };
            Check { world, source, diagnostics }.expressions(&json["spec"]);
        }
    }
    for (name, source) in world.of_kind(Kind::ProjectConfig) {
        if world.manifests.project_configs.contains_key(name) {
            Check { world, source, diagnostics }.policies();
        }
    }
}

struct Check<'a, 'd> {
    world: &'a World<'a>,
    source: &'a Source,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Check<'_, '_> {
    /// Complains about policies for stages that there are not, if there are any stages at all.
    fn policies(&mut self) {
        let Some(config) = self.world.manifests.project_configs.get(&self.source.name) else { return };
        // The name is that of the project, whatever the namespace says.
        let stages: Vec<&str> = self.world.names(Kind::Stage, &self.source.name.name).collect();
        if stages.is_empty() {
            return;
        }
        for (index, policy) in config.spec.promotion_policies.iter().enumerate() {
            let (text, below) = stage_of(policy);
            let Ok(pattern) = NamePattern::parse(text) else { continue };
            if text.is_empty() || stages.iter().any(|stage| pattern.matches(stage)) {
                continue;
            }
            let index = index.to_string();
            let path: Vec<&str> = ["spec", "promotionPolicies", index.as_str()]
                .into_iter()
                .chain(below.iter().copied())
                .collect();
            let mut diagnostic = match pattern {
                NamePattern::Exact(_) => {
                    Diagnostic::warning(Rule::PolicyWithoutStage, format!("there is no Stage {text:?}"))
                }
                NamePattern::Glob(_) | NamePattern::Regex(_) => {
                    Diagnostic::warning(Rule::PolicyWithoutStage, format!("{text:?} matches no Stage"))
                }
            };
            diagnostic.hint = suggestion(text, "the Stages here are", stages.iter().copied());
            self.diagnostics.push(self.source.locate(diagnostic, &path, &Mark::Value));
        }
    }

    /// Complains about what expressions read and is not there.
    fn expressions(&mut self, spec: &Value) {
        for (links, sight) in LINKS {
            for (index, link) in spec[links].as_array().into_iter().flatten().enumerate() {
                if let Some(text) = link["if"].as_str() {
                    self.bare(text, &sight, &["spec", links, &index.to_string(), "if"]);
                }
            }
        }
        for (index, receiver) in spec["webhookReceivers"].as_array().into_iter().flatten().enumerate() {
            let actions = receiver["generic"]["actions"].as_array();
            for (number, action) in actions.into_iter().flatten().enumerate() {
                let (index, number) = (index.to_string(), number.to_string());
                let path = ["spec", "webhookReceivers", &index, "generic", "actions", &number];
                if let Some(text) = action["whenExpression"].as_str() {
                    self.bare(text, &OF_WEBHOOKS, &[path.as_slice(), &["whenExpression"]].concat());
                }
                let criteria = &action["targetSelectionCriteria"];
                self.templates(criteria, &[path.as_slice(), &["targetSelectionCriteria"]].concat());
            }
        }
    }

    fn bare(&mut self, text: &str, sight: &Sight, path: &[&str]) {
        if let Ok(expression) = self.world.texts.expression(text) {
            let findings = bare::check(expression.references(), sight);
            self.tell(path, findings);
        }
    }

    fn templates(&mut self, value: &Value, path: &[&str]) {
        match value {
            Value::String(text) => {
                if let Ok(template) = self.world.texts.template(text) {
                    let findings = bare::check(template.references(), &OF_WEBHOOKS);
                    self.tell(path, findings);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let index = index.to_string();
                    self.templates(item, &[path, &[index.as_str()]].concat());
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.templates(member, &[path, &[key.as_str()]].concat());
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn tell(&mut self, path: &[&str], findings: Vec<Finding>) {
        for finding in findings {
            let mark = Mark::Within(finding.within.clone());
            self.diagnostics.push(self.source.locate(finding.into_diagnostic(), path, &mark));
        }
    }
}
