//! Applications, looked after as by Argo CD's controller.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use windlass_model::call::objects::Key;
use windlass_model::digest::CommitId;
use windlass_ports::clock::{Clock as _, FakeClock};
use windlass_testkit::git::{GitServer, GitServerConfig, NewCommit, Repository};
use windlass_testkit::kubernetes::{KubernetesApi, KubernetesConfig, SyncOutcome, application_key};
use windlass_testkit::{Server, ServerConfig};

use crate::client::clock;

struct Fixture {
    api: KubernetesApi,
    server: Server,
    clock: Arc<FakeClock>,
    repository: Repository,
    head: CommitId,
    key: Key,
    _dir: TempDir,
}

async fn start(takes: Duration) -> Fixture {
    let clock = clock();
    let dir = tempfile::tempdir().unwrap();
    let git = GitServer::new(GitServerConfig::open(dir.path()));
    let repository = git.create("app.git").await.unwrap();
    let head = repository.commit(&NewCommit::on("stage/dev").write("a", "1")).await.unwrap();
    let config = KubernetesConfig { sync_takes: Some(takes), ..KubernetesConfig::open(clock.clone()) };
    let api = KubernetesApi::new(config);
    let config = ServerConfig { git: Some(git), kubernetes: Some(api.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let key = application_key("argocd", "shop");
    Fixture { api, server, clock, repository, head, key, _dir: dir }
}

impl Fixture {
    fn source(&self, revision: &str) -> Value {
        json!({"repoURL": self.server.git_url("app.git"), "path": ".", "targetRevision": revision})
    }

    fn apply(&self, spec: Value) {
        let application = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": "shop", "namespace": "argocd"},
            "spec": spec,
        });
        self.api.apply(application).unwrap();
    }

    fn patch(&self, patch: Value) {
        self.api.patch(&self.key, &patch).unwrap();
    }

    async fn in_phase(&self, phase: &str) -> Value {
        let fits = |object: Option<&Value>| {
            object.is_some_and(|object| object["status"]["operationState"]["phase"] == phase)
        };
        self.api.wait_for(&self.key, fits).await.unwrap()
    }

    async fn refreshed(&self) -> Value {
        self.patch(json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}));
        let done = |object: Option<&Value>| {
            object.is_some_and(|object| object["metadata"].get("annotations").is_none())
        };
        self.api.wait_for(&self.key, done).await.unwrap()
    }
}

#[tokio::test]
async fn an_operation_syncs_to_the_real_commit() {
    let f = start(Duration::from_secs(10)).await;
    f.apply(json!({"source": f.source("stage/dev"), "destination": {"namespace": "dev"}}));
    let operation = json!({"initiatedBy": {"username": "kargo"}, "sync": {"revision": "stage/dev"}});
    f.patch(json!({"operation": operation}));
    let running = f.in_phase("Running").await;
    assert_eq!(running["operation"], operation);
    assert_eq!(
        running["status"]["operationState"],
        json!({"phase": "Running", "operation": operation, "startedAt": "2026-03-01T00:00:00Z"})
    );
    f.clock.set(f.clock.now().plus(Duration::from_secs(10)));
    let done = f.in_phase("Succeeded").await;
    assert_eq!(done.get("operation"), None);
    let source = f.source("stage/dev");
    let expected = json!({
        "operationState": {
            "phase": "Succeeded",
            "message": "successfully synced (all tasks run)",
            "operation": operation,
            "startedAt": "2026-03-01T00:00:00Z",
            "finishedAt": "2026-03-01T00:00:10Z",
            "syncResult": {"revision": f.head, "source": source},
        },
        "health": {"status": "Healthy"},
        "summary": {},
        "history": [{
            "id": 0,
            "revision": f.head,
            "source": source,
            "initiatedBy": {"username": "kargo"},
            "deployStartedAt": "2026-03-01T00:00:00Z",
            "deployedAt": "2026-03-01T00:00:10Z",
        }],
        "sync": {
            "status": "Synced",
            "revision": f.head,
            "comparedTo": {"destination": {"namespace": "dev"}, "source": source},
        },
        "reconciledAt": "2026-03-01T00:00:10Z",
    });
    assert_eq!(done["status"], expected);
}

