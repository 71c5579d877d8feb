//! What a step is told when it may not do something: what, why, and what to add where.

use serde_json::json;
use windlass_model::call::CallError;
use windlass_model::grant::Need;
use windlass_model::ids::ProjectName;

/// The step's own manifest does not ask for it, or this attempt's configuration does not name it.
pub(crate) fn not_asked(step: &str, need: &Need) -> CallError {
    CallError::denied(
        "not-asked",
        format!(
            "the step {step} does not ask for {need}: a step reaches only what its manifest lists under capabilities, \
             taken from its configuration"
        ),
    )
}

/// The project does not allow it.
pub(crate) fn not_granted(step: &str, project: &ProjectName, need: &Need) -> CallError {
    let grant = need.as_grant_yaml();
    let entry: String = grant.lines().map(|line| format!("    {line}\n")).collect();
    CallError::denied(
        "not-granted",
        format!(
            "the project {project} does not grant the step {step} {need}. Add this grant:\n\
             apiVersion: windlass.dev/v1alpha1\nkind: Grants\nmetadata:\n  name: {step}\n  namespace: {project}\n\
             spec:\n  allow:\n{entry}"
        ),
    )
    .with("grant", json!(grant))
}
