//! The patterns in which grants name origins, repositories, objects and addresses. They are few and plain on
//! purpose: whoever reads a grant document must see what it allows.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::freight::address::{normalize_git, scp_like};

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {expected}")]
pub struct InvalidPattern {
    /// The offending text.
    pub value: String,
    /// What it should be, with article and example.
    pub expected: &'static str,
}

/// A name in which `*` stands for any run of characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamePattern(String);

impl NamePattern {
    /// A pattern that is exactly `name`, or with `*` where that occurs.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Whether `name` is one of those meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        wildcard_matches(&self.0, name)
    }
}

/// Matches greedily from left to right, in linear time for each piece: the first and last piece are anchored.
fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

/// A URL pattern: scheme and host exactly (or `*.` and a domain for its subdomains), the port, and a path in which
/// `*` stands for any run of characters. Without a path every path is meant. `*` alone is every URL. Repositories that are
/// reached over SSH may be written as `user@host:path`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UrlPattern {
    text: String,
    kind: UrlKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum UrlKind {
    Any,
    /// Exactly one repository, by its normalised URL.
    Repository(String),
    Parts(UrlParts),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct UrlParts {
    scheme: String,
    host: String,
    port: Option<u16>,
    path: String,
}

impl UrlPattern {
    /// The pattern of every URL.
    #[must_use]
    pub fn any() -> Self {
        Self { text: "*".to_owned(), kind: UrlKind::Any }
    }

    /// Exactly the repository at `url`, whatever characters it holds and in whichever form of address.
    #[must_use]
    pub fn repository(url: &str) -> Self {
        Self { text: url.to_owned(), kind: UrlKind::Repository(normalize_git(url)) }
    }

    /// The origin of `url`, for every path.
    #[must_use]
    pub fn origin_of(url: &url::Url) -> Self {
        let text = url.origin().ascii_serialization();
        let parts = UrlParts {
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            port: port_of(url),
            path: String::new(),
        };
        Self { text, kind: UrlKind::Parts(parts) }
    }

    /// Whether `url` is one of those meant.
    #[must_use]
    pub fn matches_url(&self, url: &url::Url) -> bool {
        match &self.kind {
            UrlKind::Any => true,
            UrlKind::Repository(normalized) => *normalized == normalize_git(url.as_str()),
            UrlKind::Parts(parts) => parts.match_origin(url) && path_matches(&parts.path, url.path()),
        }
    }

    /// Whether the repository at `url` is one of those meant; compared after normalising, as Kargo does.
    #[must_use]
    pub fn matches_repository(&self, url: &str) -> bool {
        let normalized = normalize_git(url);
        match &self.kind {
            UrlKind::Any => true,
            UrlKind::Repository(wanted) => *wanted == normalized,
            // Of a normalised URL the path is in lower case.
            UrlKind::Parts(parts) => {
                let fits = |url: &url::Url| {
                    parts.match_origin(url) && path_matches(&parts.path.to_lowercase(), url.path())
                };
                normalize_git(&self.text) == normalized
                    || url::Url::parse(&normalized).is_ok_and(|url| fits(&url))
            }
        }
    }
}

impl UrlParts {
    fn match_origin(&self, url: &url::Url) -> bool {
        self.scheme == url.scheme()
            && host_matches(&self.host, url.host_str().unwrap_or_default())
            && self.port == port_of(url)
    }
}

/// The port, also where it is only meant.
fn port_of(url: &url::Url) -> Option<u16> {
    url.port_or_known_default().or_else(|| (url.scheme() == "ssh").then_some(22))
}

fn host_matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => pattern == host,
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    if pattern.contains('*') {
        return wildcard_matches(pattern, path);
    }
    path.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl TryFrom<String> for UrlPattern {
    type Error = InvalidPattern;
    fn try_from(text: String) -> Result<Self, InvalidPattern> {
        if text == "*" {
            return Ok(Self::any());
        }
        let invalid = || InvalidPattern {
            value: text.clone(),
            expected: "a URL, such as https://example.com, https://*.example.com or https://example.com/acme/*",
        };
        // Whoever writes `git@host:path` means the repository that is reached over SSH; as which user is not told apart.
        let spelled = match scp_like(&text) {
            Some((_, host, path)) if host.contains(':') => format!("ssh://[{host}]/{path}"),
            Some((_, host, path)) => format!("ssh://{host}/{path}"),
            None => text.clone(),
        };
        let wild = spelled.contains("://*.");
        let parsed = url::Url::parse(&spelled.replacen("://*.", "://", 1)).map_err(|_| invalid())?;
        let host = parsed.host_str().filter(|h| !h.is_empty() && !h.contains('*')).ok_or_else(invalid)?;
        let parts = UrlParts {
            scheme: parsed.scheme().to_owned(),
            host: if wild { format!("*.{host}") } else { host.to_owned() },
            port: port_of(&parsed),
            path: if parsed.path() == "/" { String::new() } else { parsed.path().to_owned() },
        };
        Ok(Self { text, kind: UrlKind::Parts(parts) })
    }
}

impl From<UrlPattern> for String {
    fn from(pattern: UrlPattern) -> Self {
        pattern.text
    }
}

/// A range of IP addresses in CIDR form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    address: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// Whether `address` is in the range. IPv4 written as IPv6 (`::ffff:…`) counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(range), IpAddr::V4(a)) => {
                let shift = 32 - u32::from(self.prefix.min(32));
                u32::from(range).checked_shr(shift) == u32::from(a).checked_shr(shift)
            }
            (IpAddr::V6(range), IpAddr::V6(a)) => {
                let shift = 128 - u32::from(self.prefix.min(128));
                u128::from(range).checked_shr(shift) == u128::from(a).checked_shr(shift)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = InvalidPattern;
    fn from_str(text: &str) -> Result<Self, InvalidPattern> {
        let invalid = || InvalidPattern {
            value: text.to_owned(),
            expected: "a range of addresses, such as 10.0.0.0/8",
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|p| *p <= most).ok_or_else(invalid)?,
            None => most,
        };
        Ok(Self { address, prefix })
    }
}

