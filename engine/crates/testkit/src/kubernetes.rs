//! A small Kubernetes API: objects of registered kinds, in namespaces, with the verbs that clients use most, and watches.
//! Applications are looked after as Argo CD's controller does it.
//!
//! It holds everything in memory, knows no namespaces as objects, runs no admission, and deletes at once, finalizers or
//! not. A kind has no status subresource, as Argo CD's have none: a patch may change `status`.

mod argo;
mod discovery;
mod list;
mod merge_patch;
mod object;
mod query;
mod resource;
mod selector;
mod serve;
mod status;
mod store;
mod verb;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use serde_json::Value;
use windlass_model::call::objects::Key;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::Clock;

use crate::gate::Gate;
use crate::git::GitServer;
use crate::server::Site;
use store::{ObjectId, Store};

pub use argo::{ArgoController, SyncOutcome, application_key};
pub use resource::Resource;
pub use status::ApiStatus;

/// How an API behaves.
#[derive(Clone)]
pub struct KubernetesConfig {
    /// The token that every request must bear; none: everyone may come in.
    pub token: Option<SecretValue>,
    /// Kinds beside Application, AppProject, Secret and ConfigMap.
    pub resources: Vec<Resource>,
    /// How long a sync of an Application takes; none: nobody looks after Applications.
    pub sync_takes: Option<Duration>,
    /// Tells the time that objects carry, and how long a sync has taken.
    pub clock: Arc<dyn Clock>,
}

impl KubernetesConfig {
    /// Open to everyone, with syncs that take no time.
    pub fn open(clock: Arc<dyn Clock>) -> Self {
        Self { token: None, resources: Vec::new(), sync_takes: Some(Duration::ZERO), clock }
    }
}

impl std::fmt::Debug for KubernetesConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubernetesConfig").field("sync_takes", &self.sync_takes).finish_non_exhaustive()
    }
}

/// An API. Clones are the same API.
#[derive(Debug, Clone)]
pub struct KubernetesApi(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: KubernetesConfig,
    gate: Gate,
    store: Mutex<Store>,
    argo: ArgoController,
}

impl KubernetesApi {
    /// An API without objects.
    #[must_use]
    pub fn new(config: KubernetesConfig) -> Self {
        let store = Store::new(Resource::built_in().into_iter().chain(config.resources.clone()).collect());
        Self(Arc::new(Inner {
            config,
            gate: Gate::default(),
            store: Mutex::new(store),
            argo: ArgoController::default(),
        }))
    }

    /// What was asked of it, and what shall fail.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// How syncs of Applications end.
    #[must_use]
    pub fn argo(&self) -> &ArgoController {
        &self.0.argo
    }

    /// Makes an object, or replaces it whatever it is now; the object after it.
    ///
    /// # Errors
    /// If its kind is not registered, or it is no object with a name and a namespace.
    pub fn apply(&self, object: Value) -> Result<Value, ApiStatus> {
        verb::apply(&mut self.store(), object, self.now())
    }

    /// An object as it is now.
    #[must_use]
    pub fn get(&self, key: &Key) -> Option<Value> {
        let store = self.store();
        store.get(&store.id_of(key).ok()?).cloned()
    }

    /// Merges a patch into an object, as a client's PATCH does; the object after it.
    ///
    /// # Errors
    /// If there is no such object, or the patch does not fit it.
    pub fn patch(&self, key: &Key, patch: &Value) -> Result<Value, ApiStatus> {
        let mut store = self.store();
        let id = store.id_of(key)?;
        verb::patch(&mut store, &id, patch)
    }

    /// Removes an object.
    ///
    /// # Errors
    /// If there is no such object.
    pub fn delete(&self, key: &Key) -> Result<(), ApiStatus> {
        let mut store = self.store();
        let id = store.id_of(key)?;
        store.remove(&id).map(drop)
    }

    /// Forgets what happened so far: a watch that wants to go on from there is answered 410 Gone.
    pub fn forget_history(&self) {
        self.store().forget_history();
    }

    /// Waits until an object (none: it does not exist) is as `wanted` says; the object then.
    pub async fn wait_for(&self, key: &Key, wanted: impl Fn(Option<&Value>) -> bool) -> Option<Value> {
        let mut version = self.store().subscribe();
        loop {
            version.borrow_and_update();
            let now = self.get(key);
            if wanted(now.as_ref()) {
                return now;
            }
            // The sender lives in the store, which lives as long as `self`.
            let _ = version.changed().await;
        }
    }

    pub(crate) fn router(&self, site: &Site) -> Router {
        let door = serve::Door { api: self.clone(), stop: site.stop.clone() };
        let router = Router::new()
            .route("/api", any(serve::serve))
            .route("/api/{*path}", any(serve::serve))
            .route("/apis", any(serve::serve))
            .route("/apis/{*path}", any(serve::serve))
            .with_state(door);
        self.0.gate.guard(router, &site.stop)
    }

    /// Looks after Applications until the server stops.
    pub(crate) async fn control(self, git: Option<GitServer>, site: Site) {
        argo::run(self, git, site).await;
    }

    fn now(&self) -> windlass_model::time::Timestamp {
        self.0.config.clock.now()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn object(&self, id: &ObjectId) -> Option<Value> {
        self.store().get(id).cloned()
    }
}
