//! Queues of writers: pushes to one ref of one repository wait for each other, since of those that do not all but one
//! would have to begin anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use windlass_model::freight::address::normalize_git;

/// Whoever holds it is the one that writes.
type Queue = Arc<tokio::sync::Mutex<()>>;

/// The queues, by repository and ref.
#[derive(Default)]
pub(crate) struct Writers(Mutex<HashMap<(String, String), Queue>>);

impl Writers {
    /// The queue of the writers to one ref, given by its full name.
    pub(crate) fn queue(&self, url: &str, reference: &str) -> Queue {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        Arc::clone(queues.entry((normalize_git(url), reference.to_owned())).or_default())
    }
}
