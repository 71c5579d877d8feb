//! Semantic versions as Masterminds/semver v3.5.0 reads and orders them: lenient by default, strict on demand.
//! The text a version was read from is kept, because tags are named by it and ties are broken by it.

mod parts;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::excerpt::excerpt;
pub(crate) use parts::Parts;
use parts::{are_identifiers, check_prerelease, number};

/// Longest version text that is read, in bytes.
const LENGTH_MAX: usize = 256;

/// How much of a version must be written out for it to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// A leading `v`, missing minor and patch, and leading zeros are accepted (`v1`, `1.2`, `01.2.3`).
    Coerce,
    /// Major, minor and patch are all there without leading zeros; a leading `v` is accepted.
    /// This is Kargo's `strictSemvers: true`.
    Complete,
    /// The grammar of SemVer 2.0.0 itself: [`Strictness::Complete`] without the `v`. Chart tags in OCI registries.
    Canonical,
}

/// One of the three numbers of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment {
    /// The first number.
    Major,
    /// The second number.
    Minor,
    /// The third number.
    Patch,
}

/// A semantic version.
///
/// `==` compares everything, the original text included; [`Version::cmp_precedence`] is the order of versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    prerelease: String,
    metadata: String,
    original: String,
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a semantic version: {problem}")]
pub struct VersionError {
    text: String,
    problem: VersionProblem,
}

/// What is wrong with a version text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VersionProblem {
    /// There is no text.
    #[error("it is empty")]
    Empty,
    /// More than 256 bytes.
    #[error("it is longer than {LENGTH_MAX} bytes")]
    TooLong,
    /// Not `[v]major[.minor[.patch]][-prerelease][+metadata]`.
    #[error("it does not have the form major.minor.patch[-prerelease][+metadata]")]
    Malformed,
    /// A number above 2^64 - 1.
    #[error("a number in it is above 18446744073709551615")]
    TooLarge,
    /// A numeric identifier of the prerelease, or (when strict) a segment, that starts with `0`.
    #[error("a number in it starts with 0")]
    LeadingZero,
    /// Strict reading, and minor or patch is missing.
    #[error("major, minor and patch must all be given")]
    Incomplete,
    /// Canonical reading, and the text starts with `v`.
    #[error("it starts with v")]
    Prefixed,
}

/// An increment that would pass 2^64 - 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {segment:?} number of version {version:?} cannot grow above 18446744073709551615")]
pub struct SegmentOverflow {
    /// The version that was to be incremented.
    pub version: String,
    /// The number that is at its maximum.
    pub segment: Segment,
}

impl VersionError {
    fn new(text: &str, problem: VersionProblem) -> Self {
        Self { text: excerpt(text), problem }
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> VersionProblem {
        self.problem
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.problem {
            VersionProblem::Empty | VersionProblem::Malformed => {
                "write a version such as 1.2.3, 1.2.3-rc.1 or 1.2.3+build.5"
            }
            VersionProblem::TooLong => "shorten the prerelease or the build metadata",
            VersionProblem::TooLarge => "use numbers that fit into 64 bits",
            VersionProblem::LeadingZero => "write numbers without leading zeros, such as rc.1 for rc.01",
            VersionProblem::Incomplete => "write all three numbers, or set strictSemvers: false",
            VersionProblem::Prefixed => "leave out the leading v",
        }
    }
}

impl Version {
    /// Reads `text` as a version.
    ///
    /// # Errors
    /// [`VersionError`] when the text has more than 256 bytes or not the form that `strictness` asks for.
    pub fn parse(text: &str, strictness: Strictness) -> Result<Self, VersionError> {
        Self::read(text, strictness).map_err(|problem| VersionError::new(text, problem))
    }

