//! Which keys servers are known by, in the format of OpenSSH's `known_hosts`.

mod pattern;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use pattern::Hosts;

/// The keys of public forges.
const WELL_KNOWN: &str = include_str!("well_known_hosts");

/// The public keys of servers.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    entries: Vec<Entry>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct InvalidLine {
    /// Which, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

#[derive(Debug, Clone)]
struct Entry {
    hosts: Hosts,
    is_revoked: bool,
    key: HostKey,
}

/// The public key of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostKey {
    /// The type, such as `ssh-ed25519`.
    pub(crate) kind: String,
    /// The whole key as it crosses the wire.
    pub(crate) blob: Vec<u8>,
}

/// What is known of a server's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the server's.
    Known,
    /// Nobody said whose it is. The server is known by keys of these other types.
    Unknown(Vec<String>),
    /// The server is known by another key of this type.
    Changed,
    /// Nobody may use it any more.
    Revoked,
}

impl KnownHosts {
    /// GitHub, GitLab and Bitbucket.
    #[must_use]
    pub fn well_known() -> Self {
        // The file is part of the program, and a test reads it.
        Self::parse(WELL_KNOWN).unwrap_or_default()
    }

    /// Reads a file of known hosts. Lines of certificate authorities are passed over: no host certificates are taken.
    ///
    /// # Errors
    /// Names the first line that cannot be read: whoever wrote it counts on it.
    pub fn parse(text: &str) -> Result<Self, InvalidLine> {
        let mut entries = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            entries.extend(Entry::parse(line).map_err(|why| InvalidLine { line: index + 1, why })?);
        }
        Ok(Self { entries })
    }

    /// Those of both.
    pub(crate) fn with(mut self, other: &Self) -> Self {
        self.entries.extend(other.entries.iter().cloned());
        self
    }

    /// What is known of the key of the server that is known by `name`.
    pub(crate) fn judge(&self, name: &str, key: &HostKey) -> Verdict {
        let of_host: Vec<&Entry> = self.of(name).collect();
        if of_host.iter().any(|entry| entry.is_revoked && entry.key == *key) {
            return Verdict::Revoked;
        }
        let trusted = || of_host.iter().filter(|entry| !entry.is_revoked);
        if trusted().any(|entry| entry.key == *key) {
            return Verdict::Known;
        }
        if trusted().any(|entry| entry.key.kind == key.kind) {
            return Verdict::Changed;
        }
        Verdict::Unknown(trusted().map(|entry| entry.key.kind.clone()).collect())
    }

    /// Whether the server is known by a key of this type: then that is the one to ask for.
    pub(crate) fn knows(&self, name: &str, kind: &str) -> bool {
        self.of(name).any(|entry| !entry.is_revoked && entry.key.kind == kind)
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.hosts.contain(name))
    }
}

impl Entry {
    /// Reads a line: an optional marker, hosts, the type, the key, and a comment.
    fn parse(line: &str) -> Result<Option<Self>, &'static str> {
        let mut fields = line.split_ascii_whitespace().peekable();
        let marker = fields.next_if(|field| field.starts_with('@'));
        let is_revoked = match marker {
            None => false,
            Some("@revoked") => true,
            Some("@cert-authority") => return Ok(None),
            Some(_) => return Err("the marker is neither @revoked nor @cert-authority"),
        };
        let (Some(hosts), Some(kind), Some(key)) = (fields.next(), fields.next(), fields.next()) else {
            return Err("write it as HOST TYPE KEY, such as the line that ssh-keyscan prints");
        };
        let blob = STANDARD.decode(key).map_err(|_| "the key is not in base64")?;
        let key = HostKey { kind: kind.to_owned(), blob };
        if key.own_kind() != Some(kind) {
            return Err("the key is not of the type that stands before it");
        }
        Ok(Some(Self { hosts: Hosts::parse(hosts)?, is_revoked, key }))
    }
}

impl HostKey {
    /// The type that the key itself names.
    fn own_kind(&self) -> Option<&str> {
        let len = usize::try_from(u32::from_be_bytes(*self.blob.first_chunk::<4>()?)).ok()?;
        std::str::from_utf8(self.blob.get(4..len.checked_add(4)?)?).ok()
    }

