//! Signatures of OpenPGP, version 4, over binary data (RFC 9580, section 5.2).

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ED25519 as VERIFY_ED25519, KeyPair as _, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use windlass_model::time::Timestamp;

use super::SigningKey;
use super::armor;
use super::key::{ECDSA, ED25519, EDDSA_LEGACY, Pair, RSA, padded};
use super::packet::{Reader, packets, written, written_number};
use super::unusable::Unusable;

/// The kind of the packet.
const SIGNATURE: u8 = 2;

/// What stands before the signature of anything.
const VERSION: u8 = 4;
const BINARY: u8 = 0;

/// OpenPGP's number of SHA-512.
const HASH_SHA512: u8 = 10;

impl SigningKey {
    /// The detached signature of a text, made at this time. With RSA and Ed25519 it is the same each time.
    pub(crate) fn sign(&self, text: &[u8], at: Timestamp) -> Option<String> {
        let seconds = u32::try_from(at.as_seconds()).ok()?;
        let about =
            [&[22, 33, VERSION], self.fingerprint.as_slice(), &[5, 2], seconds.to_be_bytes().as_slice()]
                .concat();
        let length = u16::try_from(about.len()).ok()?.to_be_bytes();
        let hashed =
            [&[VERSION, BINARY, self.pair.algorithm(), self.pair.hash()], length.as_slice(), &about].concat();
        let issuer = [&[9, 16], &self.fingerprint[12..]].concat();
        let issuer_length = u16::try_from(issuer.len()).ok()?.to_be_bytes();
        let message = message(text, &hashed)?;
        let digest = self.pair.digest(&message);
        let numbers = self.pair.sign(&message, digest.as_ref())?;
        let body = [&hashed, issuer_length.as_slice(), &issuer, &digest.as_ref()[..2], &numbers].concat();
        Some(armor::encode(&written(SIGNATURE, &body), armor::SIGNATURE))
    }

    /// Whether the signature of the text was made with this key.
    pub(crate) fn has_made(&self, signature: &str, text: &[u8]) -> bool {
        self.verify(signature, text).is_ok()
    }

    fn verify(&self, signature: &str, text: &[u8]) -> Result<(), Unusable> {
        let bytes = armor::decode(signature, armor::SIGNATURE)?;
        let packets = packets(&bytes)?;
        let [packet] = packets.as_slice() else { return Err(Unusable::Damaged) };
        let mut reader = Reader(packet.body);
        let is_ours = reader.take(4)? == [VERSION, BINARY, self.pair.algorithm(), self.pair.hash()];
        let length = reader.short()?;
        reader.take(length)?;
        let hashed = &packet.body[..packet.body.len() - reader.0.len()];
        let length = reader.short()?;
        reader.take(length + 2)?;
        let message = message(text, hashed).ok_or(Unusable::Damaged)?;
        let is_true = is_ours && packet.tag == SIGNATURE && self.pair.verifies(&message, reader)?;
        is_true.then_some(()).ok_or(Unusable::Damaged)
    }
}

/// What is signed: the text, and what is said of the signature.
fn message(text: &[u8], hashed: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(hashed.len()).ok()?.to_be_bytes();
    Some([text, hashed, &[VERSION, 0xff], &length].concat())
}

impl Pair {
    fn algorithm(&self) -> u8 {
        match self {
            Self::Rsa(_) => RSA,
            Self::Ed25519 { is_legacy: true, .. } => EDDSA_LEGACY,
            Self::Ed25519 { is_legacy: false, .. } => ED25519,
            Self::Ecdsa { .. } => ECDSA,
        }
    }

    fn hash(&self) -> u8 {
        match self {
            Self::Rsa(_) | Self::Ed25519 { .. } => HASH_SHA512,
            Self::Ecdsa { curve, .. } => curve.hash,
        }
    }

    fn digest(&self, message: &[u8]) -> digest::Digest {
        let algorithm = match self.hash() {
            8 => &SHA256,
            9 => &SHA384,
            _ => &SHA512,
        };
        digest::digest(algorithm, message)
    }

    /// The signature's numbers. Ed25519 signs the digest; the others make it themselves.
    fn sign(&self, message: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
        let halves = |bytes: &[u8]| {
            let (r, s) = bytes.split_at(bytes.len() / 2);
            [written_number(r), written_number(s)].concat()
        };
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut made = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA512, &random, message, &mut made).ok()?;
                Some(written_number(&made))
            }
            Self::Ed25519 { pair, is_legacy: true } => Some(halves(pair.sign(digest).as_ref())),
            Self::Ed25519 { pair, is_legacy: false } => Some(pair.sign(digest).as_ref().to_vec()),
            Self::Ecdsa { pair, .. } => Some(halves(pair.sign(&random, message).ok()?.as_ref())),
        }
    }

    /// Whether these numbers are a signature of the message.
    fn verifies(&self, message: &[u8], mut numbers: Reader<'_>) -> Result<bool, Unusable> {
        let mut number = |width| padded(numbers.number()?, width);
        let is =
            |algorithm: &'static dyn VerificationAlgorithm, public: &[u8], message: &[u8], made: &[u8]| {
                UnparsedPublicKey::new(algorithm, public).verify(message, made).is_ok()
            };
        Ok(match self {
            Self::Rsa(pair) => {
                let made = number(pair.public_modulus_len())?;
                is(&RSA_PKCS1_2048_8192_SHA512, pair.public_key().as_ref(), message, &made)
            }
            Self::Ed25519 { pair, is_legacy } => {
                let made =
                    if *is_legacy { [number(32)?, number(32)?].concat() } else { numbers.take(64)?.to_vec() };
                let digest = self.digest(message);
                is(&VERIFY_ED25519, pair.public_key().as_ref(), digest.as_ref(), &made)
            }
            Self::Ecdsa { pair, curve } => {
                let made = [number(curve.width)?, number(curve.width)?].concat();
                is(curve.verifying, pair.public_key().as_ref(), message, &made)
            }
        })
    }
}
