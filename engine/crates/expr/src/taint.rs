//! Which secrets a value was computed from. A taint is a set of labels; the empty one, by far the commonest,
//! costs a null pointer and no allocation.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The set of secrets that a value was computed from; empty for what is not secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Taint(Option<Arc<BTreeSet<Arc<str>>>>);

impl Taint {
    /// The empty taint.
    pub const NONE: Self = Self(None);

    /// The taint of the one secret that `label` names. The language never reads labels, it only joins them.
    #[must_use]
    pub fn of(label: impl Into<Arc<str>>) -> Self {
        Self(Some(Arc::new(BTreeSet::from([label.into()]))))
    }

    /// Whether no secret is involved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The labels in byte order.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|labels| labels.iter().map(AsRef::as_ref))
    }

    /// Adds the labels of `other`.
    pub fn join(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (_, None) => {}
            (own @ None, Some(labels)) => *own = Some(Arc::clone(labels)),
            (Some(own), Some(labels)) => {
                let same = Arc::ptr_eq(own, labels) || labels.is_subset(own);
                if !same {
                    Arc::make_mut(own).extend(labels.iter().cloned());
                }
            }
        }
    }
}

impl fmt::Debug for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.labels()).finish()
    }
}
