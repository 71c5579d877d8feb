//! The forms that texts have: names, durations, versions, patterns, addresses.

use std::sync::LazyLock;

use windlass_model::grant::{AddressRange, UrlPattern};
use windlass_model::ids::is_kubernetes_name;
use windlass_model::time::Timestamp;
use windlass_versions::{
    Constraint, GoDuration, GoRegex, NamePattern, PathPattern, PatternError, PatternProblem,
    is_manifest_duration,
};

use crate::manifests::rule::Rule;

/// Checks the form of a text.
pub(crate) type Form = fn(&str) -> Result<(), Complaint>;

/// What is wrong with a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(super) rule: Rule,
    pub(in crate::manifests) message: String,
    pub(in crate::manifests) hint: String,
    /// The byte of the text at which it is wrong, where that is known.
    pub(super) at: Option<usize>,
}

fn complain(message: impl ToString, hint: impl Into<String>) -> Result<(), Complaint> {
    Err(Complaint { rule: Rule::InvalidValue, message: message.to_string(), hint: hint.into(), at: None })
}

fn invalid_name(message: impl Into<String>, hint: &str) -> Result<(), Complaint> {
    Err(Complaint { rule: Rule::InvalidName, message: message.into(), hint: hint.to_owned(), at: None })
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of several forms")]
pub(super) fn any(_text: &str) -> Result<(), Complaint> {
    Ok(())
}

pub(super) fn not_empty(text: &str) -> Result<(), Complaint> {
    if text.is_empty() { complain("it is empty", "write something, or remove the key") } else { Ok(()) }
}

/// What names of Kubernetes must be like.
pub(crate) const NAME_HINT: &str =
    "use lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit";

pub(super) fn name(text: &str) -> Result<(), Complaint> {
    if is_kubernetes_name(text) {
        return Ok(());
    }
    let message = if text.is_empty() {
        "the name is empty".to_owned()
    } else {
        format!("{text:?} is no name that Kubernetes allows")
    };
    invalid_name(message, NAME_HINT)
}

/// A name without dots.
pub(super) fn label_name(text: &str) -> Result<(), Complaint> {
    if text.is_empty() || text.len() <= 63 && !text.contains('.') && is_kubernetes_name(text) {
        return Ok(());
    }
    invalid_name(
        format!("{text:?} is no name that can be used here"),
        "use up to 63 lower-case letters, digits and '-', beginning and ending with a letter or digit",
    )
}

/// The value of a label.
pub(super) fn label(text: &str) -> Result<(), Complaint> {
    let is_end = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_alphanumeric());
    let bytes = text.as_bytes();
    let fits = text.len() <= 63
        && is_end(bytes.first().copied())
        && is_end(bytes.last().copied())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    if fits {
        return Ok(());
    }
    complain(
        "this is no value that a label can have",
        "use up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit; annotations \
         take any text",
    )
}

pub(super) fn variable(text: &str) -> Result<(), Complaint> {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if starts && characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(());
    }
    invalid_name(
        format!("{text:?} is no name of a variable"),
        "use letters, digits and '_', beginning with no digit",
    )
}

pub(super) fn duration(text: &str) -> Result<(), Complaint> {
    match text.parse::<GoDuration>() {
        Err(error) => complain(&error, error.hint()),
        // What Go writes again for it is what the pattern is asked about.
        Ok(duration) if !is_manifest_duration(&duration.to_string()) => complain(
            format!("{text:?} is no duration that Kargo allows here"),
            "write hours, minutes and seconds, such as 90s, 5m or 1h30m",
        ),
        Ok(_) => Ok(()),
    }
}

pub(super) fn time(text: &str) -> Result<(), Complaint> {
    match text.parse::<Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => complain(
            format!("{text:?} is no time"),
            "write it as RFC 3339 has it, such as 2026-01-02T03:04:05Z",
        ),
    }
}

pub(crate) fn constraint(text: &str) -> Result<(), Complaint> {
    // Kargo takes the empty text for no constraint.
    if text.is_empty() {
        return Ok(());
    }
    Constraint::parse(text).map(|_| ()).or_else(|error| complain(&error, error.hint()))
}

pub(super) fn regex(text: &str) -> Result<(), Complaint> {
    GoRegex::parse(text).map(|_| ()).or_else(|error| pattern(&error, 0))
}

pub(super) fn name_pattern(text: &str) -> Result<(), Complaint> {
    NamePattern::parse_stage_selector(text).map(|_| ()).or_else(|error| pattern(&error, prefix(text)))
}

