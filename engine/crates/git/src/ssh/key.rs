//! Private keys as Secrets hold them: Ed25519, ECDSA and RSA, in OpenSSH's own format or as PEM of PKCS#1, PKCS#8 or SEC1.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};

use super::known_hosts::HostKey;
use super::rsa::RsaKey;

/// A private key that can log in.
pub(crate) enum Key {
    /// Signs by itself.
    Curve(Arc<PrivateKey>),
    /// Signs with the one cryptographic provider.
    Rsa(RsaKey),
}

/// Why a text cannot be used as a private key. Nothing of the text is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error(
        "is encrypted with a passphrase, which nobody is there to type; give one without (ssh-keygen -p -N '' -f FILE)"
    )]
    Encrypted,
    #[error("is no private key; give the whole file that ssh-keygen wrote, with its first and last line")]
    NoKey,
    #[error("is a public key; give the private one, the file without .pub")]
    Public,
    #[error("is damaged; give the whole file that ssh-keygen wrote, with all its line breaks")]
    Damaged,
    #[error("is of a type that cannot be used; make an Ed25519 key (ssh-keygen -t ed25519)")]
    Type,
    #[error("is an RSA key of less than 2048 or more than 8192 bits, or one that is not consistent")]
    Rsa,
}

impl Key {
    /// Reads a key.
    pub(crate) fn read(text: &str) -> Result<Self, Unusable> {
        // A text that went through other hands may have lost its last line break, or gained spaces.
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let begin = lines.iter().position(|line| line.starts_with("-----BEGIN "));
        let Some(lines) = begin.and_then(|at| lines.get(at..)) else { return Err(no_key(text)) };
        let label = lines[0].trim_start_matches("-----BEGIN ").split_once("-----");
        // A folded text has everything in one line.
        let (label, "") = label.unwrap_or_default() else { return Err(Unusable::Damaged) };
        if label.starts_with("ENCRYPTED") || lines.iter().any(|line| line.contains(",ENCRYPTED")) {
            return Err(Unusable::Encrypted);
        }
        match label {
            "OPENSSH PRIVATE KEY" => Self::of_openssh(&(lines.join("\n") + "\n")),
            "RSA PRIVATE KEY" => RsaKey::from_pkcs1(&der(lines)?).map(Self::Rsa),
            "PRIVATE KEY" | "EC PRIVATE KEY" => match RsaKey::from_pkcs8(&der(lines)?) {
                Some(key) => key.map(Self::Rsa),
                None => {
                    let key = decode_secret_key(&lines.join("\n"), None).map_err(|_| Unusable::Damaged)?;
                    Ok(Self::Curve(Arc::new(key)))
                }
            },
            "PUBLIC KEY" | "RSA PUBLIC KEY" | "SSH2 PUBLIC KEY" => Err(Unusable::Public),
            label if label.ends_with("PRIVATE KEY") => Err(Unusable::Type),
            _ => Err(Unusable::NoKey),
        }
    }

    fn of_openssh(text: &str) -> Result<Self, Unusable> {
        let key = PrivateKey::from_openssh(text).map_err(|_| Unusable::Damaged)?;
        match key.key_data() {
            KeypairData::Ed25519(_) | KeypairData::Ecdsa(_) => Ok(Self::Curve(Arc::new(key))),
            KeypairData::Rsa(pair) => RsaKey::from_openssh(pair).map(Self::Rsa),
            KeypairData::Encrypted(_) => Err(Unusable::Encrypted),
            _ => Err(Unusable::Type),
        }
    }

    /// The public half.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Self::Curve(key) => key.public_key(),
            Self::Rsa(key) => key.public(),
        }
    }

    /// Type and fingerprint of the public half, by which a forge lists it.
    pub(crate) fn fingerprint(&self) -> String {
        HostKey::of(self.public()).map(|key| key.to_string()).unwrap_or_default()
    }
}

/// What kind of text it is instead.
fn no_key(text: &str) -> Unusable {
    let is_public = ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| text.trim_start().starts_with(kind));
    if is_public { Unusable::Public } else { Unusable::NoKey }
}

/// The content between the first and the last line.
fn der(lines: &[&str]) -> Result<Vec<u8>, Unusable> {
    let body = lines[1..].iter().take_while(|line| !line.starts_with("-----END "));
    STANDARD.decode(body.copied().collect::<String>()).map_err(|_| Unusable::Damaged)
}

#[cfg(test)]
mod tests;
