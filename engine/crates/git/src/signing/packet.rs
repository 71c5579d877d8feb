//! OpenPGP's packets, and the numbers in them (RFC 9580, sections 3 and 4).

use super::unusable::Unusable;

/// A packet: what it is, and its content.
pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// Packets that lie one behind another.
pub(super) fn packets(bytes: &[u8]) -> Result<Vec<Packet<'_>>, Unusable> {
    let mut reader = Reader(bytes);
    let mut packets = Vec::new();
    while !reader.0.is_empty() {
        packets.push(reader.packet()?);
    }
    Ok(packets)
}

/// Reads bytes from their beginning; whatever is not there is damage.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Unusable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unusable::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Unusable> {
        Ok(self.take(1)?[0])
    }

    pub(super) fn short(&mut self) -> Result<usize, Unusable> {
        Ok(self.take(2)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    pub(super) fn long(&mut self) -> Result<u32, Unusable> {
        Ok(self.take(4)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    fn length(&mut self) -> Result<usize, Unusable> {
        usize::try_from(self.long()?).map_err(|_| Unusable::Damaged)
    }

    /// A number of any length, without the zeros before it.
    pub(super) fn number(&mut self) -> Result<&'a [u8], Unusable> {
        let bits = self.short()?;
        self.take(bits.div_ceil(8))
    }

    /// Bytes behind their length, which is one byte.
    pub(super) fn counted(&mut self) -> Result<&'a [u8], Unusable> {
        let length = self.byte()?;
        self.take(usize::from(length))
    }

    fn packet(&mut self) -> Result<Packet<'a>, Unusable> {
        let head = self.byte()?;
        if head & 0x80 == 0 {
            return Err(Unusable::Damaged);
        }
        if head & 0x40 != 0 {
            let length = self.new_length()?;
            return Ok(Packet { tag: head & 0x3f, body: self.take(length)? });
        }
        let length = match head & 3 {
            0 => usize::from(self.byte()?),
            1 => self.short()?,
            2 => self.length()?,
            _ => self.0.len(),
        };
        Ok(Packet { tag: head >> 2 & 0xf, body: self.take(length)? })
    }

    /// A length of today's form; those of parts are for streams, and no key is one.
    fn new_length(&mut self) -> Result<usize, Unusable> {
        match self.byte()? {
            short @ ..=191 => Ok(usize::from(short)),
            long @ 192..=223 => Ok(((usize::from(long) - 192) << 8) + usize::from(self.byte()?) + 192),
            224..=254 => Err(Unusable::Damaged),
            255 => self.length(),
        }
    }

    /// The parts of a signature's packet that say something about it: kind and content of each.
    pub(super) fn subpackets(mut self) -> Result<Vec<(u8, &'a [u8])>, Unusable> {
        let mut found = Vec::new();
        while !self.0.is_empty() {
            let length = match self.byte()? {
                short @ ..=191 => usize::from(short),
                long @ 192..=254 => ((usize::from(long) - 192) << 8) + usize::from(self.byte()?) + 192,
                255 => self.length()?,
            };
            let (kind, content) = self.take(length)?.split_first().ok_or(Unusable::Damaged)?;
            // The first bit says that whoever does not know the kind must not go on.
            found.push((kind & 0x7f, content));
        }
        Ok(found)
    }
}

/// A packet of today's form.
pub(super) fn written(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    [&[0xc0 | tag, 0xff], length.to_be_bytes().as_slice(), body].concat()
}

/// A number, with its length in bits before it and without zeros at its beginning.
pub(super) fn written_number(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros..];
    let bits = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
    [u16::try_from(bits).unwrap_or(u16::MAX).to_be_bytes().as_slice(), bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_either_form_are_read() {
        for length in [0_usize, 1, 191, 192, 8_383, 8_384, 70_000] {
            let body = vec![7; length];
            let mut bytes = written(5, &body);
            bytes.extend(match length {
                ..=191 => vec![0xc0 | 13, u8::try_from(length).unwrap()],
                192..=8_383 => {
                    let two = u16::try_from(length - 192).unwrap().to_be_bytes();
                    vec![0xc0 | 13, two[0] + 192, two[1]]
                }
                _ => vec![0x80 | 13 << 2 | 3],
            });
            bytes.extend(&body);
            let found = packets(&bytes).unwrap();
            assert_eq!(found.iter().map(|p| p.tag).collect::<Vec<_>>(), [5, 13], "{length}");
            assert!(found.iter().all(|packet| packet.body == body));
        }
    }

    #[test]
    fn what_is_cut_off_is_damage() {
        let bytes = [0xc0 | 5, 3, 1, 2, 3];
        assert!(packets(&bytes).is_ok());
        for end in 1..bytes.len() {
            assert!(packets(&bytes[..end]).is_err(), "{end}");
        }
        assert!(packets(&[5]).is_err());
        assert!(packets(&[0xc0 | 5, 230, 1]).is_err());
        assert!(Reader(&[0, 9, 1]).number().is_err());
        assert!(Reader(&[0]).subpackets().is_err());
    }

    #[test]
    fn numbers_lose_their_zeros() {
        assert_eq!(written_number(&[0, 0, 1, 255]), [0, 9, 1, 255]);
        assert_eq!(written_number(&[0x80]), [0, 8, 0x80]);
        assert_eq!(written_number(&[0]), [0, 0]);
        assert_eq!(Reader(&[0, 9, 1, 255]).number(), Ok([1, 255].as_slice()));
    }
}
