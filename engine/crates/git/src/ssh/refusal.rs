//! What to tell when a server is not to be trusted, or does not let anybody in.

use russh::{AlgorithmKind, Error};
use windlass_model::call::CallError;

use super::known_hosts::HostKey;
use crate::error::in_its_words;

/// The algorithms of a server are told up to this many characters.
const MOST_ALGORITHMS: usize = 300;

/// For whom refusals are written.
#[derive(Debug, Clone)]
pub(crate) struct Refusals {
    /// The repository's URL.
    pub(super) repository: String,
    pub(super) host: String,
    /// The Secret whose key it is.
    pub(super) source: String,
}

impl Refusals {
    fn where_to_add(&self) -> String {
        format!("to the file of --ssh-known-hosts, or to sshKnownHosts of Secret {}", self.source)
    }

    pub(super) fn unknown_host(&self, key: &HostKey, known_as: &str, others: &[String]) -> CallError {
        let Self { repository, host, .. } = self;
        let others = match others {
            [] => String::new(),
            kinds => format!(" (it is known by another type of key: {})", kinds.join(", ")),
        };
        CallError::denied(
            "git-host-key-unknown",
            format!(
                "{repository}: {host} shows the key {key}, by which nobody knows it{others}; if that is the fingerprint which \
                 the operator of {host} publishes, add this line {}: {}",
                self.where_to_add(),
                key.line(known_as)
            ),
        )
    }

    pub(super) fn changed_host(&self, key: &HostKey, known_as: &str) -> CallError {
        let Self { repository, host, .. } = self;
        CallError::denied(
            "git-host-key-changed",
            format!(
                "{repository}: THE KEY OF {host} HAS CHANGED to {key}; somebody may stand in between, and nothing was sent. \
                 If it is the fingerprint which the operator of {host} publishes, replace the line of {known_as} in the file \
                 of --ssh-known-hosts, or in sshKnownHosts of Secret {}, by this one: {}",
                self.source,
                key.line(known_as)
            ),
        )
    }

    pub(super) fn revoked_host(&self, key: &HostKey) -> CallError {
        let Self { repository, host, .. } = self;
        CallError::denied(
            "git-host-key-revoked",
            format!(
                "{repository}: {host} shows the key {key}, which is marked as @revoked in the known hosts; whoever has it \
                 must not be trusted. Ask the operator of {host} for its present key"
            ),
        )
    }

    /// The server did not take the key.
    pub(super) fn login(&self, fingerprint: &str, asks_for_more: bool) -> CallError {
        let Self { repository, host, source } = self;
        let what = if asks_for_more {
            format!(
                "asks for more than the key of Secret {source} ({fingerprint}); let it be enough for this user"
            )
        } else {
            format!(
                "refuses the key of Secret {source} ({fingerprint}); register its public half at {host}, with the right to \
                 read, and to push if that is wanted, and check the user"
            )
        };
        CallError::denied("git-credentials", format!("{repository}: {host} {what}"))
    }

    /// No signature that the server would take is still safe.
    pub(super) fn old_signatures(&self) -> CallError {
        let Self { repository, host, source } = self;
        CallError::denied(
            "git-ssh-algorithms",
            format!(
                "{repository}: {host} takes signatures of RSA keys only with SHA-1, which is no longer safe; give Secret \
                 {source} an Ed25519 key, or bring the server up to date"
            ),
        )
    }

    /// The protocol broke.
    pub(super) fn broken(&self, error: &Error) -> CallError {
        let Self { repository, host, .. } = self;
        if let Error::NoCommonAlgo { kind, ours, theirs } = error {
            return self.no_algorithm(kind, ours, theirs);
        }
        let what = match error {
            Error::Version => "does not speak SSH".to_owned(),
            Error::Disconnect | Error::HUP | Error::SendError | Error::RecvError => "hung up".to_owned(),
            Error::IO(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "hung up".to_owned(),
            Error::IO(error) => format!("broke off: {error}"),
            error => format!("does not keep to the protocol: {}", bounded(&error.to_string())),
        };
        CallError::unavailable("git-unavailable", format!("{repository}: {host} {what}"))
    }

    fn no_algorithm(&self, kind: &AlgorithmKind, ours: &[String], theirs: &[String]) -> CallError {
        let Self { repository, host, .. } = self;
        let what = match kind {
            AlgorithmKind::Kex => "way of agreeing on keys",
            AlgorithmKind::Key => "type of host key",
            AlgorithmKind::Cipher => "cipher",
            AlgorithmKind::Compression => "compression",
            AlgorithmKind::Mac => "message authentication",
        };
        CallError::denied(
            "git-ssh-algorithms",
            format!(
                "{repository}: {host} offers no {what} that is taken here: it has {}, and {} would do; bring the server up to \
                 date, or name the repository's https:// URL",
                bounded(&theirs.join(", ")),
                ours.join(", ")
            ),
        )
    }

    /// The command ended before it said anything.
    pub(super) fn no_service(&self, program: &str, stderr: &[u8]) -> CallError {
        let (Self { repository, source, .. }, said) = (self, in_its_words(stderr));
        if program == super::command::RECEIVE_PACK {
            return CallError::denied(
                "git-credentials",
                format!(
                    "{repository} cannot be pushed to with the key of Secret {source}{said}; give the key the right to push"
                ),
            );
        }
        CallError::not_found(
            "git-repository-not-found",
            format!(
                "there is no Git repository at {repository}{said}; check the URL, or whether the key of Secret {source} allows \
                 to see it"
            ),
        )
    }

    /// The server talks while it should listen.
    pub(super) fn flood(&self) -> CallError {
        let message =
            format!("{}: {} does not stop talking while it is sent something", self.repository, self.host);
        CallError::unavailable("git-unavailable", message)
    }

    /// The command ended in the middle.
    pub(super) fn broke_off(&self, stderr: &[u8], last_words: &str) -> CallError {
        let said = in_its_words(stderr);
        let said = if said.is_empty() { last_words } else { &said };
        CallError::unavailable(
            "git-unavailable",
            format!("{}: {} broke off{said}", self.repository, self.host),
        )
    }
}

/// A text of the server, for a message.
fn bounded(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(MOST_ALGORITHMS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
