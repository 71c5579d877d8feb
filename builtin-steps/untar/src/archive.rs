//! Reads tar archives entry by entry. Nothing that an archive says of itself is believed before it is seen: sizes only bound what is
//! read, and names and the like are read within limits.

use std::io::{self, Read, Write};

use tar::{Header, PaxExtensions};

use crate::read_up_to;

/// The unit of an archive, in bytes.
const BLOCK_LEN: usize = 512;

/// What an entry says of the next one may take this much.
const MAX_ABOUT_LEN: u64 = 1 << 20;

/// An archive may have this much uncompressed, with all that is not unpacked.
const MAX_LEN: u64 = 1 << 30;

/// The place in a header that says whether more headers of a sparse file follow: in the first one, and in those.
const SPARSE_GOES_ON: [usize; 2] = [482, 504];

/// An archive that is being read.
pub(crate) struct Archive<R> {
    source: R,
    /// Bytes of the present entry that have not been read, and what fills its last block.
    left: u64,
    padding: u64,
    /// Bytes read so far.
    read: u64,
    buffer: Vec<u8>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Link,
    Other,
}

/// One entry, without its content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Bytes of its content.
    pub(crate) size: u64,
    /// The lowest nine bits of its mode.
    pub(crate) permissions: u32,
    /// Where a link points to.
    pub(crate) target: String,
}

/// What was said about an entry before its header.
#[derive(Default)]
struct About {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl<R: Read> Archive<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, left: 0, padding: 0, read: 0, buffer: vec![0; 64 << 10] }
    }

    /// The next entry; what has not been read of the one before is passed over.
    pub(crate) fn next(&mut self) -> io::Result<Option<Entry>> {
        let (mut pax, mut gnu) = (About::default(), About::default());
        loop {
            self.copy(&mut io::sink())?;
            let Some(header) = self.header()? else { return Ok(None) };
            let kind = header.as_old().linkflag[0];
            self.begin(kind, header.entry_size()?)?;
            match kind {
                b'x' => pax = read_pax(&self.about()?)?,
                b'L' => gnu.name = Some(until_nul(self.about()?)),
                b'K' => gnu.target = Some(until_nul(self.about()?)),
                b'S' => {
                    self.pass_sparse_headers(&header)?;
                    return entry(&header, pax, gnu).map(Some);
                }
                _ => {
                    if let Some(size) = pax.size {
                        self.begin(kind, size)?;
                    }
                    return entry(&header, pax, gnu).map(Some);
                }
            }
        }
    }

    /// Writes what has not been read of the present entry.
    pub(crate) fn copy(&mut self, to: &mut impl Write) -> io::Result<()> {
        while self.left > 0 {
            let most = self.buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
            let len = self.fill(most)?;
            if len == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            to.write_all(&self.buffer[..len])?;
            self.left -= len as u64;
        }
        // The last block need not be whole.
        let padding = usize::try_from(std::mem::take(&mut self.padding)).unwrap_or(0);
        self.fill(padding).map(|_| ())
    }

    /// Sets how much belongs to an entry of this kind.
    fn begin(&mut self, kind: u8, size: u64) -> io::Result<()> {
        if size > u64::MAX / 2 {
            return Err(invalid("an entry is too large"));
        }
        // Links, devices, directories and pipes have no content, whatever they say.
        self.left = if (b'1'..=b'6').contains(&kind) { 0 } else { size };
        self.padding = self.left.next_multiple_of(BLOCK_LEN as u64) - self.left;
        Ok(())
    }

    /// The next header; none at the end.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let Some(block) = self.block()? else { return Ok(None) };
        if is_zero(&block) {
            return match self.block()? {
                Some(second) if !is_zero(&second) => Err(invalid("a header is empty")),
                _ => Ok(None),
            };
        }
        let header = Header::from_byte_slice(&block).clone();
        if header.cksum()? != checksum(&block) {
            return Err(invalid("invalid tar header"));
        }
        Ok(Some(header))
    }

    /// The next block; none at the end.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK_LEN]>> {
        let mut block = [0; BLOCK_LEN];
        match self.fill(BLOCK_LEN)? {
            0 => Ok(None),
            BLOCK_LEN => {
                block.copy_from_slice(&self.buffer[..BLOCK_LEN]);
                Ok(Some(block))
            }
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Reads up to `most` bytes into the buffer; less only at the end.
    fn fill(&mut self, most: usize) -> io::Result<usize> {
        let len = read_up_to(&mut self.source, &mut self.buffer[..most])?;
        self.read += len as u64;
        if self.read > MAX_LEN {
            return Err(invalid("it has more than 1 GiB uncompressed"));
        }
        Ok(len)
    }

    /// The content of an entry that is about the next one.
    fn about(&mut self) -> io::Result<Vec<u8>> {
        if self.left > MAX_ABOUT_LEN {
            return Err(invalid("a name, or what else is said about an entry, has more than 1 MiB"));
        }
        let mut content = Vec::new();
        self.copy(&mut content)?;
        Ok(content)
    }

    fn pass_sparse_headers(&mut self, header: &Header) -> io::Result<()> {
        let mut goes_on = header.as_bytes()[SPARSE_GOES_ON[0]] != 0;
        while goes_on {
            let block = self.block()?.ok_or(io::ErrorKind::UnexpectedEof)?;
            goes_on = block[SPARSE_GOES_ON[1]] != 0;
        }
        Ok(())
    }
}

fn entry(header: &Header, pax: About, gnu: About) -> io::Result<Entry> {
    let name = gnu.name.or(pax.name).unwrap_or_else(|| header.path_bytes().into_owned());
    let target =
        gnu.target.or(pax.target).or_else(|| header.link_name_bytes().map(|bytes| bytes.into_owned()));
    let name = text(name)?;
    let kind = match header.as_old().linkflag[0] {
        0 if name.ends_with('/') => Kind::Directory,
        0 | b'0' => Kind::File,
        b'5' => Kind::Directory,
        b'2' => Kind::Link,
        _ => Kind::Other,
    };
    if pax.is_sparse && kind == Kind::File {
        return Err(invalid("sparse files are not supported"));
    }
    let size = pax.size.map_or_else(|| header.entry_size(), Ok)?;
    let permissions = header.mode()? & 0o777;
    Ok(Entry { name, kind, size, permissions, target: text(target.unwrap_or_default())? })
}

/// What a PAX header says about the next entry.
fn read_pax(content: &[u8]) -> io::Result<About> {
    let mut about = About::default();
    for record in PaxExtensions::new(content) {
        let record = record?;
        let value = record.value_bytes();
        let key = record.key().map_err(|_| invalid("a key of a PAX header is no text"))?;
        about.is_sparse |= key.starts_with("GNU.sparse.");
        if value.is_empty() {
            continue;
        }
        match key {
            "path" => about.name = Some(value.to_vec()),
            "linkpath" => about.target = Some(value.to_vec()),
            "size" => {
                let size = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
                about.size = Some(size.ok_or_else(|| invalid("the size in a PAX header is no number"))?);
            }
            _ => {}
        }
    }
    Ok(about)
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}

fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| invalid("a name is not UTF-8"))
}

fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

/// The sum of a header, with spaces in the place of the sum that it holds.
fn checksum(block: &[u8; BLOCK_LEN]) -> u32 {
    let of = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    of(&block[..148]) + 8 * u32::from(b' ') + of(&block[156..])
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}
