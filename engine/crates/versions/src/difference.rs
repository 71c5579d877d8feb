//! Kargo's expression function `semverDiff`: how far two versions are apart, in one word.

use std::fmt;

use crate::version::{Strictness, Version};

/// The most significant part in which two versions differ. A prerelease is not compared, as in Kargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Difference {
    /// The major numbers differ.
    Major,
    /// The major numbers agree, the minor numbers differ.
    Minor,
    /// Only the patch numbers differ, and perhaps prerelease and metadata.
    Patch,
    /// The numbers agree, the build metadata differs.
    Metadata,
    /// No difference, or one in the prerelease only.
    None,
    /// One of the texts is no version.
    Incomparable,
}

impl Difference {
    /// The word that `semverDiff` returns.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Major => "Major",
            Self::Minor => "Minor",
            Self::Patch => "Patch",
            Self::Metadata => "Metadata",
            Self::None => "None",
            Self::Incomparable => "Incomparable",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far the versions `a` and `b`, both read leniently, are apart.
#[must_use]
pub fn semver_diff(a: &str, b: &str) -> Difference {
    let (Ok(a), Ok(b)) = (Version::parse(a, Strictness::Coerce), Version::parse(b, Strictness::Coerce))
    else {
        return Difference::Incomparable;
    };
    if a.major() != b.major() {
        Difference::Major
    } else if a.minor() != b.minor() {
        Difference::Minor
    } else if a.patch() != b.patch() {
        Difference::Patch
    } else if a.metadata() != b.metadata() {
        Difference::Metadata
    } else {
        Difference::None
    }
}
