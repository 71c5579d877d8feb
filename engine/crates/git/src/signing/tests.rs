//! Keys made by hand, and what is wrong with them. Those that GnuPG makes are in the suite, and GnuPG verifies there.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use super::armor::{PRIVATE_KEY, encode};
use super::packet::{written, written_number};
use super::*;

const CREATED: &str = "2026-01-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A key packet of Ed25519 in the form of GnuPG; `tag` 5 for a primary key, 7 for a subkey.
fn key(tag: u8, seed: u8) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let point = written_number(&[&[0x40], pair.public_key().as_ref()].concat());
    let secret = written_number(&[seed; 32]);
    let sum = secret.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let created = u32::try_from(at(CREATED).as_seconds()).unwrap() + u32::from(seed);
    let (created, sum) = (created.to_be_bytes(), sum.to_be_bytes());
    let body = [
        &[4],
        created.as_slice(),
        &[22, 9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1],
        &point,
        &[0],
        &secret,
        &sum,
    ];
    written(tag, &body.concat())
}

/// What a signature says about the key before it.
fn said(kind: u8, subpackets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(subpackets.len()).unwrap().to_be_bytes();
    written(2, &[&[4, kind, 22, 10], length.as_slice(), subpackets].concat())
}

fn read(packets: &[Vec<u8>], now: &str) -> Result<SigningKey, String> {
    let armored = encode(&packets.concat(), PRIVATE_KEY);
    SigningKey::read(&armored, at(now)).map_err(|error| error.message)
}

const SIGNS: [u8; 3] = [2, 27, 0x02];
const CERTIFIES: [u8; 3] = [2, 27, 0x01];
const NOW: &str = "2026-03-01T00:00:00Z";

#[test]
fn signatures_are_known_again() {
    let ours = read(&[key(5, 1)], NOW).unwrap();
    let signature = ours.sign(b"a text", at(NOW)).unwrap();
    assert_eq!(ours.sign(b"a text", at(NOW)), Some(signature.clone()));
    assert!(ours.has_made(&signature, b"a text"));
    assert!(!ours.has_made(&signature, b"another"));
    assert!(!ours.has_made(&signature[..signature.len() - 1], b"a text"));
    assert!(!read(&[key(5, 2)], NOW).unwrap().has_made(&signature, b"a text"));
}

#[test]
fn the_newest_subkey_that_may_sign_signs() {
    let fingerprint = |packets: &[Vec<u8>]| read(packets, NOW).map(|key| key.fingerprint);
    let alone = |seed| fingerprint(&[key(5, seed)]).unwrap();
    let primary = [key(5, 1), said(0x13, &CERTIFIES)].concat();
    let subkey = |seed, flags: &[u8]| [key(7, seed), said(0x18, flags)].concat();
    let with = |rest: &[Vec<u8>]| fingerprint(&[std::slice::from_ref(&primary), rest].concat());
    assert_eq!(with(&[subkey(3, &SIGNS), subkey(2, &SIGNS)]), Ok(alone(3)));
    assert_eq!(with(&[subkey(3, &CERTIFIES), subkey(2, &SIGNS)]), Ok(alone(2)));
    assert_eq!(with(&[subkey(3, &SIGNS), said(0x28, &[]), subkey(2, &SIGNS)]), Ok(alone(2)));
    let briefly = [SIGNS.as_slice(), &[5, 9, 0, 0, 0, 9]].concat();
    assert_eq!(with(&[subkey(3, &briefly), subkey(2, &SIGNS)]), Ok(alone(2)));
    // Nobody says what the key is for.
    assert_eq!(fingerprint(&[key(5, 1)]), Ok(alone(1)));
    // Another person's.
    assert_eq!(fingerprint(&[key(5, 1), key(5, 2), said(0x13, &CERTIFIES)]), Ok(alone(1)));
}

#[test]
fn keys_that_may_not_sign_are_refused() {
    let refused = |packets: &[Vec<u8>]| {
        let message = read(packets, NOW).err().unwrap_or_default();
        assert!(message.contains("none of its keys may sign"), "{message}");
    };
    refused(&[key(5, 1), said(0x13, &CERTIFIES)]);
    refused(&[key(5, 1), said(0x20, &[])]);
    refused(&[key(5, 1), said(0x13, &[5, 9, 0, 0, 0, 9])]);
    refused(&[key(5, 1), said(0x20, &[]), key(7, 2), said(0x18, &SIGNS)]);
}

#[test]
fn damage_is_an_error_wherever_it_is() {
    let whole = [key(5, 1), said(0x13, &SIGNS)].concat();
    for end in 0..whole.len() {
        let _ = read(&[whole[..end].to_vec()], NOW);
    }
    for place in 0..whole.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut damaged = whole.clone();
            damaged[place] = byte;
            if let Ok(key) = read(&[damaged], NOW) {
                assert!(key.sign(b"a text", at(NOW)).is_some());
            }
        }
    }
    assert!(read(&[key(5, 1)[..20].to_vec()], NOW).is_err());
}

#[test]
fn what_is_no_key_is_told_without_showing_it() {
    for text in ["", "hunter2", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nhunter2\n"] {
        let error = SigningKey::read(text, at(NOW)).err().unwrap();
        assert_eq!(error.code, "git-signing-key-unusable");
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }
}
