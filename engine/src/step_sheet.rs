//! What a step says of itself, laid out: as text for a terminal, as Markdown for its page.

mod asks;
mod fields;
mod markdown;
mod text;

use serde_json::{Value, json};
use windlass_ports::step_catalog::{Provenance, StepKind};
use windlass_versions::GoDuration;

use fields::{Field, Rule};

/// What there is to know of a step without running it.
pub(crate) struct StepSheet<'a> {
    kind: &'a StepKind,
    /// The fields of its configuration.
    config: Vec<Field>,
    /// What its configuration must fulfil beside that.
    rules: Vec<Rule>,
    /// Its outputs.
    outputs: Vec<Field>,
}

impl<'a> StepSheet<'a> {
    /// The sheet of a step.
    pub(crate) fn of(kind: &'a StepKind) -> Self {
        let manifest = &kind.manifest;
        let outputs = manifest.output_schema.as_ref().map(fields::read).unwrap_or_default();
        let config = fields::read(&manifest.config_schema);
        Self { kind, rules: fields::rules(&manifest.config_schema), config, outputs }
    }

    /// All of it, for programs.
    pub(crate) fn json(&self) -> Value {
        let mut sheet = summary(self.kind);
        let manifest = &self.kind.manifest;
        sheet["configSchema"] = manifest.config_schema.clone();
        sheet["outputSchema"] = json!(manifest.output_schema);
        sheet["capabilities"] = json!(manifest.capabilities);
        sheet["retry"] = json!(manifest.retry);
        sheet["limits"] = json!(manifest.limits.clone().unwrap_or_default());
        sheet
    }

    /// How it is tried where a promotion does not say.
    fn retries(&self) -> (String, String) {
        let retry = &self.kind.manifest.retry;
        let errors = match retry.error_threshold {
            1 => "the first error ends it".to_owned(),
            threshold => format!("{threshold} errors end it"),
        };
        let timeout = retry.timeout_ms.map(std::time::Duration::from_millis).and_then(GoDuration::from_std);
        (
            errors,
            timeout.map_or("without a timeout".to_owned(), |timeout| format!("at most {timeout} in all")),
        )
    }

    fn asks(&self) -> Vec<String> {
        self.kind.manifest.capabilities.iter().filter_map(asks::words).collect()
    }
}

/// A step in a list, for programs.
pub(crate) fn summary(kind: &StepKind) -> Value {
    let provenance = match kind.provenance {
        Provenance::BuiltIn => "built-in",
        Provenance::Installed => "installed",
    };
    json!({
        "name": kind.manifest.name,
        "version": kind.manifest.version,
        "summary": kind.manifest.summary,
        "provenance": provenance,
        "digest": kind.binary.digest,
    })
}
