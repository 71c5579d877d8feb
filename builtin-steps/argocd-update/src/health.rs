//! How healthy the Applications are that were updated (`kargo.md` 5.6).

use serde::Deserialize;
use serde_json::{Value, json};
use windlass_step::{Context, Error, ErrorKind, HealthLevel, HealthReport};

use crate::application::{Application, key};

/// What an attempt left to be checked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Checks {
    apps: Vec<Check>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Check {
    name: String,
    namespace: String,
    desired_revisions: Vec<String>,
}

/// Looks at all of them; the worst counts.
pub(crate) fn check(input: Value, context: &Context) -> Result<HealthReport, Error> {
    let checks: Checks = serde_json::from_value(input).unwrap_or_default();
    let mut report = HealthReport { level: HealthLevel::Healthy, issues: Vec::new(), output: json!({}) };
    let mut statuses = Vec::new();
    for check in &checks.apps {
        let (level, issue, status) = match context.get_object(&key(&check.namespace, &check.name)) {
            Ok(object) => judge(&Application::new(&check.namespace, object), check),
            Err(error) if error.kind == ErrorKind::NotFound => {
                let issue = format!(
                    "Argo CD Application {:?} in namespace {:?} is not there",
                    check.name, check.namespace
                );
                (HealthLevel::Unknown, Some(issue), json!({}))
            }
            Err(error) => return Err(error),
        };
        report.level = report.level.max(level);
        report.issues.extend(issue);
        let mut status = status;
        status["name"] = json!(check.name);
        status["namespace"] = json!(check.namespace);
        statuses.push(status);
    }
    report.output = json!({ "applicationStatuses": statuses });
    Ok(report)
}

fn judge(application: &Application, check: &Check) -> (HealthLevel, Option<String>, Value) {
    let status = &application.object()["status"];
    let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let shown = json!({
        "health": { "status": text("/health/status") },
        "sync": { "status": text("/sync/status"), "revision": text("/sync/revision") },
    });
    let (level, issue) = level(application, status, check);
    (level, issue.map(|issue| format!("{application}: {issue}")), shown)
}

/// How one is, and what is to be said about it.
fn level(application: &Application, status: &Value, check: &Check) -> (HealthLevel, Option<String>) {
    let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let wrong = conditions
        .into_iter()
        .find(|condition| matches!(condition["type"].as_str(), Some("ComparisonError" | "InvalidSpecError")));
    if let Some(condition) = wrong {
        let message = condition["message"].as_str().unwrap_or("its specification is wrong");
        return (HealthLevel::Unhealthy, Some(message.to_owned()));
    }
    // What was seen before the last sync ended says nothing of what it brought. Both are RFC 3339 in UTC.
    let (finished, seen) = (text("/operationState/finishedAt"), text("/reconciledAt"));
    if !finished.is_empty() && seen < finished {
        return (HealthLevel::Unknown, Some("it has not been looked at since its last sync".to_owned()));
    }
    if let Some(issue) = wrong_revision(application, status, check) {
        return issue;
    }
    match text("/health/status") {
        "Healthy" => (HealthLevel::Healthy, None),
        "Progressing" | "Suspended" | "" => {
            (HealthLevel::Progressing, Some("it is not healthy yet".to_owned()))
        }
        other => (HealthLevel::Unhealthy, Some(format!("it is {other}"))),
    }
}

/// Whether it is at other revisions than it should be.
fn wrong_revision(
    application: &Application,
    status: &Value,
    check: &Check,
) -> Option<(HealthLevel, Option<String>)> {
    if check.desired_revisions.iter().all(String::is_empty) {
        return None;
    }
    if !application.object()["operation"].is_null() {
        return Some((HealthLevel::Unknown, Some("it is being synced".to_owned())));
    }
    let list = status.pointer("/sync/revisions").and_then(Value::as_array).filter(|list| !list.is_empty());
    let actual: Vec<&str> = match list {
        Some(list) => list.iter().map(|revision| revision.as_str().unwrap_or_default()).collect(),
        None => vec![status.pointer("/sync/revision").and_then(Value::as_str).unwrap_or_default()],
    };
    let desired = check.desired_revisions.iter().enumerate().filter(|(_, revision)| !revision.is_empty());
    for (index, revision) in desired {
        let found = actual.get(index).copied().unwrap_or_default();
        if found != revision {
            let issue = format!("it is at revision {found:?} and should be at {revision:?}");
            return Some((HealthLevel::Unhealthy, Some(issue)));
        }
    }
    None
}