pub(super) fn path_pattern(text: &str) -> Result<(), Complaint> {
    PathPattern::parse(text).map(|_| ()).or_else(|error| pattern(&error, prefix(text)))
}

/// How much of a pattern stands before what is parsed.
fn prefix(text: &str) -> usize {
    text.find(':').map_or(0, |colon| colon + 1)
}

fn pattern(error: &PatternError, prefix: usize) -> Result<(), Complaint> {
    let at = match error.problem() {
        PatternProblem::Syntax { at, .. } => Some(prefix + at),
        _ => None,
    };
    Err(Complaint { rule: Rule::InvalidValue, message: error.to_string(), hint: error.hint().to_owned(), at })
}

pub(super) fn branch(text: &str) -> Result<(), Complaint> {
    static BRANCH: LazyLock<Option<GoRegex>> =
        LazyLock::new(|| GoRegex::parse(r"^[a-zA-Z0-9]([a-zA-Z0-9._\/-]*[a-zA-Z0-9_-])?$").ok());
    let fits = text.len() <= 255 && BRANCH.as_ref().is_none_or(|branch| branch.is_match(text));
    if text.is_empty() || fits {
        return Ok(());
    }
    complain(
        format!("{text:?} is no branch that can be watched"),
        "use up to 255 letters, digits, '.', '_', '/' and '-', beginning with a letter or digit",
    )
}

pub(super) fn git_url(text: &str) -> Result<(), Complaint> {
    static URL: LazyLock<Option<GoRegex>> = LazyLock::new(|| {
        let pattern = r"^(ssh|https?)://([\w-]+(:.+)?@)?[\w-]+(\.[\w-]+)*(:\d{1,5})?/|^[\w-]+@[\w+]+(\.[\w-]+)*:|^file:///";
        GoRegex::parse(pattern).ok()
    });
    if URL.as_ref().is_none_or(|url| url.is_match(text)) {
        return Ok(());
    }
    complain(
        format!("{text:?} is no address of a Git repository"),
        "write it as https://host/path, ssh://user@host/path or user@host:path",
    )
}

pub(super) fn image_url(text: &str) -> Result<(), Complaint> {
    static URL: LazyLock<Option<GoRegex>> = LazyLock::new(|| {
        GoRegex::parse(r"^(\w+([\.-]\w+)*(:[\d]+)?/)?(\w+([\.-]\w+)*)(/\w+([\.-]\w+)*)*$").ok()
    });
    if URL.as_ref().is_none_or(|url| url.is_match(text)) {
        return Ok(());
    }
    complain(
        format!("{text:?} is no name of an image repository"),
        "write it as registry/path without scheme, tag and digest, as in ghcr.io/acme/web",
    )
}

pub(super) fn chart_url(text: &str) -> Result<(), Complaint> {
    static URL: LazyLock<Option<GoRegex>> =
        LazyLock::new(|| GoRegex::parse(r"^(https?|oci)://[\w.-]+(:\d+)?(/.*)*$").ok());
    if URL.as_ref().is_none_or(|url| url.is_match(text)) {
        return Ok(());
    }
    complain(
        format!("{text:?} is no address of a chart repository"),
        "write it as https://host/path or oci://registry/path",
    )
}

pub(super) fn platform(text: &str) -> Result<(), Complaint> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let fits = text.split_once('/').is_some_and(|(os, arch)| is_word(os) && is_word(arch));
    if text.is_empty() || fits {
        return Ok(());
    }
    complain(format!("{text:?} is no platform"), "write it as os/arch, as in linux/amd64")
}

pub(super) fn email(text: &str) -> Result<(), Complaint> {
    let fits = text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace) && !host.contains('@')
    });
    if fits { Ok(()) } else { complain(format!("{text:?} is no e-mail address"), "write it as user@host") }
}

pub(super) fn url_pattern(text: &str) -> Result<(), Complaint> {
    let hint = "write https://host, https://*.domain, or a longer address in which * stands for anything";
    UrlPattern::try_from(text.to_owned()).map(|_| ()).or_else(|error| complain(&error, hint))
}

pub(super) fn cidr(text: &str) -> Result<(), Complaint> {
    text.parse::<AddressRange>()
        .map(|_| ())
        .or_else(|error| complain(&error, "write it as 10.20.0.0/16 or fd00::/8"))
}
