//! How the health of a stage follows from the Applications that were updated.

use serde_json::{Value, json};
use windlass_step::testing::{Harness, error};
use windlass_step::{ErrorKind, HealthLevel, HealthReport};
use windlass_step_argocd_update::ArgocdUpdate;

/// A healthy Application that was looked at after its last sync, with `changes` merged into its status.
fn application(changes: Value) -> Value {
    let mut object = json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": { "name": "guestbook", "namespace": "argocd" },
        "status": {
            "health": { "status": "Healthy" },
            "sync": { "status": "Synced", "revision": "aaaa" },
            "reconciledAt": "2026-01-01T00:00:10Z",
            "operationState": { "phase": "Succeeded", "finishedAt": "2026-01-01T00:00:05Z" },
        },
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        object["status"][name] = value.clone();
    }
    object
}

/// The check of one Application with these desired revisions.
fn check(object: Value, desired: &[&str]) -> HealthReport {
    let harness = Harness::new().answer("objects.get", move |_| Ok(object.clone()));
    let input =
        json!({ "apps": [{ "name": "guestbook", "namespace": "argocd", "desiredRevisions": desired }] });
    harness.check_health::<ArgocdUpdate>(input).expect("the Application can be read")
}

#[test]
fn the_level_follows_from_the_status() {
    let table = [
        (json!({}), &["aaaa"][..], HealthLevel::Healthy, ""),
        (json!({}), &[][..], HealthLevel::Healthy, ""),
        (
            json!({ "health": { "status": "Progressing" } }),
            &[],
            HealthLevel::Progressing,
            "it is not healthy yet",
        ),
        (
            json!({ "health": { "status": "Suspended" } }),
            &[],
            HealthLevel::Progressing,
            "it is not healthy yet",
        ),
        (json!({ "health": {} }), &[], HealthLevel::Progressing, "it is not healthy yet"),
        (json!({ "health": { "status": "Degraded" } }), &[], HealthLevel::Unhealthy, "it is Degraded"),
        (json!({ "health": { "status": "Missing" } }), &[], HealthLevel::Unhealthy, "it is Missing"),
        (
            json!({ "conditions": [{ "type": "SyncError" }, { "type": "ComparisonError", "message": "no such chart" }] }),
            &[],
            HealthLevel::Unhealthy,
            "no such chart",
        ),
        (
            json!({ "conditions": [{ "type": "InvalidSpecError", "message": "no such project" }] }),
            &[],
            HealthLevel::Unhealthy,
            "no such project",
        ),
        (json!({ "conditions": [{ "type": "SyncError", "message": "no" }] }), &[], HealthLevel::Healthy, ""),
        (
            json!({ "reconciledAt": "2026-01-01T00:00:04Z" }),
            &["aaaa"],
            HealthLevel::Unknown,
            "it has not been looked at since its last sync",
        ),
        (
            json!({}),
            &["bbbb"],
            HealthLevel::Unhealthy,
            "it is at revision \"aaaa\" and should be at \"bbbb\"",
        ),
        (
            json!({ "sync": { "status": "Synced", "revisions": ["aaaa", "cccc"] } }),
            &["", "bbbb"],
            HealthLevel::Unhealthy,
            "it is at revision \"cccc\" and should be at \"bbbb\"",
        ),
        (
            json!({ "sync": { "status": "Synced", "revisions": ["aaaa", "cccc"] } }),
            &["", "cccc"],
            HealthLevel::Healthy,
            "",
        ),
    ];
    for (status, desired, level, issue) in table {
        expect(status, desired, level, issue);
    }
}

/// An Application of this status has this level, and this to be said about it; nothing if it is empty.
fn expect(status: Value, desired: &[&str], level: HealthLevel, issue: &str) {
    let report = check(application(status.clone()), desired);
    assert_eq!(report.level, level, "{status} {desired:?}: {report:?}");
    if issue.is_empty() {
        assert_eq!(report.issues, Vec::<String>::new(), "{status} {desired:?}");
        return;
    }
    let [told] = report.issues.as_slice() else { panic!("{status} {desired:?}: {:?}", report.issues) };
    assert!(told.contains(issue), "{told:?} does not say {issue:?}");
    assert!(told.contains("guestbook"), "{told:?} does not say which one");
}

#[test]
fn an_application_that_is_being_synced_to_a_revision_is_not_judged() {
    let mut object = application(json!({}));
    object["operation"] = json!({ "sync": {} });
    assert_eq!(check(object.clone(), &["bbbb"]).level, HealthLevel::Unknown);
    // Without a revision to be at, what it says of its health counts.
    assert_eq!(check(object, &[]).level, HealthLevel::Healthy);
}

#[test]
fn the_worst_of_several_counts_and_each_is_reported() {
    let harness = Harness::new().answer("objects.get", |call| match call.arguments["key"]["name"].as_str() {
        Some("bad") => Ok(application(json!({ "health": { "status": "Degraded" } }))),
        Some("gone") => Err(error(ErrorKind::NotFound, "not-found", "no such object")),
        _ => Ok(application(json!({}))),
    });
    let app = |name: &str| json!({ "name": name, "namespace": "argocd", "desiredRevisions": [] });
    let all = json!({ "apps": [app("good"), app("bad"), app("gone")] });
    let report = harness.check_health::<ArgocdUpdate>(all).expect("they can be read");
    assert_eq!(report.level, HealthLevel::Unhealthy);
    assert_eq!(report.issues.len(), 2, "{:?}", report.issues);
    let healthy = json!({ "status": "Synced", "revision": "aaaa" });
    assert_eq!(
        report.output,
        json!({ "applicationStatuses": [
            { "health": { "status": "Healthy" }, "sync": healthy, "name": "good", "namespace": "argocd" },
            { "health": { "status": "Degraded" }, "sync": healthy, "name": "bad", "namespace": "argocd" },
            { "name": "gone", "namespace": "argocd" },
        ] })
    );
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_level() {
    let harness = Harness::new()
        .answer("objects.get", |_| Err(error(ErrorKind::Unavailable, "unavailable", "no answer")));
    let input = json!({ "apps": [{ "name": "guestbook", "namespace": "argocd" }] });
    let failure = harness.check_health::<ArgocdUpdate>(input).expect_err("there was no answer");
    assert_eq!(failure.message, "no answer");
}
