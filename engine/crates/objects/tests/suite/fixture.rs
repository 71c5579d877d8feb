//! A cluster, and a client of it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::call::CallError;
use windlass_model::call::objects::Key;
use windlass_objects::{Cluster, ClusterObjects};
use windlass_ports::clock::{Clock as _, FakeClock};
use windlass_ports::objects::Objects as _;
use windlass_testkit::kubernetes::{KubernetesApi, KubernetesConfig, application_key};
use windlass_testkit::{Server, ServerConfig};

pub(crate) struct Fixture {
    pub(crate) api: KubernetesApi,
    pub(crate) server: Server,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) objects: ClusterObjects,
    pub(crate) cancel: CancellationToken,
}

pub(crate) fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock::new("2026-03-01T00:00:00Z".parse().unwrap()))
}

/// A kubeconfig with one cluster and one user, which have these entries.
pub(crate) fn kubeconfig(cluster: &Value, user: &Value) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "main",
        "clusters": [{"name": "c", "cluster": cluster}],
        "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": user}],
    })
    .to_string()
}

/// An open cluster.
pub(crate) async fn start() -> Fixture {
    let clock = clock();
    let api =
        KubernetesApi::new(KubernetesConfig { sync_takes: None, ..KubernetesConfig::open(clock.clone()) });
    let config = ServerConfig { kubernetes: Some(api.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.unwrap();
    let text = kubeconfig(&json!({"server": server.url()}), &json!({}));
    let cluster = Cluster::from_kubeconfig(&text, None, Path::new("/")).unwrap();
    let cancel = CancellationToken::new();
    let objects = ClusterObjects::new(cluster, clock.clone(), cancel.clone());
    Fixture { api, server, clock, objects, cancel }
}

impl Fixture {
    /// Makes or changes an Application and tells its version.
    pub(crate) fn apply(&self, name: &str, spec: Value) -> (Key, String) {
        let object = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "labels": {"app": "x"}},
            "spec": spec,
        });
        let version = self.api.apply(object).unwrap()["metadata"]["resourceVersion"].clone();
        (application_key("argocd", name), version.as_str().unwrap().to_owned())
    }

    /// Waits for a change, which nobody gives up.
    pub(crate) async fn changed(&self, key: &Key, version: &str) -> Result<(), CallError> {
        self.objects.changed(key, version, &CancellationToken::new()).await
    }

    /// Lets time pass, a second at each turn, until `work` is done.
    pub(crate) async fn while_time_passes<T>(&self, work: impl Future<Output = T>) -> T {
        let pass = async {
            loop {
                self.clock.set(self.clock.now().plus(std::time::Duration::from_secs(1)));
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            done = work => done,
            () = pass => unreachable!("time does not end"),
        }
    }

    /// Returns when as many requests with `part` in their line have come.
    pub(crate) async fn asked(&self, part: &str, times: usize) {
        while self.api.gate().count(part) < times {
            tokio::task::yield_now().await;
        }
    }
}
