//! Selection among tags: which of them a subscription wants, and in what order, the most wanted first.
//! Cutting to the discovery limit is left to the caller, who may have to drop more (platforms, paths, expressions).

use crate::constraint::{Constraint, ConstraintError};
use crate::filter::TagFilter;
use crate::version::{Strictness, Version};

/// Something with a tag, to be selected by it.
pub trait Candidate {
    /// The tag.
    fn tag(&self) -> &str;

    /// When it was made, in microseconds since the Unix epoch. [`Order::Newest`] takes none for the oldest.
    fn created_at(&self) -> Option<i64> {
        None
    }
}

impl Candidate for &str {
    fn tag(&self) -> &str {
        self
    }
}

impl Candidate for String {
    fn tag(&self) -> &str {
        self
    }
}

/// Which tags are versions, and which of these are wanted.
#[derive(Debug, Clone)]
pub struct SemverRule {
    strictness: Strictness,
    constraint: Option<Constraint>,
}

impl SemverRule {
    /// A rule that reads tags as `strictness` says and wants those in the range `constraint`; an empty text wants all.
    ///
    /// # Errors
    /// [`ConstraintError`] when `constraint` is no range.
    pub fn new(strictness: Strictness, constraint: &str) -> Result<Self, ConstraintError> {
        let constraint = match constraint {
            "" => None,
            range => Some(Constraint::parse(range)?),
        };
        Ok(Self { strictness, constraint })
    }

    /// The version that `tag` names, if it names one that is wanted.
    #[must_use]
    pub fn version_of(&self, tag: &str) -> Option<Version> {
        let version = Version::parse(tag, self.strictness).ok()?;
        let is_wanted = self.constraint.as_ref().is_none_or(|constraint| constraint.matches(&version));
        is_wanted.then_some(version)
    }
}

/// What makes one tag better than another.
#[derive(Debug, Clone)]
pub enum Order {
    /// The higher version; of equal ones the text that sorts later (`v1.0.0`, `1.0.0`, `1.0`). Other tags do not count.
    Semver(SemverRule),
    /// The text that sorts later, byte by byte.
    Lexical,
    /// The later date; of equal ones the text that sorts later.
    Newest,
    /// As the candidates are given. Git lists tags newest first by itself, and its order of equal dates is kept.
    AsListed,
}

/// Which tags a subscription wants, and in what order.
#[derive(Debug, Clone)]
pub struct TagSelection {
    /// Which tags count at all.
    pub filter: TagFilter,
    /// Their order.
    pub order: Order,
}

impl TagSelection {
    /// Whether `tag` is wanted.
    #[must_use]
    pub fn matches(&self, tag: &str) -> bool {
        self.filter.matches(tag)
            && match &self.order {
                Order::Semver(rule) => rule.version_of(tag).is_some(),
                Order::Lexical | Order::Newest | Order::AsListed => true,
            }
    }

    /// The wanted `candidates`, the most wanted first.
    #[must_use]
    pub fn select<T: Candidate>(&self, candidates: Vec<T>) -> Vec<T> {
        let mut candidates = candidates;
        candidates.retain(|candidate| self.filter.matches(candidate.tag()));
        match &self.order {
            Order::Semver(rule) => return by_version(candidates, rule),
            Order::Lexical => candidates.sort_by(|a, b| b.tag().cmp(a.tag())),
            Order::Newest => {
                candidates
                    .sort_by(|a, b| b.created_at().cmp(&a.created_at()).then_with(|| b.tag().cmp(a.tag())));
            }
            Order::AsListed => {}
        }
        candidates
    }
}

fn by_version<T: Candidate>(candidates: Vec<T>, rule: &SemverRule) -> Vec<T> {
    let mut versioned: Vec<(Version, T)> = candidates
        .into_iter()
        .filter_map(|candidate| Some((rule.version_of(candidate.tag())?, candidate)))
        .collect();
    versioned.sort_by(|(a, _), (b, _)| b.cmp_precedence(a).then_with(|| b.original().cmp(a.original())));
    versioned.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The chart version that an OCI tag stands for. Tags cannot hold `+`, so Helm writes `_` for it.
#[must_use]
pub fn version_of_oci_tag(tag: &str) -> String {
    tag.replace('_', "+")
}

#[cfg(test)]
mod tests;
