//! The report for code hosts: SARIF 2.1.0, the format of the OASIS standard.

use std::path::{Component, Path};

use serde_json::{Value, json};

use super::Report;
use crate::manifests::{Diagnostic, Place, Rule};

/// What relative addresses are relative to, as code hosts know it.
const ROOT: &str = "%SRCROOT%";

/// The report; files below `base` are named relative to it.
pub(super) fn print(report: &Report, base: &Path) -> String {
    let results: Vec<Value> = report.diagnostics.iter().map(|diagnostic| result(diagnostic, base)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "windlass",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Rule::ALL.iter().map(|rule| rule_descriptor(*rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "The directory in which windlass lint was started." } },
            },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule_descriptor(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.summary() },
        "defaultConfiguration": { "level": "error" },
    })
}

fn result(diagnostic: &Diagnostic, base: &Path) -> Value {
    let text = match &diagnostic.hint {
        Some(hint) => format!("{} ({hint})", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut places = diagnostic.places.iter();
    let index = Rule::ALL.iter().position(|rule| *rule == diagnostic.rule);
    let mut result = json!({
        "ruleId": diagnostic.rule.id(),
        "ruleIndex": index,
        "level": diagnostic.severity.as_str(),
        "message": { "text": text },
        "locations": places.next().map(|place| location(place, base)).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> = places
        .map(|place| {
            let mut related = location(place, base);
            related["message"] = json!({ "text": place.label });
            related
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    result
}

fn location(place: &Place, base: &Path) -> Value {
    let start = place.file.position(place.range.start);
    let end = place.file.position(place.range.end);
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&place.file.name, base),
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        },
    } })
}

/// The address of a file: relative to the root where it is below it, else in full.
fn artifact(file: &Path, base: &Path) -> Value {
    let relative = file.strip_prefix(base).unwrap_or(file);
    if relative.is_absolute() {
        return json!({ "uri": format!("file://{}", encoded(relative)) });
    }
    json!({ "uri": encoded(relative), "uriBaseId": ROOT })
}

/// A path as part of a URI.
fn encoded(path: &Path) -> String {
    let mut uri = String::new();
    for component in path.components() {
        match component {
            Component::CurDir | Component::Prefix(_) => continue,
            Component::RootDir => {
                uri.push('/');
                continue;
            }
            Component::ParentDir | Component::Normal(_) => {}
        }
        if !uri.is_empty() && !uri.ends_with('/') {
            uri.push('/');
        }
        for byte in component.as_os_str().to_string_lossy().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                uri.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    uri
}
