//! Which of the keys in an export signs: OpenPGP keeps a key for certifying and others, its subkeys, for daily use.
//!
//! What an export says of its keys is believed: whoever may say which key signs may as well name another one.

use windlass_model::time::Timestamp;

use super::key::SecretKey;
use super::packet::{Packet, Reader, packets};
use super::unusable::Unusable;

/// Kinds of packets.
const SIGNATURE: u8 = 2;
const PRIMARY: u8 = 5;
const SUBKEY: u8 = 7;

/// What a signature says of a key.
const MAY_SIGN: u8 = 0x02;

/// A key, and what is said of it.
struct Candidate<'a> {
    key: SecretKey<'a>,
    flags: Option<u8>,
    /// Seconds from its creation; 0 for never.
    lasts: u32,
    is_revoked: bool,
}

/// The keys that may sign at this time, the best one first.
pub(super) fn signing_keys(bytes: &[u8], at: Timestamp) -> Result<Vec<SecretKey<'_>>, Unusable> {
    let mut candidates = candidates(&packets(bytes)?)?.into_iter();
    let primary = candidates.next().ok_or(Unusable::Damaged)?;
    if !primary.is_valid(at) {
        return Err(Unusable::MayNotSign);
    }
    let may_sign = |flags: u8| flags & MAY_SIGN != 0;
    let mut keys: Vec<SecretKey<'_>> = candidates
        .filter(|subkey| subkey.is_valid(at) && subkey.flags.is_some_and(may_sign))
        .map(|subkey| subkey.key)
        .collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.created));
    if primary.flags.is_none_or(may_sign) {
        keys.push(primary.key);
    }
    if keys.is_empty() { Err(Unusable::MayNotSign) } else { Ok(keys) }
}

impl Candidate<'_> {
    fn is_valid(&self, at: Timestamp) -> bool {
        let ends = i64::from(self.key.created) + i64::from(self.lasts);
        !self.is_revoked && (self.lasts == 0 || at.as_seconds() < ends)
    }
}

/// The first primary key and its subkeys, each with what the signatures behind it say.
fn candidates<'a>(packets: &[Packet<'a>]) -> Result<Vec<Candidate<'a>>, Unusable> {
    let mut found: Vec<Candidate<'_>> = Vec::new();
    for packet in packets {
        match (packet.tag, found.last_mut()) {
            (PRIMARY, None) | (SUBKEY, Some(_)) => {
                let key = SecretKey::read(packet.body)?;
                found.push(Candidate { key, flags: None, lasts: 0, is_revoked: false });
            }
            // Another person's key.
            (PRIMARY, Some(_)) => break,
            (SIGNATURE, Some(about)) => hear(about, packet.body)?,
            _ => {}
        }
    }
    Ok(found)
}

/// Takes in what a signature says of a key.
fn hear(about: &mut Candidate<'_>, body: &[u8]) -> Result<(), Unusable> {
    let mut reader = Reader(body);
    if reader.byte()? != 4 {
        return Ok(());
    }
    let kind = reader.byte()?;
    reader.take(2)?;
    let length = reader.short()?;
    let said = Reader(reader.take(length)?);
    match kind {
        // On a name of the primary key, on the key itself, and on a subkey.
        0x10..=0x13 | 0x1f | 0x18 => {}
        0x20 | 0x28 => {
            about.is_revoked = true;
            return Ok(());
        }
        _ => return Ok(()),
    }
    for (kind, content) in said.subpackets()? {
        match kind {
            9 => about.lasts = Reader(content).long()?,
            27 => about.flags = Some(content.first().copied().unwrap_or(0)),
            _ => {}
        }
    }
    Ok(())
}
