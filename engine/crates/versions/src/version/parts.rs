//! The grammar of versions: cuts a text into its pieces and checks them. Ranges cut their versions in the same way.

use super::{Strictness, VersionProblem};

/// The pieces of a version text, not yet numbers. Ranges share it, with `x` and `*` for numbers.
pub(crate) struct Parts<'a> {
    prefixed: bool,
    pub(crate) major: &'a str,
    pub(crate) minor: Option<&'a str>,
    pub(crate) patch: Option<&'a str>,
    /// Without its `-`; empty if there is none.
    pub(crate) prerelease: &'a str,
    /// Without its `+`; empty if there is none.
    pub(super) metadata: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts `text` into pieces, segments being runs of bytes that `in_segment` accepts; `None` if it has another form.
    pub(crate) fn split(text: &'a str, in_segment: fn(u8) -> bool) -> Option<Self> {
        let segment = |text: &'a str| {
            let end = text.bytes().position(|byte| !in_segment(byte)).unwrap_or(text.len());
            (end > 0).then(|| text.split_at(end))
        };
        let dotted = |text: &'a str| match text.strip_prefix('.').and_then(segment) {
            Some((found, rest)) => (Some(found), rest),
            None => (None, text),
        };
        let bare = text.strip_prefix('v');
        let (major, rest) = segment(bare.unwrap_or(text))?;
        let (minor, rest) = dotted(rest);
        let (patch, rest) = if minor.is_some() { dotted(rest) } else { (None, rest) };
        let (rest, metadata) = match rest.split_once('+') {
            Some((rest, metadata)) if are_identifiers(metadata) => (rest, metadata),
            Some(_) => return None,
            None => (rest, ""),
        };
        let prerelease = match rest.strip_prefix('-') {
            Some(prerelease) if are_identifiers(prerelease) => prerelease,
            None if rest.is_empty() => "",
            _ => return None,
        };
        Some(Self { prefixed: bare.is_some(), major, minor, patch, prerelease, metadata })
    }

    /// Whether as much is written out as `strictness` asks for.
    pub(super) fn check(&self, strictness: Strictness) -> Result<(), VersionProblem> {
        match strictness {
            Strictness::Coerce => return Ok(()),
            Strictness::Canonical if self.prefixed => return Err(VersionProblem::Prefixed),
            Strictness::Complete | Strictness::Canonical => {}
        }
        let (Some(minor), Some(patch)) = (self.minor, self.patch) else {
            return Err(VersionProblem::Incomplete);
        };
        match [self.major, minor, patch].into_iter().any(has_leading_zero) {
            true => Err(VersionProblem::LeadingZero),
            false => Ok(()),
        }
    }
}

/// The value of decimal digits; leading zeros do not count.
pub(super) fn number(digits: &str) -> Result<u64, VersionProblem> {
    digits.parse().map_err(|_| VersionProblem::TooLarge)
}

fn has_leading_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

/// Whether `text` is dot-separated words of ASCII letters, digits and hyphens.
pub(super) fn are_identifiers(text: &str) -> bool {
    let is_identifier = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.split('.').all(is_identifier)
}

/// Refuses numeric identifiers with leading zeros.
pub(super) fn check_prerelease(prerelease: &str) -> Result<(), VersionProblem> {
    let is_numeric = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    match prerelease.split('.').filter(is_numeric).any(has_leading_zero) {
        true => Err(VersionProblem::LeadingZero),
        false => Ok(()),
    }
}
