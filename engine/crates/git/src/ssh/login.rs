//! From a connection to a command that runs on the server: agreeing on keys, knowing the server, logging in.

use std::borrow::Cow;
use std::sync::Arc;

use russh::client::{AuthResult, Config, Handle, connect_stream};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKeyWithHashAlg};
use russh::{AgentAuthError, Preferred, SshId, compression};
use windlass_egress::{Egress, Ended};
use windlass_model::call::CallError;
use windlass_ports::credentials::SshKey;
use windlass_ports::git::NetworkScope;

use super::address::SshAddress;
use super::command::Command;
use super::host::{Heard, Host};
use super::key::Key;
use super::known_hosts::KnownHosts;
use super::refusal::Refusals;

/// The types of host keys that can be checked. RSA is not among them: see `rsa`.
const HOST_KEYS: [Algorithm; 4] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
];

/// Who logs in where.
pub(crate) struct Login<'a> {
    pub(crate) egress: &'a Egress,
    pub(crate) scope: &'a NetworkScope,
    pub(crate) address: &'a SshAddress,
    pub(crate) credential: &'a SshKey,
    /// Those of the operator.
    pub(crate) known_hosts: &'a KnownHosts,
}

impl Login<'_> {
    /// Logs in and starts a program of Git for the repository.
    pub(crate) async fn start(&self, program: &'static str) -> Result<Command, CallError> {
        let key = Key::read(self.credential.private_key.expose()).map_err(|unusable| {
            let message = format!("sshPrivateKey of Secret {} {unusable}", self.credential.source);
            CallError::invalid("git-ssh-key-unusable", message)
        })?;
        let known = self.known_hosts()?;
        let SshAddress { host, port, .. } = self.address;
        let (connection, ended) = self.egress.connect(self.scope, host, *port).await?;
        let heard = Heard::default();
        let server = Host {
            known_as: self.address.known_as(),
            known: known.clone(),
            refusals: self.refusals(),
            heard: heard.clone(),
        };
        let broken = |error: &russh::Error| self.why(error, &ended, &heard);
        let connected = connect_stream(Arc::new(self.config(&known)), connection, server).await;
        let mut session = connected.map_err(|e| broken(&e))?;
        self.log_in(&mut session, &key, &broken).await?;
        let channel = session.channel_open_session().await.map_err(|e| broken(&e))?;
        channel.exec(true, self.address.command(program)).await.map_err(|e| broken(&e))?;
        Ok(Command::new(program, session, channel, ended, heard, self.refusals()))
    }

    /// Those of the operator and of the Secret.
    fn known_hosts(&self) -> Result<KnownHosts, CallError> {
        let own = self.credential.known_hosts.as_deref().unwrap_or_default();
        let own = KnownHosts::parse(own).map_err(|error| {
            let message = format!("sshKnownHosts of Secret {}, {error}", self.credential.source);
            CallError::invalid("git-known-hosts-invalid", message)
        })?;
        Ok(own.with(self.known_hosts))
    }

    fn refusals(&self) -> Refusals {
        Refusals {
            repository: self.address.shown.clone(),
            host: self.address.host.clone(),
            source: self.credential.source.clone(),
        }
    }

    /// The types of keys by which the server is known come first, so that it shows one of those.
    fn config(&self, known: &KnownHosts) -> Config {
        let name = self.address.known_as();
        let (first, then): (Vec<Algorithm>, Vec<Algorithm>) =
            HOST_KEYS.into_iter().partition(|kind| known.knows(&name, kind.as_str()));
        Config {
            client_id: SshId::Standard(Cow::Borrowed(concat!(
                "SSH-2.0-Windlass_",
                env!("CARGO_PKG_VERSION")
            ))),
            preferred: Preferred {
                key: Cow::Owned([first, then].concat()),
                compression: Cow::Borrowed(&[compression::NONE]),
                ..Preferred::default()
            },
            ..Config::default()
        }
    }

    async fn log_in(
        &self,
        session: &mut Handle<Host>,
        key: &Key,
        broken: &impl Fn(&russh::Error) -> CallError,
    ) -> Result<(), CallError> {
        let user = self.credential.username.as_ref().map_or(self.address.user.as_str(), |user| user.expose());
        let result = match key {
            Key::Curve(key) => {
                let key = PrivateKeyWithHashAlg::new(Arc::clone(key), None);
                session.authenticate_publickey(user, key).await
            }
            Key::Rsa(key) => {
                let hash = match session.best_supported_rsa_hash().await.map_err(|e| broken(&e))? {
                    Some(None) => return Err(self.refusals().old_signatures()),
                    Some(Some(hash)) => hash,
                    None => HashAlg::Sha512,
                };
                let (public, mut signer) = (key.public().clone(), key);
                let signed = session.authenticate_publickey_with(user, public, Some(hash), &mut signer).await;
                signed.map_err(|error| match error {
                    AgentAuthError::Send(_) => russh::Error::SendError,
                    AgentAuthError::Key(error) => russh::Error::Keys(error),
                })
            }
        };
        match result.map_err(|e| broken(&e))? {
            AuthResult::Success => Ok(()),
            // russh answers so for a server that is no longer there.
            AuthResult::Failure { .. } if session.is_closed() => Err(broken(&russh::Error::HUP)),
            AuthResult::Failure { partial_success, .. } => {
                Err(self.refusals().login(&key.fingerprint(), partial_success))
            }
        }
    }

    /// The best reason there is for a failure: ours, the server's, or that of the protocol.
    fn why(&self, error: &russh::Error, ended: &Ended, heard: &Heard) -> CallError {
        if let Some(why) = ended.why().or_else(|| heard.refusal()) {
            return why;
        }
        let mut why = self.refusals().broken(error);
        why.message.push_str(&heard.last_words());
        why
    }
}
