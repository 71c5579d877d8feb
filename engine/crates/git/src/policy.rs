//! How commits that others pushed meanwhile come together with ours: the operator decides, as in Kargo.

use std::fmt;
use std::str::FromStr;

use git2::{ErrorCode, Oid, Repository, Sort};
use windlass_model::call::{CallError, ErrorKind};

use crate::error::failed;
use crate::signing::SigningKey;

/// What becomes of our commits when the branch that they go to has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IntegrationPolicy {
    /// They are made anew on top of it.
    #[default]
    AlwaysRebase,
    /// The same, unless one of them is signed by somebody else, for the signature would be lost: then they are merged.
    RebaseOrMerge,
    /// The same, unless one of them is signed by somebody else: then the push fails.
    RebaseOrFail,
    /// They are merged with it.
    AlwaysMerge,
}

impl IntegrationPolicy {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::AlwaysRebase, Self::RebaseOrMerge, Self::RebaseOrFail, Self::AlwaysMerge];
}

impl fmt::Display for IntegrationPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlwaysRebase => "AlwaysRebase",
            Self::RebaseOrMerge => "RebaseOrMerge",
            Self::RebaseOrFail => "RebaseOrFail",
            Self::AlwaysMerge => "AlwaysMerge",
        })
    }
}

/// A text that names no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no policy: AlwaysRebase, RebaseOrMerge, RebaseOrFail and AlwaysMerge are")]
pub struct UnknownPolicy(String);

impl FromStr for IntegrationPolicy {
    type Err = UnknownPolicy;
    fn from_str(text: &str) -> Result<Self, UnknownPolicy> {
        let found = Self::ALL.into_iter().find(|policy| policy.to_string() == text);
        found.ok_or_else(|| UnknownPolicy(text.to_owned()))
    }
}

/// How one push integrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Rebase,
    Merge,
}

impl IntegrationPolicy {
    /// The way for the commits of `ours` that `theirs` does not have.
    pub(crate) fn way(
        self,
        repository: &Repository,
        ours: Oid,
        theirs: Oid,
        key: Option<&SigningKey>,
    ) -> Result<Way, CallError> {
        let signed = || first_signed(repository, ours, theirs, key).map_err(|e| failed("the history", &e));
        match self {
            Self::AlwaysRebase => Ok(Way::Rebase),
            Self::AlwaysMerge => Ok(Way::Merge),
            Self::RebaseOrMerge => Ok(if signed()?.is_some() { Way::Merge } else { Way::Rebase }),
            Self::RebaseOrFail => match signed()? {
                None => Ok(Way::Rebase),
                Some(commit) => Err(CallError::new(
                    ErrorKind::Conflict,
                    "git-rebase-unsafe",
                    format!(
                        "the commit {commit} is signed by somebody else: a copy of it on top of what others pushed would not be"
                    ),
                )),
            },
        }
    }
}

/// A commit that would be made anew and is signed by others than us, so that its signature would be lost.
fn first_signed(
    repository: &Repository,
    ours: Oid,
    theirs: Oid,
    key: Option<&SigningKey>,
) -> Result<Option<Oid>, git2::Error> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL)?;
    walk.push(ours)?;
    walk.hide(theirs)?;
    for commit in walk {
        let commit = commit?;
        match repository.extract_signature(&commit, None) {
            Ok((signature, text)) => {
                let is_ours = |key: &SigningKey| signature.as_str().is_ok_and(|s| key.has_made(s, &text));
                if !key.is_some_and(is_ours) {
                    return Ok(Some(commit));
                }
            }
            Err(error) if error.code() == ErrorCode::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_have_the_names_of_kargo() {
        for policy in IntegrationPolicy::ALL {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert!("alwaysrebase".parse::<IntegrationPolicy>().is_err());
    }
}