    fn read(text: &str, strictness: Strictness) -> Result<Self, VersionProblem> {
        if text.is_empty() {
            return Err(VersionProblem::Empty);
        }
        if text.len() > LENGTH_MAX {
            return Err(VersionProblem::TooLong);
        }
        let parts = Parts::split(text, |byte| byte.is_ascii_digit()).ok_or(VersionProblem::Malformed)?;
        parts.check(strictness)?;
        check_prerelease(parts.prerelease)?;
        Ok(Self {
            major: number(parts.major)?,
            minor: parts.minor.map_or(Ok(0), number)?,
            patch: parts.patch.map_or(Ok(0), number)?,
            prerelease: parts.prerelease.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// The first number.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number, 0 if it was not written.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number, 0 if it was not written.
    #[must_use]
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What stands between `-` and `+`, empty if nothing does.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    /// What stands after `+`, empty if nothing does.
    #[must_use]
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text this version was read from.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The order of versions: the three numbers, then a prerelease below none, then the prerelease's identifiers,
    /// numbers below words. Metadata and spelling do not count.
    #[must_use]
    pub fn cmp_precedence(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| cmp_prerelease(&self.prerelease, &other.prerelease))
    }

    /// The next major version: `2.0.0` after `1.2.3-rc.1`. A leading `v` of the original is kept in the new original.
    ///
    /// # Errors
    /// [`SegmentOverflow`] when the major number is at its maximum.
    pub fn inc_major(&self) -> Result<Self, SegmentOverflow> {
        let major = self.next(Segment::Major, self.major)?;
        Ok(self.derive(major, 0, 0, "", ""))
    }

    /// The next minor version: `1.3.0` after `1.2.3-rc.1`.
    ///
    /// # Errors
    /// [`SegmentOverflow`] when the minor number is at its maximum.
    pub fn inc_minor(&self) -> Result<Self, SegmentOverflow> {
        let minor = self.next(Segment::Minor, self.minor)?;
        Ok(self.derive(self.major, minor, 0, "", ""))
    }

    /// The next patch version: `1.2.4` after `1.2.3`, but `1.2.3` after `1.2.3-rc.1`, which comes before it.
    ///
    /// # Errors
    /// [`SegmentOverflow`] when the patch number is at its maximum and there is no prerelease to drop.
    pub fn inc_patch(&self) -> Result<Self, SegmentOverflow> {
        let patch = match self.prerelease.as_str() {
            "" => self.next(Segment::Patch, self.patch)?,
            _ => self.patch,
        };
        Ok(self.derive(self.major, self.minor, patch, "", ""))
    }

    /// This version with another prerelease; an empty one removes it.
    ///
    /// # Errors
    /// [`VersionError`] when `prerelease` is not dot-separated identifiers, or a number in it starts with `0`.
    pub fn with_prerelease(&self, prerelease: &str) -> Result<Self, VersionError> {
        if !prerelease.is_empty() && !are_identifiers(prerelease) {
            return Err(VersionError::new(prerelease, VersionProblem::Malformed));
        }
        check_prerelease(prerelease).map_err(|problem| VersionError::new(prerelease, problem))?;
        Ok(self.derive(self.major, self.minor, self.patch, prerelease, &self.metadata))
    }

    /// This version with other build metadata; an empty one removes it.
    ///
    /// # Errors
    /// [`VersionError`] when `metadata` is not dot-separated identifiers.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() && !are_identifiers(metadata) {
            return Err(VersionError::new(metadata, VersionProblem::Malformed));
        }
        Ok(self.derive(self.major, self.minor, self.patch, &self.prerelease, metadata))
    }

    fn next(&self, segment: Segment, value: u64) -> Result<u64, SegmentOverflow> {
        value.checked_add(1).ok_or_else(|| SegmentOverflow { version: self.original.clone(), segment })
    }

    fn derive(&self, major: u64, minor: u64, patch: u64, prerelease: &str, metadata: &str) -> Self {
        let mut version = Self {
            major,
            minor,
            patch,
            prerelease: prerelease.to_owned(),
            metadata: metadata.to_owned(),
            original: String::new(),
        };
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        version.original = format!("{prefix}{version}");
        version
    }
}

impl fmt::Display for Version {
    /// The canonical form: three numbers, no `v`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads leniently: [`Strictness::Coerce`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, Strictness::Coerce)
    }
}

/// One identifier of a prerelease. Numbers come before words; a number above 64 bits counts as a word.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    Number(u64),
    Word(&'a str),
}

fn cmp_prerelease(a: &str, b: &str) -> Ordering {
    fn identifiers(text: &str) -> impl Iterator<Item = Identifier<'_>> {
        text.split('.').map(|part| part.parse().map_or(Identifier::Word(part), Identifier::Number))
    }
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => identifiers(a).cmp(identifiers(b)),
    }
}

#[cfg(test)]
mod tests;
