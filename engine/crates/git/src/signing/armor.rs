//! ASCII armor, the form in which OpenPGP's keys and signatures are texts (RFC 9580, section 6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::unusable::Unusable;

/// What an exported private key is headed with.
pub(super) const PRIVATE_KEY: &str = "PGP PRIVATE KEY BLOCK";

/// What a signature is headed with.
pub(super) const SIGNATURE: &str = "PGP SIGNATURE";

/// Exported keys are a few kilobytes long.
const MOST_BYTES: usize = 1 << 20;

/// Characters in a line.
const LINE: usize = 64;

/// The bytes in the first block of this kind.
pub(super) fn decode(text: &str, kind: &str) -> Result<Vec<u8>, Unusable> {
    if text.len() > MOST_BYTES {
        return Err(Unusable::NotArmored);
    }
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != begin).skip(1).peekable();
    // Headers, and the empty line after them.
    while lines.next_if(|line| line.contains(':')).is_some() {}
    let mut base64 = String::new();
    for line in lines {
        if line == end {
            return STANDARD.decode(base64).map_err(|_| Unusable::Damaged);
        }
        // The checksum is only there for those who retype the text.
        if !line.starts_with('=') {
            base64.push_str(line);
        }
    }
    Err(Unusable::NotArmored)
}

/// A block of this kind. It does not end in a line feed.
pub(super) fn encode(bytes: &[u8], kind: &str) -> String {
    let base64 = STANDARD.encode(bytes);
    let mut text = format!("-----BEGIN {kind}-----\n\n");
    for line in base64.as_bytes().chunks(LINE) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    let checksum = STANDARD.encode(&checksum(bytes).to_be_bytes()[1..]);
    text + &format!("={checksum}\n-----END {kind}-----")
}

/// The checksum of 24 bits.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |sum, byte| {
        let mixed = sum ^ u32::from(*byte) << 16;
        (0..8).fold(mixed, |sum, _| {
            let shifted = sum << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4cfb }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for length in [0, 1, 47, 48, 49, 1_000] {
            let bytes: Vec<u8> = (0_u8..=255).cycle().take(length).collect();
            let text = encode(&bytes, SIGNATURE);
            assert_eq!(decode(&text, SIGNATURE), Ok(bytes.clone()), "{text}");
            let worn = format!("Signed:\r\n{}", text.replacen("\n\n", "\nVersion: 1\nComment: a\n\n", 1));
            assert_eq!(decode(&worn.replace('\n', "\r\n"), SIGNATURE), Ok(bytes), "{worn}");
            assert_eq!(decode(&text, PRIVATE_KEY), Err(Unusable::NotArmored));
        }
    }

    #[test]
    fn blocks_without_an_end_are_none() {
        let text = encode(b"abc", SIGNATURE);
        assert_eq!(decode(&text[..text.len() - 5], SIGNATURE), Err(Unusable::NotArmored));
        assert_eq!(decode(&text.replace("YWJj", "YW-j"), SIGNATURE), Err(Unusable::Damaged));
    }

    #[test]
    fn the_checksum_is_that_of_openpgp() {
        assert_eq!(checksum(b""), 0x00b7_04ce);
        assert_eq!(checksum(b"123456789"), 0x0021_cf02);
    }
}
