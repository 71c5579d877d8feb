//! What every implementation of `ports::objects::Objects` must do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::call::objects::{Key, LabelOperator, LabelRequirement, LabelSelector, Patch, Query};
use windlass_model::call::{CallError, ErrorKind};
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::Clock;
use windlass_ports::objects::Objects;

use crate::kubernetes::{KubernetesApi, KubernetesConfig, application_key};
use crate::server::{Server, ServerConfig};

/// How often a change of something else may be taken for one of the object that is waited for.
const TURNS: usize = 1_000;

/// Checks an implementation of [`Objects`]. `connect` makes one for the API at a URL, with a token.
///
/// # Panics
/// If the implementation breaks its promise, or a server cannot be started.
pub async fn check_objects(connect: impl Fn(&str, &str) -> Box<dyn Objects>, clock: Arc<dyn Clock>) {
    let config = KubernetesConfig {
        token: Some(SecretValue::new("right")),
        sync_takes: None,
        ..KubernetesConfig::open(clock)
    };
    let api = KubernetesApi::new(config);
    let config = ServerConfig { kubernetes: Some(api.clone()), ..ServerConfig::default() };
    let server = Server::start(config).await.expect("a free port of loopback can be listened on");
    let case = Case { objects: connect(server.url(), "right"), api };
    case.an_object_is_read().await;
    case.objects_are_picked_by_their_labels().await;
    case.a_patch_is_merged().await;
    case.a_stale_patch_conflicts().await;
    case.a_change_is_noticed().await;
    case.waiting_can_be_given_up().await;
    let stranger = connect(server.url(), "wrong").get(&application_key("argocd", "read")).await;
    assert_eq!(kind(stranger), Err(ErrorKind::Denied), "a wrong token");
}

struct Case {
    objects: Box<dyn Objects>,
    api: KubernetesApi,
}

