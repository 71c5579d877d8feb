//! Looking after Applications as Argo CD's application controller does: an `operation` is carried out and ends up in
//! `status.operationState`, a wish to refresh is granted, and the revisions in the status are those of the real
//! repositories. Nothing is deployed anywhere.

mod application;
mod compare;
mod outcome;
mod revision;
mod sync;

use std::collections::HashSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::KubernetesApi;
use super::status::ApiStatus;
use super::store::ObjectId;
use crate::git::GitServer;
use crate::server::Site;
use revision::Revisions;
use windlass_model::call::objects::Key;

pub use outcome::{ArgoController, SyncOutcome};

/// What can be asked of an Application; each is done by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Wish {
    Refresh,
    Sync,
}

impl Wish {
    fn is_in(self, application: &Value) -> bool {
        match self {
            Self::Refresh => application::wants_refresh(application),
            Self::Sync => application.get("operation").is_some_and(Value::is_object),
        }
    }
}

/// Carries out what Applications ask for until the server stops.
pub(super) async fn run(api: KubernetesApi, git: Option<GitServer>, site: Site) {
    let Some(takes) = api.0.config.sync_takes else { return };
    let revisions = Revisions::new(git, &site.url);
    let mut version = api.store().subscribe();
    let mut work: JoinSet<(ObjectId, Wish)> = JoinSet::new();
    let mut under_way: HashSet<(ObjectId, Wish)> = HashSet::new();
    loop {
        version.borrow_and_update();
        for (id, wish) in wishes(&api) {
            if !under_way.insert((id.clone(), wish)) {
                continue;
            }
            let (api, revisions) = (api.clone(), revisions.clone());
            work.spawn(async move {
                match wish {
                    Wish::Refresh => compare::refresh(&api, &id, &revisions).await,
                    Wish::Sync => sync::carry_out(&api, &id, &revisions, takes).await,
                }
                (id, wish)
            });
        }
        tokio::select! {
            () = site.stop.cancelled() => return,
            Some(done) = work.join_next() => {
                if let Ok(done) = done {
                    under_way.remove(&done);
                }
            }
            changed = version.changed() => if changed.is_err() { return },
        }
    }
}

fn wishes(api: &KubernetesApi) -> Vec<(ObjectId, Wish)> {
    let store = api.store();
    let Some(resource) = store.by_kind(application::API_VERSION, application::KIND) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for object in store.of_kind(&resource, None) {
        let text =
            |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = ObjectId {
            resource: resource.clone(),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
        };
        for wish in [Wish::Refresh, Wish::Sync] {
            if wish.is_in(object) {
                found.push((id.clone(), wish));
            }
        }
    }
    found
}

impl KubernetesApi {
    /// Lets somebody else begin a sync of an Application that does not end until [`ArgoController::set_outcome_of`] says
    /// how.
    ///
    /// # Errors
    /// If there is no such Application.
    pub fn hold_foreign_sync(&self, namespace: &str, name: &str) -> Result<(), ApiStatus> {
        self.argo().set_outcome_of(namespace, name, SyncOutcome::Hold);
        let operation = json!({"initiatedBy": {"username": "somebody-else"}, "sync": {}});
        self.patch(&application_key(namespace, name), &json!({"operation": operation})).map(drop)
    }
}

/// Names an Application.
#[must_use]
pub fn application_key(namespace: &str, name: &str) -> Key {
    Key {
        api_version: application::API_VERSION.to_owned(),
        kind: application::KIND.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}
