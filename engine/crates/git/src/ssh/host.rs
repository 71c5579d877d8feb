//! The server, as russh tells of it: the key it shows, the channels it wants to open, and how it takes leave.

use std::sync::{Arc, Mutex, PoisonError};

use russh::client::{ChannelOpenHandle, DisconnectReason, Handler, Msg, Session};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use russh::{Channel, Error};
use windlass_model::call::CallError;

use super::known_hosts::{HostKey, KnownHosts, Verdict};
use super::refusal::Refusals;
use crate::error::in_its_words;

/// What became known while russh had the word.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    refusal: Option<CallError>,
    last_words: String,
}

impl Heard {
    /// Why the server's key was refused.
    pub(super) fn refusal(&self) -> Option<CallError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).refusal.take()
    }

    /// What the server said when it hung up.
    pub(super) fn last_words(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last_words.clone()
    }

    fn set(&self, set: impl FnOnce(&mut Inner)) {
        set(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Judges a server.
pub(super) struct Host {
    pub(super) known_as: String,
    pub(super) known: KnownHosts,
    pub(super) refusals: Refusals,
    pub(super) heard: Heard,
}

impl HostKey {
    /// The form in which keys are compared.
    pub(super) fn of(key: &PublicKey) -> Option<Self> {
        Some(Self { kind: key.algorithm().to_string(), blob: key.to_bytes().ok()? })
    }
}

impl Host {
    fn judge(&self, key: &HostKey) -> Result<(), CallError> {
        match self.known.judge(&self.known_as, key) {
            Verdict::Known => Ok(()),
            Verdict::Unknown(others) => Err(self.refusals.unknown_host(key, &self.known_as, &others)),
            Verdict::Changed => Err(self.refusals.changed_host(key, &self.known_as)),
            Verdict::Revoked => Err(self.refusals.revoked_host(key)),
        }
    }
}

/// A client of Git has nothing that a server could want to reach.
#[expect(clippy::unused_async, reason = "stands for the functions of russh's trait")]
async fn uninvited() -> Result<(), Error> {
    Err(Error::RequestDenied)
}

impl Handler for Host {
    type Error = Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Error> {
        let key = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => HostKey::of(key),
            PublicKeyOrCertificate::Certificate(_) => None,
        };
        let judged =
            key.ok_or_else(|| self.refusals.broken(&Error::UnknownKey)).and_then(|key| self.judge(&key));
        Ok(match judged {
            Ok(()) => true,
            Err(error) => {
                self.heard.set(|heard| heard.refusal = Some(error));
                false
            }
        })
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Error>) -> Result<(), Error> {
        match reason {
            DisconnectReason::ReceivedDisconnect(info) => {
                let words = in_its_words(info.message.as_bytes());
                self.heard.set(|heard| heard.last_words = words);
                Ok(())
            }
            DisconnectReason::Error(error) => Err(error),
        }
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Error> {
        uninvited().await
    }
}
