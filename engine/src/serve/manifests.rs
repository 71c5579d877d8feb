//! Reading what is applied: the same shapes and rules that `lint` holds against manifests, told with line and column.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use windlass_control::ports::{ManifestReader, ReadManifest};
use windlass_ports::control_plane::{ApiError, Fault};
use windlass_ports::step_catalog::StepCatalog;

use crate::manifests::{self, Audience, Decoded, Diagnostic, ManifestDocument, Reading, Rule, Texts};

/// Kinds of others that belong to pipelines.
const OF_OTHERS: [(&str, &str); 2] =
    [("argoproj.io/v1alpha1", "AnalysisTemplate"), ("argoproj.io/v1alpha1", "ClusterAnalysisTemplate")];

/// Reads manifests by the tables of this program.
pub(super) struct TableReader {
    catalog: Arc<dyn StepCatalog>,
}

impl TableReader {
    pub(super) fn new(catalog: Arc<dyn StepCatalog>) -> Self {
        Self { catalog }
    }

    /// What is to be said about one manifest.
    fn judge(&self, document: &Rc<ManifestDocument>, json: Value) -> ReadManifest {
        let texts = Texts::default();
        let reading = Reading {
            catalog: self.catalog.as_ref(),
            texts: &texts,
            audience: Audience::Lint,
            project: None,
        };
        let mut decoded = Decoded::default();
        decoded.add_one(document, &json, &reading);
        let mut read = ReadManifest { json, problems: Vec::new(), warnings: Vec::new() };
        let of_others = |(version, kind): &&(&str, &str)| {
            read.json["apiVersion"] == *version && read.json["kind"] == *kind
        };
        match (decoded.others > 0, OF_OTHERS.iter().find(of_others)) {
            (false, _) => {}
            (true, Some((_, kind))) => {
                read.warnings.push(format!("{kind}s are kept, and not carried out by this version"));
            }
            (true, None) => read.problems.push(unknown(&read.json)),
        }
        for diagnostic in decoded.said.diagnostics {
            let is_idle = matches!(diagnostic.rule, Rule::UnknownField | Rule::RemovedField);
            if diagnostic.is_error() && !is_idle {
                read.problems.push(told(&diagnostic));
            } else {
                read.warnings.push(told(&diagnostic));
            }
        }
        // Kargo admits steps that it does not know; they fail when they are run.
        read.warnings.extend(decoded.said.unusable_steps.iter().map(|(_, diagnostic)| told(diagnostic)));
        read.json = manifests::pruned(&read.json);
        read
    }
}

impl ManifestReader for TableReader {
    fn read(&self, text: &[u8]) -> Result<Vec<ReadManifest>, ApiError> {
        let bad = |diagnostic: &Diagnostic| {
            let message = format!("error decoding manifest: {}", told(diagnostic));
            ApiError::new(Fault::BadRequest, message)
        };
        let name = PathBuf::from("manifest");
        let documents = manifests::parse_bytes(&name, text).map_err(|problem| bad(&problem))?;
        let mut found = Vec::new();
        for document in &documents {
            let items = document.json.get("items").and_then(Value::as_array);
            match (document.json["kind"].as_str(), items) {
                (Some("List"), Some(items)) => {
                    found.extend(items.iter().map(|item| self.judge(document, item.clone())));
                }
                _ if document.json.is_null() => {}
                _ => found.push(self.judge(document, document.json.clone())),
            }
        }
        if found.is_empty() {
            return Err(ApiError::new(Fault::BadRequest, "no resources found in request body"));
        }
        Ok(found)
    }
}

/// What is said of a kind that nobody knows here.
fn unknown(json: &Value) -> String {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    format!(
        "no kind {:?} of {:?} is kept here; Windlass takes Kargo's kinds, Secrets and ConfigMaps",
        text("kind"),
        text("apiVersion")
    )
}

/// A diagnostic in one line: the field's path, what is wrong with it, where it stands, and what to do.
fn told(diagnostic: &Diagnostic) -> String {
    let mut text = String::new();
    let subject = diagnostic.subject.as_ref().filter(|subject| !subject.pointer.is_empty());
    let path = subject.map(|subject| field_path(&subject.pointer)).unwrap_or_default();
    // Some messages, in Kargo's words, begin with the path.
    if !path.is_empty() && !diagnostic.message.starts_with(&path) {
        text.push_str(&path);
        text.push_str(": ");
    }
    if diagnostic.rule == Rule::RemovedField {
        text.push_str("an older field, which still means what it meant");
    } else {
        text.push_str(&diagnostic.message);
    }
    if let Some(place) = diagnostic.places.first() {
        let at = place.file.position(place.range.start);
        text.push_str(&format!(" (line {}, column {})", at.line, at.column));
    }
    if let Some(hint) = &diagnostic.hint {
        text.push_str("; ");
        text.push_str(hint);
    }
    text
}

/// A JSON pointer as Kubernetes writes paths: `spec.steps[0].uses`.
fn field_path(pointer: &str) -> String {
    let mut path = String::new();
    for segment in windlass_model::pointer::names(pointer) {
        if segment.parse::<usize>().is_ok() {
            path.push_str(&format!("[{segment}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&segment);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::field_path;

    #[test]
    fn pointers_become_paths() {
        assert_eq!(field_path("/spec/steps/0/uses"), "spec.steps[0].uses");
        assert_eq!(field_path("/metadata/labels/a~1b"), "metadata.labels.a/b");
    }
}
