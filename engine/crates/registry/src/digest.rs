//! Digests of content: what a registry says that something is, and whether it is that.

use sha2::{Digest as _, Sha256, Sha512};

/// A digest that can be checked, `sha256:` or `sha512:` and hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ContentDigest(String);

impl ContentDigest {
    /// Reads a digest; none if it is not of a kind that can be checked.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (algorithm, digits) = text.split_once(':')?;
        let len = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return None,
        };
        let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        (digits.len() == len && digits.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The SHA-256 digest of content.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(format!("sha256:{}", hex::encode(Sha256::digest(content))))
    }

    /// Whether content has this digest.
    pub(crate) fn is_of(&self, content: &[u8]) -> bool {
        match self.0.strip_prefix("sha512:") {
            Some(digits) => hex::encode(Sha512::digest(content)) == digits,
            None => Self::of(content) == *self,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_what_its_digest_says() {
        let sha512 = format!("sha512:{}", hex::encode(Sha512::digest(b"x")));
        for digest in [ContentDigest::of(b"x"), ContentDigest::parse(&sha512).unwrap()] {
            assert!(digest.is_of(b"x") && !digest.is_of(b"y"), "{digest:?}");
            assert_eq!(ContentDigest::parse(digest.as_str()), Some(digest));
        }
    }

    #[test]
    fn other_texts_are_no_digests() {
        for bad in
            ["", "sha256:", "sha256:zz", "md5:0", &"a".repeat(64), &format!("sha256:{}", "A".repeat(64))]
        {
            assert_eq!(ContentDigest::parse(bad), None, "{bad}");
        }
    }
}