impl TryFrom<String> for AddressRange {
    type Error = InvalidPattern;
    fn try_from(text: String) -> Result<Self, InvalidPattern> {
        text.parse()
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_matches(pattern: &str, url: &str) -> bool {
        UrlPattern::try_from(pattern.to_owned()).unwrap().matches_url(&url::Url::parse(url).unwrap())
    }

    #[test]
    fn hosts_match_by_label() {
        assert!(url_matches("https://*.example.com", "https://a.example.com/x"));
        assert!(url_matches("https://*.example.com", "https://a.b.example.com/"));
        assert!(!url_matches("https://*.example.com", "https://evilexample.com/"));
        assert!(!url_matches("https://*.example.com", "https://example.com/"));
        assert!(!url_matches("https://example.com", "https://example.com:8443/"));
        assert!(!url_matches("https://example.com", "https://example.com.evil.org/"));
        assert!(url_matches("*", "http://anything/"));
    }

    #[test]
    fn paths_match_whole_segments() {
        assert!(url_matches("https://h/acme", "https://h/acme/app"));
        assert!(url_matches("https://h/acme/", "https://h/acme"));
        assert!(!url_matches("https://h/acme", "https://h/acmeevil"));
        assert!(url_matches("https://h/acme/*", "https://h/acme/app/x"));
        assert!(!url_matches("https://h/acme/*", "https://h/other"));
    }

    #[test]
    fn a_bare_word_is_no_url_pattern() {
        for bad in ["example.com", "", "https://", "**", "https://*", "git@:x", "git@*:x"] {
            assert!(UrlPattern::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_repository_is_no_pattern() {
        let pattern = UrlPattern::repository("https://h/acme/*");
        assert!(!pattern.matches_repository("https://h/acme/app"));
        let pattern = UrlPattern::repository("git@h:acme/app.git");
        assert!(pattern.matches_repository("git@h:acme/app"));
        assert!(!pattern.matches_repository("https://h/acme/app/other"));
    }

    #[test]
    fn repositories_over_ssh_match_in_either_form() {
        let matches = |pattern: &str, url: &str| {
            UrlPattern::try_from(pattern.to_owned()).unwrap().matches_repository(url)
        };
        for (pattern, url, expected) in [
            ("ssh://git@github.com/acme/*", "git@github.com:acme/app.git", true),
            ("ssh://github.com/acme", "ssh://git@github.com/acme/app", true),
            ("ssh://github.com", "ssh://git@github.com:22/acme/app", true),
            ("git@github.com:acme/*", "git@github.com:acme/app.git", true),
            ("git@github.com:acme/*", "ssh://github.com/acme/app", true),
            ("git@github.com:Acme/*", "git@github.com:acme/App.git", true),
            ("git@github.com:acme/app.git", "git@github.com:acme/app", true),
            ("git@[::1]:acme/*", "ssh://[::1]/acme/app", true),
            ("git@github.com:acme/*", "git@github.com:acme/../evil/app", false),
            ("git@github.com:acme/*", "ssh://git@github.com:2222/acme/app", false),
            ("git@github.com:acme/*", "https://github.com/acme/app", false),
            ("https://github.com/acme/*", "git@github.com:acme/app", false),
            ("git@github.com:acme/*", "git@github.com.evil.org:acme/app", false),
            ("ssh://h:2222/*", "ssh://git@h:2222/app", true),
            ("https://h/Acme/*", "https://h/acme/app", true),
        ] {
            assert_eq!(matches(pattern, url), expected, "{pattern} {url}");
        }
    }

    #[test]
    fn ranges_know_mapped_addresses() {
        let range: AddressRange = "169.254.0.0/16".parse().unwrap();
        assert!(range.contains("169.254.169.254".parse().unwrap()));
        assert!(range.contains("::ffff:169.254.169.254".parse().unwrap()));
        assert!(!range.contains("169.253.0.1".parse().unwrap()));
        let all: AddressRange = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("8.8.8.8".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<AddressRange>().is_err());
        assert!("fd00::/8".parse::<AddressRange>().unwrap().contains("fd12::1".parse().unwrap()));
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("guestbook-*", "guestbook-dev", true),
            ("*-dev", "guestbook-dev", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("exact", "exactly", false),
            ("*", "", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(wildcard_matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