impl Case {
    /// Makes an Application and tells its version.
    fn add(&self, name: &str, labels: Value) -> (Key, String) {
        let object = json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": name, "namespace": "argocd", "labels": labels},
            "spec": {"project": "default", "list": [1, 2]},
        });
        let made = self.api.apply(object).expect("the suite's own objects are valid");
        (application_key("argocd", name), version(&made))
    }

    fn change(&self, key: &Key, value: u64) {
        self.api.patch(key, &json!({"status": {"n": value}})).expect("the object is there");
    }

    fn now(&self, key: &Key) -> Option<String> {
        self.api.get(key).as_ref().map(version)
    }

    async fn an_object_is_read(&self) {
        let (key, _) = self.add("read", json!({}));
        assert_eq!(self.objects.get(&key).await.ok(), self.api.get(&key), "the object as it is");
        let missing = self.objects.get(&application_key("argocd", "missing")).await;
        assert_eq!(kind(missing), Err(ErrorKind::NotFound));
        let elsewhere = self.objects.get(&application_key("other", "read")).await;
        assert_eq!(kind(elsewhere), Err(ErrorKind::NotFound));
        let unknown = Key { kind: "Rollout".to_owned(), ..key };
        assert_eq!(kind(self.objects.get(&unknown).await), Err(ErrorKind::NotFound), "an unknown kind");
    }

    async fn objects_are_picked_by_their_labels(&self) {
        self.add("q1", json!({"suite": "q", "tier": "a"}));
        self.add("q2", json!({"suite": "q", "tier": "b"}));
        self.add("q3", json!({"suite": "q"}));
        let requirement = |operator: LabelOperator, values: &[&str]| LabelRequirement {
            key: "tier".to_owned(),
            operator,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        for (requirements, expected) in [
            (vec![], &["q1", "q2", "q3"][..]),
            (vec![requirement(LabelOperator::In, &["a", "x"])], &["q1"]),
            (vec![requirement(LabelOperator::NotIn, &["a"])], &["q2", "q3"]),
            (vec![requirement(LabelOperator::Exists, &[])], &["q1", "q2"]),
            (vec![requirement(LabelOperator::DoesNotExist, &[])], &["q3"]),
            (
                vec![requirement(LabelOperator::Exists, &[]), requirement(LabelOperator::NotIn, &["a", "b"])],
                &[],
            ),
        ] {
            let query = Query {
                api_version: "argoproj.io/v1alpha1".to_owned(),
                kind: "Application".to_owned(),
                namespace: "argocd".to_owned(),
                selector: LabelSelector {
                    match_labels: [("suite".to_owned(), "q".to_owned())].into(),
                    match_expressions: requirements,
                },
            };
            let found = self.objects.query(&query).await.map(|objects| {
                let name =
                    |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                objects.iter().map(name).collect::<Vec<_>>()
            });
            assert_eq!(
                found.as_deref(),
                Ok(&expected.iter().map(|e| (*e).to_owned()).collect::<Vec<_>>()[..])
            );
        }
    }

    async fn a_patch_is_merged(&self) {
        let (key, _) = self.add("patched", json!({"a": "1", "b": "2"}));
        let patch =
            json!({"metadata": {"labels": {"a": null, "c": "3"}}, "spec": {"list": [3]}, "status": {"x": 1}});
        let patch = Patch { key: key.clone(), patch, resource_version: None };
        let after = self.objects.patch(&patch).await;
        assert_eq!(after.as_ref().ok(), self.api.get(&key).as_ref(), "the object after the patch");
        let after = after.unwrap_or_default();
        assert_eq!(after["metadata"]["labels"], json!({"b": "2", "c": "3"}));
        assert_eq!(after["spec"], json!({"project": "default", "list": [3]}));
        assert_eq!(after["status"], json!({"x": 1}));
        let missing = Patch { key: application_key("argocd", "missing"), ..patch };
        assert_eq!(kind(self.objects.patch(&missing).await), Err(ErrorKind::NotFound));
    }

    async fn a_stale_patch_conflicts(&self) {
        let (key, first) = self.add("contended", json!({}));
        let at = |version: String| Patch {
            key: key.clone(),
            patch: json!({"spec": {"winner": "us"}}),
            resource_version: Some(version),
        };
        self.change(&key, 1);
        let before = self.now(&key);
        assert_eq!(kind(self.objects.patch(&at(first)).await), Err(ErrorKind::Conflict));
        assert_eq!(self.now(&key), before, "nothing was changed");
        let fresh = self.objects.patch(&at(before.unwrap_or_default())).await;
        assert_eq!(fresh.map(|object| object["spec"]["winner"].clone()), Ok(json!("us")));
    }

    async fn a_change_is_noticed(&self) {
        let (key, first) = self.add("watched", json!({}));
        let (other, _) = self.add("unwatched", json!({}));
        let never = CancellationToken::new();
        let noticed = AtomicBool::new(false);
        let wait = async {
            let changed = self.objects.changed(&key, &first, &never).await;
            noticed.store(true, Ordering::Release);
            (changed, self.now(&key))
        };
        let drive = async {
            self.change(&other, 1);
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            assert!(!noticed.load(Ordering::Acquire), "a change of another object is none of this one");
            self.change(&key, 1);
        };
        let ((changed, now), ()) = tokio::join!(wait, drive);
        assert_eq!(changed, Ok(()));
        assert_ne!(now, Some(first.clone()));
        assert_eq!(self.objects.changed(&key, &first, &never).await, Ok(()), "a change that was missed");
        self.api.forget_history();
        assert_eq!(self.objects.changed(&key, &first, &never).await, Ok(()), "a change that is forgotten");
        let current = self.now(&key).unwrap_or_default();
        let removed = async { self.api.delete(&key).expect("the object is there") };
        let (changed, ()) = tokio::join!(self.objects.changed(&key, &current, &never), removed);
        assert_eq!(changed, Ok(()), "it was removed");
        assert_eq!(self.objects.changed(&key, &current, &never).await, Ok(()), "it is not there");
    }

    async fn waiting_can_be_given_up(&self) {
        let (key, version) = self.add("quiet", json!({}));
        self.api.forget_history();
        let cancel = CancellationToken::new();
        let stop = async {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        };
        let (ended, ()) = tokio::join!(self.objects.changed(&key, &version, &cancel), stop);
        assert_eq!(ended, Ok(()));
        assert_eq!(self.now(&key), Some(version), "nothing has changed");
    }
}

fn version(object: &Value) -> String {
    object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned()
}

fn kind(result: Result<Value, CallError>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.kind)
}
