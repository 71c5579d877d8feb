//! RSA keys from their numbers. Formats differ in which of them they keep.

use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use crypto_bigint::{BoxedUint, NonZero};

/// Numbers of a key of 8192 bits have as many bytes at most: computing with longer ones would take for ever.
const MOST_BYTES: usize = 1_024;

/// The numbers of a private key, each big-endian and without zeros before it.
pub(crate) struct RsaNumbers<'a> {
    pub(crate) n: &'a [u8],
    pub(crate) e: &'a [u8],
    pub(crate) d: &'a [u8],
    pub(crate) p: &'a [u8],
    pub(crate) q: &'a [u8],
    /// The inverse of `q` modulo `p`.
    pub(crate) q_inverse: &'a [u8],
}

impl RsaNumbers<'_> {
    /// The key, if it is one that can be used: of 2048 bits at least.
    pub(crate) fn pair(&self) -> Option<KeyPair> {
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: number(self.n)?, e: number(self.e)? },
            d: number(self.d)?,
            p: number(self.p)?,
            q: number(self.q)?,
            dP: &reduced(number(self.d)?, number(self.p)?)?,
            dQ: &reduced(number(self.d)?, number(self.q)?)?,
            qInv: number(self.q_inverse)?,
        };
        KeyPair::from_components(&components).ok()
    }
}

fn number(bytes: &[u8]) -> Option<&[u8]> {
    (1..=MOST_BYTES).contains(&bytes.len()).then_some(bytes)
}

/// `d` modulo `prime - 1`, in constant time.
fn reduced(d: &[u8], prime: &[u8]) -> Option<Vec<u8>> {
    let uint = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len() * 8).ok()?).ok();
    let (d, prime) = (uint(d)?, uint(prime)?);
    let order = prime.wrapping_sub(BoxedUint::one_with_precision(prime.bits_precision()));
    let order = Option::<NonZero<BoxedUint>>::from(NonZero::new(order))?;
    Some(d.rem(&order).to_be_bytes().into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_reduced() {
        for (d, prime, expected) in [(100, 7, 4), (5, 7, 5), (0x1234_5678, 0x1_0001, 0x5678)] {
            let bytes = |number: u32| number.to_be_bytes().to_vec();
            let found = reduced(&bytes(d), &bytes(prime)).unwrap();
            let found = found.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            assert_eq!((found, d % (prime - 1)), (expected, u32::try_from(expected).unwrap()));
        }
        assert_eq!(reduced(&[100], &[1]), None);
    }

    #[test]
    fn odd_numbers_are_refused() {
        for (bytes, fits) in [(0, false), (1, true), (MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            assert_eq!(number(&vec![1; bytes]).is_some(), fits, "{bytes}");
        }
    }
}