    /// The line by which a server would be known.
    pub(crate) fn line(&self, name: &str) -> String {
        format!("{name} {} {}", self.kind, STANDARD.encode(&self.blob))
    }
}

/// Type and fingerprint, as `ssh` and forges show them.
impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} SHA256:{}", self.kind, STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const OTHER: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf";

    fn key(blob: &str) -> HostKey {
        HostKey { kind: "ssh-ed25519".to_owned(), blob: STANDARD.decode(blob).unwrap() }
    }

    fn judge(text: &str, name: &str) -> Verdict {
        KnownHosts::parse(text).unwrap().judge(name, &key(ED))
    }

    #[test]
    fn a_key_is_known_unknown_changed_or_revoked() {
        let rsa = "AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=";
        for (text, verdict) in [
            (format!("h ssh-ed25519 {ED} a comment"), Verdict::Known),
            (format!("# h\n\n  a,h\tssh-ed25519 {ED}\r\n"), Verdict::Known),
            (format!("h ssh-ed25519 {OTHER}\nh ssh-ed25519 {ED}"), Verdict::Known),
            (format!("g ssh-ed25519 {ED}"), Verdict::Unknown(Vec::new())),
            (format!("h ssh-rsa {rsa}"), Verdict::Unknown(vec!["ssh-rsa".to_owned()])),
            (format!("h ssh-ed25519 {OTHER}"), Verdict::Changed),
            (format!("h ssh-ed25519 {ED}\n@revoked * ssh-ed25519 {ED}"), Verdict::Revoked),
            (format!("h ssh-ed25519 {ED}\n@revoked h ssh-ed25519 {OTHER}"), Verdict::Known),
            (format!("@cert-authority h ssh-ed25519 {ED}"), Verdict::Unknown(Vec::new())),
        ] {
            assert_eq!(judge(&text, "h"), verdict, "{text}");
        }
    }

    #[test]
    fn ports_belong_to_the_name() {
        let text = format!("[h]:2222 ssh-ed25519 {ED}");
        assert_eq!(judge(&text, "[h]:2222"), Verdict::Known);
        assert_eq!(judge(&text, "h"), Verdict::Unknown(Vec::new()));
        assert_eq!(judge(&text, "[h]:22"), Verdict::Unknown(Vec::new()));
    }

    #[test]
    fn a_broken_line_is_named() {
        for (line, why) in [
            ("h ssh-ed25519".to_owned(), "HOST TYPE KEY"),
            (format!("h ssh-rsa {ED}"), "not of the type"),
            ("h ssh-ed25519 AAAA".to_owned(), "not of the type"),
            ("h ssh-ed25519 ****".to_owned(), "base64"),
            (format!("@trusted h ssh-ed25519 {ED}"), "marker"),
            (format!("|1|x ssh-ed25519 {ED}"), "hashed"),
        ] {
            let error = KnownHosts::parse(&format!("h ssh-ed25519 {ED}\n{line}")).unwrap_err();
            assert!(error.line == 2 && error.why.contains(why), "{line}: {error}");
        }
    }

    #[test]
    fn public_forges_are_known() {
        let known = KnownHosts::parse(WELL_KNOWN).unwrap();
        assert_eq!(known.entries.len(), 6);
        assert_eq!(known.judge("github.com", &key(ED)), Verdict::Known);
        assert_eq!(known.judge("gitlab.com", &key(OTHER)), Verdict::Known);
        assert_eq!(known.judge("bitbucket.org", &key(OTHER)), Verdict::Changed);
        // The fingerprint that GitHub publishes.
        let shown = "ssh-ed25519 SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
        assert_eq!(key(ED).to_string(), shown);
        assert_eq!(key(ED).line("[h]:7"), format!("[h]:7 ssh-ed25519 {ED}"));
        assert!(known.knows("github.com", "ssh-ed25519") && !known.knows("github.com", "ssh-rsa"));
    }
}
