//! The private keys of OpenPGP, version 4 (RFC 9580, section 5.5), as pairs with which aws-lc-rs signs.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
    ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair,
};

use super::packet::Reader;
use super::unusable::Unusable;
use crate::rsa_numbers::RsaNumbers;

/// OpenPGP's numbers of algorithms.
pub(super) const RSA: u8 = 1;
const RSA_SIGN_ONLY: u8 = 3;
pub(super) const ECDSA: u8 = 19;
/// Ed25519 as it was before RFC 9580, which is how GnuPG still writes it.
pub(super) const EDDSA_LEGACY: u8 = 22;
pub(super) const ED25519: u8 = 27;

/// The curve of the legacy form.
const ED25519_OID: [u8; 9] = [0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1];

/// The only version that GnuPG makes.
const VERSION: u8 = 4;

/// A curve of NIST.
#[derive(Debug)]
pub(super) struct Curve {
    oid: &'static [u8],
    /// Bytes of a number.
    pub(super) width: usize,
    /// OpenPGP's number of the digest that goes with it.
    pub(super) hash: u8,
    signing: &'static EcdsaSigningAlgorithm,
    pub(super) verifying: &'static EcdsaVerificationAlgorithm,
}

/// Those that aws-lc-rs has.
static CURVES: [Curve; 3] = [
    Curve {
        oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
        width: 32,
        hash: 8,
        signing: &ECDSA_P256_SHA256_FIXED_SIGNING,
        verifying: &ECDSA_P256_SHA256_FIXED,
    },
    Curve {
        oid: &[0x2b, 0x81, 4, 0, 0x22],
        width: 48,
        hash: 9,
        signing: &ECDSA_P384_SHA384_FIXED_SIGNING,
        verifying: &ECDSA_P384_SHA384_FIXED,
    },
    Curve {
        oid: &[0x2b, 0x81, 4, 0, 0x23],
        width: 66,
        hash: 10,
        signing: &ECDSA_P521_SHA512_FIXED_SIGNING,
        verifying: &ECDSA_P521_SHA512_FIXED,
    },
];

/// What signs.
pub(super) enum Pair {
    Rsa(rsa::KeyPair),
    Ed25519 { pair: Ed25519KeyPair, is_legacy: bool },
    Ecdsa { pair: EcdsaKeyPair, curve: &'static Curve },
}

/// A private key as it is in an export.
#[derive(Clone, Copy)]
pub(super) struct SecretKey<'a> {
    /// When it was made, in seconds since the epoch.
    pub(super) created: u32,
    algorithm: u8,
    /// All of it.
    body: &'a [u8],
    /// What is behind the algorithm.
    rest: Reader<'a>,
}

/// The public half of a key.
enum Public<'a> {
    Rsa { n: &'a [u8], e: &'a [u8] },
    Ed25519 { point: &'a [u8], is_legacy: bool },
    Ecdsa { point: &'a [u8], curve: &'static Curve },
}

impl<'a> SecretKey<'a> {
    pub(super) fn read(body: &'a [u8]) -> Result<Self, Unusable> {
        let mut rest = Reader(body);
        if rest.byte()? != VERSION {
            return Err(Unusable::Damaged);
        }
        let (created, algorithm) = (rest.long()?, rest.byte()?);
        Ok(Self { created, algorithm, body, rest })
    }

    /// What signs, and the fingerprint by which it is known.
    pub(super) fn open(&self) -> Result<(Pair, [u8; 20]), Unusable> {
        let mut rest = self.rest;
        let public = self.public(&mut rest)?;
        let fingerprint = fingerprint(&self.body[..self.body.len() - rest.0.len()])?;
        let mut secret = material(rest)?;
        let pair = match public {
            Public::Rsa { n, e } => {
                let (d, p, q) = (secret.number()?, secret.number()?, secret.number()?);
                // OpenPGP keeps the inverse of the first prime, others that of the second.
                let numbers = RsaNumbers { n, e, d, p: q, q: p, q_inverse: secret.number()? };
                Pair::Rsa(numbers.pair().ok_or(Unusable::Algorithm(self.algorithm))?)
            }
            Public::Ed25519 { point, is_legacy } => {
                let seed = if is_legacy { secret.number()? } else { secret.take(32)? };
                let pair = Ed25519KeyPair::from_seed_and_public_key(&padded(seed, 32)?, point);
                Pair::Ed25519 { pair: pair.map_err(|_| Unusable::Damaged)?, is_legacy }
            }
            Public::Ecdsa { point, curve } => {
                let number = padded(secret.number()?, curve.width)?;
                let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing, &number, point);
                Pair::Ecdsa { pair: pair.map_err(|_| Unusable::Damaged)?, curve }
            }
        };
        Ok((pair, fingerprint))
    }

    fn public(&self, rest: &mut Reader<'a>) -> Result<Public<'a>, Unusable> {
        let unknown = Unusable::Algorithm(self.algorithm);
        match self.algorithm {
            RSA | RSA_SIGN_ONLY => Ok(Public::Rsa { n: rest.number()?, e: rest.number()? }),
            ED25519 => Ok(Public::Ed25519 { point: rest.take(32)?, is_legacy: false }),
            EDDSA_LEGACY => {
                let is_known = rest.counted()? == ED25519_OID;
                // 0x40 says that the point is written as its own makers write it.
                let point = rest.number()?.strip_prefix(&[0x40]).filter(|_| is_known).ok_or(unknown)?;
                Ok(Public::Ed25519 { point, is_legacy: true })
            }
            ECDSA => {
                let oid = rest.counted()?;
                let curve = CURVES.iter().find(|curve| curve.oid == oid).ok_or(unknown)?;
                Ok(Public::Ecdsa { point: rest.number()?, curve })
            }
            _ => Err(unknown),
        }
    }
}

/// The secret numbers, if they are not encrypted.
fn material(mut rest: Reader<'_>) -> Result<Reader<'_>, Unusable> {
    /// A key of which GnuPG has kept the public half only.
    const STUB: u8 = 101;
    match rest.byte()? {
        0 => {}
        254 | 255 => {
            rest.byte()?;
            return Err(if rest.byte()? == STUB { Unusable::Absent } else { Unusable::Locked });
        }
        _ => return Err(Unusable::Locked),
    }
    let (numbers, checksum) =
        rest.0.split_at_checked(rest.0.len().saturating_sub(2)).ok_or(Unusable::Damaged)?;
    let sum = numbers.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    match Reader(checksum).short() {
        Ok(checksum) if checksum == usize::from(sum) => Ok(Reader(numbers)),
        _ => Err(Unusable::Damaged),
    }
}

/// The fingerprint of a public key of this version.
fn fingerprint(public: &[u8]) -> Result<[u8; 20], Unusable> {
    let length = u16::try_from(public.len()).map_err(|_| Unusable::Damaged)?;
    let text = [&[0x99], length.to_be_bytes().as_slice(), public].concat();
    let digest = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &text);
    <[u8; 20]>::try_from(digest.as_ref()).map_err(|_| Unusable::Damaged)
}

/// The number with zeros before it, to this width.
pub(super) fn padded(number: &[u8], width: usize) -> Result<Vec<u8>, Unusable> {
    let zeros = width.checked_sub(number.len()).ok_or(Unusable::Damaged)?;
    Ok([vec![0; zeros].as_slice(), number].concat())
}
