//! Makes archives, also such as no program would make.

use tar::{EntryType, Header};

/// One entry of an archive.
pub(crate) struct Made {
    name: Vec<u8>,
    kind: EntryType,
    mode: u32,
    content: Vec<u8>,
    target: Vec<u8>,
    /// The size that its header claims.
    size: Option<u64>,
}

/// A file.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> Made {
    Made {
        name: name.as_bytes().to_vec(),
        kind: EntryType::Regular,
        mode: 0o644,
        content: content.as_ref().to_vec(),
        target: Vec::new(),
        size: None,
    }
}

impl Made {
    pub(crate) fn dir(name: &str) -> Self {
        file(name, "").kind(EntryType::Directory).mode(0o755)
    }

    pub(crate) fn link(name: &str, target: &str) -> Self {
        Self { target: target.as_bytes().to_vec(), ..file(name, "").kind(EntryType::Symlink) }
    }

    /// A header with records about the next entry.
    pub(crate) fn pax(records: &[(&str, &[u8])]) -> Self {
        let mut content = Vec::new();
        for (key, value) in records {
            let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
            let len = (rest.len() + 1..).find(|len| len.to_string().len() + rest.len() == *len);
            content.extend(len.unwrap_or_default().to_string().into_bytes());
            content.extend(rest);
        }
        file("pax", content).kind(EntryType::XHeader)
    }

    pub(crate) fn named(self, name: &[u8]) -> Self {
        Self { name: name.to_vec(), ..self }
    }

    pub(crate) fn kind(self, kind: EntryType) -> Self {
        Self { kind, ..self }
    }

    pub(crate) fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// Its header claims another size.
    pub(crate) fn claims(self, size: u64) -> Self {
        Self { size: Some(size), ..self }
    }

    fn write(&self, archive: &mut Vec<u8>) {
        const SHORT_LEN: usize = 100;
        let mut header = Header::new_gnu();
        if self.name.len() > SHORT_LEN {
            let name = [self.name.as_slice(), &[0]].concat();
            file("long", name).kind(EntryType::GNULongName).write(archive);
        }
        let short = &self.name[..self.name.len().min(SHORT_LEN)];
        header.as_old_mut().name[..short.len()].copy_from_slice(short);
        header.as_old_mut().linkname[..self.target.len()].copy_from_slice(&self.target);
        header.set_entry_type(self.kind);
        header.set_mode(self.mode);
        header.set_size(self.size.unwrap_or(self.content.len() as u64));
        header.set_cksum();
        archive.extend_from_slice(header.as_bytes());
        archive.extend_from_slice(&self.content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
}

/// An archive with these entries.
pub(crate) fn archive(entries: &[Made]) -> Vec<u8> {
    let mut archive = Vec::new();
    entries.iter().for_each(|entry| entry.write(&mut archive));
    archive.resize(archive.len() + 1024, 0);
    archive
}
