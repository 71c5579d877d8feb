//! RSA keys, signing with aws-lc-rs: the crate that would otherwise do it leaks by its timing (RUSTSEC-2023-0071).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512};
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_encoding::Encode as _;
use russh::keys::ssh_key::public::{KeyData, RsaPublicKey};
use russh::keys::ssh_key::{Mpint, private::RsaKeypair};
use russh::keys::{HashAlg, PublicKey};
use russh::{AgentAuthError, Signer};

use super::key::Unusable;
use crate::rsa_numbers::RsaNumbers;

/// An RSA key.
pub(crate) struct RsaKey {
    pair: KeyPair,
    public: PublicKey,
}

impl RsaKey {
    /// From the format that OpenSSL wrote for a long time.
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, Unusable> {
        Self::new(KeyPair::from_der(der).map_err(|_| Unusable::Rsa)?)
    }

    /// From the format of today, if that is what it holds.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Result<Self, Unusable>> {
        /// The object identifier of RSA, with tag and length.
        const RSA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        // It stands at the beginning, after two lengths and a version.
        let head = &der[..der.len().min(32)];
        head.windows(RSA.len())
            .any(|window| window == RSA)
            .then(|| Self::new(KeyPair::from_pkcs8(der).map_err(|_| Unusable::Rsa)?))
    }

    /// From OpenSSH's format, which leaves two of the numbers to be computed.
    pub(super) fn from_openssh(pair: &RsaKeypair) -> Result<Self, Unusable> {
        let (public, private) = (pair.public(), pair.private());
        let number = |mpint: &'_ Mpint| mpint.as_positive_bytes().map(<[u8]>::to_vec).ok_or(Unusable::Rsa);
        let numbers = RsaNumbers {
            n: &number(public.n())?,
            e: &number(public.e())?,
            d: &number(private.d())?,
            p: &number(private.p())?,
            q: &number(private.q())?,
            q_inverse: &number(private.iqmp())?,
        };
        Self::new(numbers.pair().ok_or(Unusable::Rsa)?)
    }

    fn new(pair: KeyPair) -> Result<Self, Unusable> {
        let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
        let positive = Mpint::from_positive_bytes;
        let public = RsaPublicKey::new(
            positive(e.big_endian_without_leading_zero()),
            positive(n.big_endian_without_leading_zero()),
        );
        let public = PublicKey::new(KeyData::Rsa(public.map_err(|_| Unusable::Rsa)?), "");
        Ok(Self { pair, public })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, hash: HashAlg, message: &[u8]) -> Option<Vec<u8>> {
        let padding = match hash {
            HashAlg::Sha256 => &RSA_PKCS1_SHA256,
            HashAlg::Sha512 => &RSA_PKCS1_SHA512,
            _ => return None,
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(padding, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

/// The request to sign, with the signature behind it: what russh asks of whoever holds a key.
impl Signer for &RsaKey {
    type Error = AgentAuthError;

    async fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        hash: Option<HashAlg>,
        mut request: Vec<u8>,
    ) -> Result<Vec<u8>, AgentAuthError> {
        let unsupported = || russh::keys::Error::InvalidParameters;
        let hash = hash.ok_or_else(unsupported)?;
        let signature = self.sign(hash, &request).ok_or_else(unsupported)?;
        let name = match hash {
            HashAlg::Sha256 => "rsa-sha2-256",
            _ => "rsa-sha2-512",
        };
        let mut blob = Vec::new();
        name.encode(&mut blob).map_err(russh::keys::Error::from)?;
        signature.as_slice().encode(&mut blob).map_err(russh::keys::Error::from)?;
        blob.as_slice().encode(&mut request).map_err(russh::keys::Error::from)?;
        Ok(request)
    }
}
