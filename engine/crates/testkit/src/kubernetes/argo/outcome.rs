//! How syncs end: well, unless a test wants something else.

use std::collections::HashMap;

use tokio::sync::watch;

/// How a sync ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SyncOutcome {
    /// Phase `Succeeded`.
    #[default]
    Succeed,
    /// Phase `Failed`, with a message: a resource could not be applied.
    Fail(String),
    /// Phase `Error`, with a message: the sync could not be carried out.
    Error(String),
    /// Not, until another outcome is set: it stays in phase `Running`.
    Hold,
}

#[derive(Debug, Default)]
struct Outcomes {
    of_all: SyncOutcome,
    of_one: HashMap<(String, String), SyncOutcome>,
}

/// Decides how syncs end.
#[derive(Debug)]
pub struct ArgoController(watch::Sender<Outcomes>);

impl Default for ArgoController {
    fn default() -> Self {
        Self(watch::Sender::new(Outcomes::default()))
    }
}

impl ArgoController {
    /// Every sync ends so from now on, those included that are under way.
    pub fn set_outcome(&self, outcome: SyncOutcome) {
        self.0.send_modify(|outcomes| {
            outcomes.of_all = outcome;
            outcomes.of_one.clear();
        });
    }

    /// Syncs of one Application end so from now on, one that is under way included.
    pub fn set_outcome_of(&self, namespace: &str, name: &str, outcome: SyncOutcome) {
        let key = (namespace.to_owned(), name.to_owned());
        self.0.send_modify(|outcomes| {
            outcomes.of_one.insert(key, outcome);
        });
    }

    /// How a sync of an Application ends now.
    pub(super) fn outcome_of(&self, namespace: &str, name: &str) -> SyncOutcome {
        let outcomes = self.0.borrow();
        let key = (namespace.to_owned(), name.to_owned());
        outcomes.of_one.get(&key).unwrap_or(&outcomes.of_all).clone()
    }

    /// Returns when an outcome is set anew.
    pub(super) fn subscribe(&self) -> impl Future<Output = ()> + use<> {
        let mut outcomes = self.0.subscribe();
        async move {
            // The sender lives as long as the API; without it there is nothing more to wait for.
            let _ = outcomes.changed().await;
        }
    }
}
