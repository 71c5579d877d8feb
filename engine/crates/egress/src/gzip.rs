//! Bodies that were compressed on the way.

use std::io::Write as _;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::{Stream, StreamExt as _};

use crate::address::BoxError;

/// What is decompressed at once, in bytes. A thousand times as much may come out of it.
const PIECE_BYTES: usize = 1_024;

/// The body behind a compressed one. Pieces come out as they come in: nothing grows with the whole.
pub(crate) fn decompressed(
    body: impl Stream<Item = Result<Bytes, BoxError>> + Send + Unpin,
) -> impl Stream<Item = Result<Bytes, BoxError>> + Send {
    let state = (body, Bytes::new(), Some(MultiGzDecoder::new(Vec::new())), false);
    futures_util::stream::unfold(state, |(mut body, mut rest, mut decoder, mut any)| async move {
        loop {
            let unpacking = decoder.as_mut()?;
            while !rest.is_empty() {
                any = true;
                let piece = rest.split_to(rest.len().min(PIECE_BYTES));
                if let Err(error) = unpacking.write_all(&piece) {
                    return Some((Err(error.into()), (body, rest, None, any)));
                }
                let out = std::mem::take(unpacking.get_mut());
                if !out.is_empty() {
                    return Some((Ok(Bytes::from(out)), (body, rest, decoder, any)));
                }
            }
            match body.next().await {
                Some(Ok(piece)) => rest = piece,
                Some(Err(error)) => return Some((Err(error), (body, rest, None, any))),
                // An empty body is no broken one: the answer to HEAD has none.
                None if !any => return None,
                None => {
                    let end = unpacking.try_finish();
                    let out = std::mem::take(unpacking.get_mut());
                    return match end {
                        Err(error) => Some((Err(error.into()), (body, rest, None, any))),
                        Ok(()) if out.is_empty() => None,
                        Ok(()) => Some((Ok(Bytes::from(out)), (body, rest, None, any))),
                    };
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    async fn unpacked(pieces: Vec<Vec<u8>>) -> Result<(Vec<u8>, usize), String> {
        let body = futures_util::stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))));
        let mut out = Box::pin(decompressed(body));
        let (mut whole, mut largest) = (Vec::new(), 0);
        while let Some(piece) = out.next().await {
            let piece = piece.map_err(|e| e.to_string())?;
            largest = largest.max(piece.len());
            whole.extend_from_slice(&piece);
        }
        Ok((whole, largest))
    }

    #[tokio::test]
    async fn what_was_packed_comes_out() {
        let content = b"hello, hello, hello".repeat(1_000);
        let bytes = packed(&content);
        let pieces = bytes.chunks(7).map(<[u8]>::to_vec).collect();
        assert_eq!(unpacked(pieces).await.unwrap().0, content);
        let two = vec![packed(b"one"), packed(b"two")];
        assert_eq!(unpacked(two).await.unwrap().0, b"onetwo");
        assert_eq!(unpacked(vec![]).await.unwrap().0, b"");
    }

    #[tokio::test]
    async fn what_is_broken_is_an_error() {
        let mut bytes = packed(b"hello");
        assert!(unpacked(vec![b"no gzip at all".to_vec()]).await.is_err());
        assert!(unpacked(vec![bytes[..bytes.len() - 3].to_vec()]).await.is_err());
        let checksum = bytes.len() - 8;
        bytes[checksum] ^= 1;
        assert!(unpacked(vec![bytes]).await.is_err());
    }

    #[tokio::test]
    async fn a_bomb_comes_out_in_small_pieces() {
        let (whole, largest) = unpacked(vec![packed(&vec![0; 64 << 20])]).await.unwrap();
        assert_eq!(whole.len(), 64 << 20);
        assert!(largest <= 2 << 20, "{largest} bytes in memory at once");
    }
}
