//! Tar archives, described by what is in them.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use tar::{Archive, Entry, EntryType};

/// How a file that is compressed begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An archive in the form in which one is recorded.
pub(super) fn recorded(content: &[u8]) -> Result<Value, String> {
    let is_gzip = content.starts_with(&GZIP);
    let mut plain = Vec::new();
    if is_gzip {
        MultiGzDecoder::new(content).read_to_end(&mut plain).map_err(|e| format!("it is no gzip: {e}"))?;
    } else {
        plain.extend_from_slice(content);
    }
    let mut archive = Archive::new(plain.as_slice());
    let entries = archive.entries().and_then(|entries| entries.map(|entry| described(entry?)).collect());
    let entries: Vec<Value> = entries.map_err(|e: std::io::Error| format!("it is no tar archive: {e}"))?;
    Ok(json!({"gzip": is_gzip, "entries": entries}))
}

fn described(mut entry: Entry<'_, &[u8]>) -> std::io::Result<Value> {
    let kind = match entry.header().entry_type() {
        EntryType::Regular => "file",
        EntryType::Directory => "dir",
        EntryType::Symlink => "symlink",
        EntryType::Link => "hardlink",
        _ => "other",
    };
    let mode = entry.header().mode()? & 0o7777;
    let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let mut described = json!({"name": name, "type": kind, "mode": format!("{mode:04o}")});
    if let Some(target) = entry.link_name_bytes() {
        described["linkname"] = String::from_utf8_lossy(&target).into();
    }
    if kind == "file" {
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        described["content"] = String::from_utf8_lossy(&content).into();
    }
    Ok(described)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    fn archive() -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (kind, name, content) in [
            (EntryType::Directory, "a/", ""),
            (EntryType::Regular, "a/b", "text"),
            (EntryType::Symlink, "l", ""),
        ] {
            let mut header = Header::new_gnu();
            header.set_entry_type(kind);
            header.set_mode(0o640);
            header.set_size(content.len() as u64);
            if kind == EntryType::Symlink {
                header.set_link_name("a/b").unwrap();
            }
            builder.append_data(&mut header, name, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn archives_are_described_by_what_is_in_them() {
        let entries = json!([
            {"name": "a/", "type": "dir", "mode": "0640"},
            {"name": "a/b", "type": "file", "mode": "0640", "content": "text"},
            {"name": "l", "type": "symlink", "mode": "0640", "linkname": "a/b"},
        ]);
        assert_eq!(recorded(&archive()).unwrap(), json!({"gzip": false, "entries": entries}));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&archive()).unwrap();
        let described = recorded(&gzip.finish().unwrap()).unwrap();
        assert_eq!(described, json!({"gzip": true, "entries": entries}));
    }

    #[test]
    fn what_is_no_archive_is_told() {
        assert!(recorded(b"nonsense").is_err());
        assert!(recorded(&[0x1f, 0x8b, 0]).is_err());
    }
}
