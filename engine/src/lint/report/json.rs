//! The report for scripts. Its form is stable: members may be added, none changes or goes.

use serde_json::{Value, json};

use super::Report;
use crate::manifests::Diagnostic;

pub(super) fn print(report: &Report) -> String {
    let diagnostics: Vec<Value> = report.diagnostics.iter().map(diagnostic).collect();
    format!("{:#}\n", json!({ "diagnostics": diagnostics, "files": report.files }))
}

/// One diagnostic; what is not known of it is null. `endColumn` is behind the last character.
fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.places.first();
    let start = place.map(|place| place.file.position(place.range.start));
    let end = place.map(|place| place.file.position(place.range.end));
    let subject = diagnostic.subject.as_ref();
    json!({
        "severity": diagnostic.severity.as_str(),
        "rule": diagnostic.rule.id(),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": place.map(|place| place.file.name.to_string_lossy()),
        "line": start.map(|start| start.line),
        "column": start.map(|start| start.column),
        "endLine": end.map(|end| end.line),
        "endColumn": end.map(|end| end.column),
        "path": subject.map(|subject| &subject.pointer),
        "kind": subject.map(|subject| &subject.kind),
        "name": subject.map(|subject| &subject.name),
    })
}