#[tokio::test]
async fn a_refresh_tells_whether_the_branch_has_moved() {
    let f = start(Duration::ZERO).await;
    f.apply(json!({"source": f.source("stage/dev")}));
    let never = f.refreshed().await;
    assert_eq!(never["status"]["sync"]["status"], "OutOfSync");
    assert_eq!(never["status"]["sync"]["revision"], f.head.to_string());
    assert_eq!(never["status"]["health"]["status"], "Missing");
    f.patch(json!({"operation": {"sync": {}}}));
    let done = f.in_phase("Succeeded").await;
    assert_eq!(done["status"]["sync"]["status"], "Synced");
    let moved = f.repository.commit(&NewCommit::on("stage/dev").write("a", "2")).await.unwrap();
    f.clock.set(f.clock.now().plus(Duration::from_secs(5)));
    let behind = f.refreshed().await;
    assert_eq!(behind["status"]["sync"]["status"], "OutOfSync");
    assert_eq!(behind["status"]["sync"]["revision"], moved.to_string());
    assert_eq!(behind["status"]["reconciledAt"], "2026-03-01T00:00:05Z");
    assert_eq!(behind["status"]["health"]["status"], "Healthy");
    assert_eq!(behind["status"]["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn several_sources_have_several_revisions() {
    let f = start(Duration::ZERO).await;
    let chart = json!({"repoURL": "https://charts.example.com", "chart": "shop", "targetRevision": "1.2.3"});
    let by_name = f.server.git_url("app").replace("127.0.0.1", "localhost");
    let other = json!({"repoURL": "https://example.com/other.git"});
    let sources =
        json!([f.source("stage/dev"), chart, {"repoURL": by_name, "targetRevision": "stage/dev"}, other]);
    f.apply(json!({"sources": sources}));
    f.patch(json!({"operation": {"sync": {"revisions": ["stage/dev", "1.2.3"]}}}));
    let done = f.in_phase("Succeeded").await;
    let revisions = json!([f.head, "1.2.3", f.head, "HEAD"]);
    let status = &done["status"];
    assert_eq!(
        status["operationState"]["syncResult"],
        json!({"revision": "", "revisions": revisions, "sources": sources})
    );
    assert_eq!((&status["sync"]["status"], &status["sync"]["revisions"]), (&json!("Synced"), &revisions));
    assert_eq!(status["sync"].get("revision"), None);
}

#[tokio::test]
async fn syncs_end_as_the_test_wants() {
    let f = start(Duration::ZERO).await;
    f.apply(json!({"source": f.source("stage/dev")}));
    f.api.argo().set_outcome(SyncOutcome::Fail("one or more objects failed to apply".to_owned()));
    f.patch(json!({"operation": {"sync": {}}}));
    let failed = f.in_phase("Failed").await;
    assert_eq!(failed["status"]["operationState"]["message"], "one or more objects failed to apply");
    assert_eq!(failed["status"]["sync"]["status"], "OutOfSync");
    assert_eq!(failed["status"].get("history"), None);
    f.api.argo().set_outcome_of("argocd", "shop", SyncOutcome::Error("no".to_owned()));
    f.patch(json!({"operation": {"sync": {}}}));
    assert_eq!(f.in_phase("Error").await["status"]["operationState"]["message"], "no");
    f.api.argo().set_outcome(SyncOutcome::Succeed);
    f.patch(json!({"operation": {"sync": {}}}));
    f.in_phase("Succeeded").await;
}

#[tokio::test]
async fn what_cannot_be_found_is_an_error() {
    let f = start(Duration::ZERO).await;
    f.apply(json!({"source": f.source("nowhere")}));
    f.patch(json!({"operation": {"sync": {}}}));
    let status = f.in_phase("Error").await["status"].clone();
    assert_eq!(status["operationState"]["message"], "unable to resolve \"nowhere\" to a commit SHA");
    assert_eq!(status["operationState"].get("syncResult"), None);
    assert_eq!(status["sync"]["status"], "Unknown");
    assert_eq!(status["conditions"][0]["type"], "ComparisonError");
    f.patch(json!({"spec": {"source": {"targetRevision": "stage/dev"}}}));
    assert_eq!(f.refreshed().await["status"].get("conditions"), None);
    f.apply(json!({}));
    f.patch(json!({"operation": {"sync": {}}, "status": null}));
    let status = f.in_phase("Error").await["status"].clone();
    assert_eq!(status["operationState"]["message"], "the application has no source");
}

#[tokio::test]
async fn somebody_elses_sync_is_waited_for() {
    let f = start(Duration::ZERO).await;
    f.apply(json!({"source": f.source("stage/dev")}));
    f.api.hold_foreign_sync("argocd", "shop").unwrap();
    let running = f.in_phase("Running").await;
    assert_eq!(running["status"]["operationState"]["operation"]["initiatedBy"]["username"], "somebody-else");
    assert_eq!(f.refreshed().await["status"]["operationState"]["phase"], "Running");
    f.api.argo().set_outcome_of("argocd", "shop", SyncOutcome::Succeed);
    assert_eq!(f.in_phase("Succeeded").await.get("operation"), None);

    // An operation that is replaced while it is held makes room for the other.
    f.api.hold_foreign_sync("argocd", "shop").unwrap();
    f.in_phase("Running").await;
    f.patch(json!({"operation": {"initiatedBy": {"username": "kargo"}, "sync": {}}, "status": {"operationState": null}}));
    let ours = f.in_phase("Running").await;
    assert_eq!(ours["status"]["operationState"]["operation"]["initiatedBy"]["username"], "kargo");
    f.api.delete(&f.key).unwrap();
    assert_eq!(f.api.get(&f.key), None);
    f.server.stop().await;
}

#[tokio::test]
async fn the_history_is_bounded() {
    let f = start(Duration::ZERO).await;
    f.apply(json!({"source": f.source("stage/dev")}));
    for count in 0..12 {
        f.patch(json!({"operation": {"sync": {}, "info": [{"name": "n", "value": count.to_string()}]}}));
        let done = |object: Option<&Value>| object.is_some_and(|object| object.get("operation").is_none());
        f.api.wait_for(&f.key, done).await.unwrap();
    }
    let history = f.api.get(&f.key).unwrap()["status"]["history"].clone();
    let ids: Vec<u64> =
        history.as_array().unwrap().iter().map(|entry| entry["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (2..12).collect::<Vec<u64>>());
}
