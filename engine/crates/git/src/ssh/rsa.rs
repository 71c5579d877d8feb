//! RSA keys, signing with aws-lc-rs: the crate that would otherwise do it leaks by its timing (RUSTSEC-2023-0071).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512};
use crypto_bigint::{BoxedUint, NonZero};
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_encoding::Encode as _;
use russh::keys::ssh_key::public::{KeyData, RsaPublicKey};
use russh::keys::ssh_key::{Mpint, private::RsaKeypair};
use russh::keys::{HashAlg, PublicKey};
use russh::{AgentAuthError, Signer};

use super::key::Unusable;

/// Numbers of a key of 8192 bits have as many bytes at most.
const MOST_BYTES: usize = 1_024;

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
        let (d, p, q) = (number(private.d())?, number(private.p())?, number(private.q())?);
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: number(public.n())?, e: number(public.e())? },
            dP: reduced(&d, &p)?,
            dQ: reduced(&d, &q)?,
            qInv: number(private.iqmp())?,
            d,
            p,
            q,
        };
        Self::new(KeyPair::from_components(&components).map_err(|_| Unusable::Rsa)?)
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

/// A number of a key, unless it is too long for one: computing with it would take for ever.
fn number(mpint: &Mpint) -> Result<Vec<u8>, Unusable> {
    let bytes = mpint.as_positive_bytes().filter(|bytes| (1..=MOST_BYTES).contains(&bytes.len()));
    bytes.map(<[u8]>::to_vec).ok_or(Unusable::Rsa)
}

/// `d` modulo `prime - 1`, in constant time.
fn reduced(d: &[u8], prime: &[u8]) -> Result<Vec<u8>, Unusable> {
    let bits = |bytes: &[u8]| u32::try_from(bytes.len() * 8).map_err(|_| Unusable::Rsa);
    let uint = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits(bytes)?).map_err(|_| Unusable::Rsa);
    let (d, prime) = (uint(d)?, uint(prime)?);
    let order = prime.wrapping_sub(BoxedUint::one_with_precision(prime.bits_precision()));
    let order = Option::<NonZero<BoxedUint>>::from(NonZero::new(order)).ok_or(Unusable::Rsa)?;
    Ok(d.rem(&order).to_be_bytes().into_vec())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_reduced() {
        for (d, prime, reduced_d) in [(100, 7, 4), (5, 7, 5), (0x1234_5678, 0x1_0001, 0x5678)] {
            let bytes = |number: u32| number.to_be_bytes().to_vec();
            let found = reduced(&bytes(d), &bytes(prime)).unwrap();
            let found = found.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            assert_eq!((found, d % (prime - 1)), (reduced_d, u32::try_from(reduced_d).unwrap()));
        }
        assert_eq!(reduced(&[100], &[1]), Err(Unusable::Rsa));
    }

    #[test]
    fn odd_numbers_are_refused() {
        for (bytes, fits) in [(0, false), (1, true), (MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            let mpint = Mpint::from_positive_bytes(&vec![1; bytes]);
            assert_eq!(number(&mpint).is_ok(), fits, "{bytes}");
        }
    }
}
