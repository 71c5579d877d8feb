//! Reading and patching.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use windlass_model::call::objects::{LabelSelector, Patch, Query};
use windlass_model::call::{ErrorKind, Retry};
use windlass_objects::{Cluster, ClusterObjects};
use windlass_ports::clock::Clock;
use windlass_ports::objects::Objects;
use windlass_testkit::contract::check_objects;
use windlass_testkit::gate::CannedResponse;
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::{clock, kubeconfig, start};

#[tokio::test]
async fn the_contract_is_kept() {
    let clock: Arc<dyn Clock> = clock();
    let connect = |url: &str, token: &str| -> Box<dyn Objects> {
        let text = kubeconfig(&json!({"server": url}), &json!({"token": token}));
        let cluster = Cluster::from_kubeconfig(&text, None, Path::new("/")).unwrap();
        Box::new(ClusterObjects::new(cluster, Arc::clone(&clock), CancellationToken::new()))
    };
    check_objects(connect, Arc::clone(&clock)).await;
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let f = start().await;
    for index in 0..1_001 {
        f.apply(&format!("app-{index}"), json!({}));
    }
    let query = Query {
        api_version: "argoproj.io/v1alpha1".to_owned(),
        kind: "Application".to_owned(),
        namespace: "argocd".to_owned(),
        selector: LabelSelector {
            match_labels: [("app".to_owned(), "x".to_owned())].into(),
            ..LabelSelector::default()
        },
    };
    assert_eq!(f.objects.query(&query).await.unwrap().len(), 1_001);
    assert_eq!(f.api.gate().count("labelSelector=app%3Dx&limit=500"), 3);
    // A list that cannot be gone on with is begun anew, once.
    f.api.gate().forget();
    let gone = || Fault::Respond(CannedResponse { status: 410, headers: vec![], body: String::new() });
    f.api.gate().add_fault(FaultRule::once("continue=", gone()));
    assert_eq!(f.objects.query(&query).await.unwrap().len(), 1_001);
    assert_eq!(f.api.gate().count("limit=500"), 5);
    f.api.gate().add_fault(FaultRule::always("continue=", gone()));
    let error = f.objects.query(&query).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.retry), ("object-version-gone", Retry::Later));
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let f = start().await;
    let (key, _) = f.apply("shop", json!({}));
    let forbidden = "applications.argoproj.io \"shop\" is forbidden: User \"kargo\" cannot get resource";
    for (status, message, kind, code, expected) in [
        (
            403,
            forbidden,
            ErrorKind::Denied,
            "cluster-forbidden",
            format!(
                "Application argocd/shop: {forbidden}; bind a Role that allows \"get\" to the account of the kubeconfig"
            ),
        ),
        (
            401,
            "Unauthorized",
            ErrorKind::Denied,
            "cluster-login-refused",
            "Application argocd/shop: the cluster refuses the login (Unauthorized); its token may have expired: get a new one"
                .to_owned(),
        ),
        (
            422,
            "spec: Required value",
            ErrorKind::Invalid,
            "object-refused",
            "Application argocd/shop: the cluster refuses to get it: spec: Required value".to_owned(),
        ),
        (
            500,
            "",
            ErrorKind::Unavailable,
            "cluster-unavailable",
            "Application argocd/shop: the cluster answered with status 500 Internal Server Error".to_owned(),
        ),
        (
            302,
            "",
            ErrorKind::Unavailable,
            "cluster-unavailable",
            "Application argocd/shop: the cluster answered with status 302 Found".to_owned(),
        ),
        (
            404,
            "the server could not find the requested resource",
            ErrorKind::NotFound,
            "object-kind-unknown",
            "Application argocd/shop: the cluster does not have this kind (the server could not find the requested \
             resource); is what defines it installed?"
                .to_owned(),
        ),
    ] {
        let body = json!({"kind": "Status", "message": message, "code": status}).to_string();
        f.api.gate().add_fault(FaultRule::once("", Fault::Respond(CannedResponse { status, headers: vec![], body })));
        let error = f.objects.get(&key).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str(), error.message.as_str()), (kind, code, expected.as_str()));
        assert_eq!(error.details["httpStatus"], status);
    }
    f.api.gate().add_fault(FaultRule::once("", Fault::rate_limited(9)));
    let error = f.objects.get(&key).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::Throttled, Retry::Later));
    assert_eq!(error.details["retryAfterMs"], 9_000);
}

#[tokio::test]
async fn the_kinds_of_not_found_are_told_apart() {
    let f = start().await;
    let (mut key, _) = f.apply("shop", json!({}));
    key.name = "other".to_owned();
    let error = f.objects.get(&key).await.unwrap_err();
    let expected = ("object-not-found", "there is no Application argocd/other");
    assert_eq!((error.code.as_str(), error.message.as_str()), expected);
    key.kind = "Rollout".to_owned();
    assert_eq!(f.objects.get(&key).await.unwrap_err().code, "object-kind-unknown");
    key.name = "../secrets".to_owned();
    assert_eq!(f.objects.get(&key).await.unwrap_err().code, "object-name-invalid");
    assert_eq!(f.api.gate().requests().len(), 2, "what is no name is not asked for");
}

#[tokio::test]
async fn servers_that_misbehave_are_left() {
    let f = start().await;
    let (key, _) = f.apply("shop", json!({}));
    let canned =
        |body: &str| Fault::Respond(CannedResponse { status: 200, headers: vec![], body: body.to_owned() });
    f.api.gate().add_fault(FaultRule::once("", canned("<html>")));
    let error = f.objects.get(&key).await.unwrap_err();
    assert!(
        error.message.starts_with("Application argocd/shop: the answer is not JSON"),
        "{}",
        error.message
    );
    f.api.gate().add_fault(FaultRule::once("", canned(&"[".repeat(100_000))));
    assert_eq!(f.objects.get(&key).await.unwrap_err().kind, ErrorKind::Unavailable);
    f.api.gate().add_fault(FaultRule::once("", Fault::DropAfter(3)));
    assert_eq!(f.objects.get(&key).await.unwrap_err().kind, ErrorKind::Unavailable);
    f.api.gate().add_fault(FaultRule::once("", Fault::Hang));
    assert_eq!(f.while_time_passes(f.objects.get(&key)).await.unwrap_err().kind, ErrorKind::TimedOut);
    f.api.gate().add_fault(FaultRule::once("", Fault::Hang));
    let stop = async {
        f.asked("shop", 5).await;
        f.cancel.cancel();
    };
    let patch = Patch { key, patch: json!({}), resource_version: None };
    let (ended, ()) = tokio::join!(f.objects.patch(&patch), stop);
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Cancelled);
    f.server.stop().await;
}
