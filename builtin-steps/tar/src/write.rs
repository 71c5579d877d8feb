//! Writes files into an archive, in the order of their names.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};
use windlass_step::Context;
use windlass_versions::IgnoreRules;

use crate::output::Output;

/// A single file may have this much.
const MAX_FILE_LEN: u64 = 50 << 20;

/// All files together may have this much.
const MAX_LEN: u64 = 100 << 20;

/// A link may point so far without a header of its own.
const SHORT_TARGET_LEN: usize = 100;

/// Something to archive, by its name there.
struct Entry {
    path: PathBuf,
    name: String,
    kind: EntryType,
    permissions: u32,
}

/// Writes the file or directory `source`.
pub(crate) fn all(
    source: &Path,
    output: &mut Output,
    rules: &IgnoreRules,
    context: &Context,
) -> io::Result<()> {
    let temporary = output.path().to_owned();
    let list = |path: &Path, name: &str| -> io::Result<Vec<Entry>> {
        let mut entries =
            if name.is_empty() && !path.is_dir() { single(path, rules) } else { entries(path, name, rules)? };
        entries.retain(|entry| entry.path != temporary);
        let paths: Vec<PathBuf> = entries.iter().map(|entry| entry.path.clone()).collect();
        let permissions = context.permissions(&paths).map_err(|error| io::Error::other(error.message))?;
        for (entry, bits) in entries.iter_mut().zip(permissions) {
            entry.permissions = bits;
        }
        Ok(entries)
    };
    let mut archive = Builder::new(output);
    let mut len = 0;
    // The last one is the next.
    let mut waiting = list(source, "")?;
    while let Some(entry) = waiting.pop() {
        match entry.kind {
            EntryType::Directory => {
                append(&mut archive, &entry, 0, &format!("{}/", entry.name), io::empty())?;
                waiting.extend(list(&entry.path, &entry.name)?);
            }
            EntryType::Symlink => append_link(&mut archive, &entry)?,
            _ => append_file(&mut archive, &entry, &mut len)?,
        }
    }
    archive.into_inner()?.flush()
}

/// The file `path` as the only entry.
fn single(path: &Path, rules: &IgnoreRules) -> Vec<Entry> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if rules.ignores(&[&name], false) {
        return Vec::new();
    }
    vec![Entry { path: path.to_owned(), name, kind: EntryType::Regular, permissions: 0 }]
}

/// What of a directory is archived, the first by name last. `name` is its own.
fn entries(dir: &Path, name: &str, rules: &IgnoreRules) -> io::Result<Vec<Entry>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = if kind.is_dir() {
            EntryType::Directory
        } else if kind.is_symlink() {
            EntryType::Symlink
        } else if kind.is_file() {
            EntryType::Regular
        } else {
            continue;
        };
        let own = entry.file_name();
        let own = own.to_string_lossy();
        let name = if name.is_empty() { own.into_owned() } else { format!("{name}/{own}") };
        let parts: Vec<&str> = name.split('/').collect();
        if !rules.ignores(&parts, kind == EntryType::Directory) {
            found.push(Entry { path: entry.path(), name, kind, permissions: 0 });
        }
    }
    found.sort_by(|a, b| b.name.cmp(&a.name));
    Ok(found)
}

fn append_file(archive: &mut Builder<&mut Output>, entry: &Entry, total: &mut u64) -> io::Result<()> {
    let file = File::open(&entry.path)?;
    let len = file.metadata()?.len();
    let name = &entry.name;
    if len > MAX_FILE_LEN {
        return Err(io::Error::other(format!(
            "file {name:?} size ({len} bytes) exceeds the maximum allowed single file size ({MAX_FILE_LEN} bytes)"
        )));
    }
    *total += len;
    if *total > MAX_LEN {
        return Err(io::Error::other(format!(
            "total tar archive source size exceeds the maximum allowed size ({MAX_LEN} bytes)"
        )));
    }
    append(archive, entry, len, name, file.take(len))
}

fn append_link(archive: &mut Builder<&mut Output>, entry: &Entry) -> io::Result<()> {
    let target = fs::read_link(&entry.path)?;
    let mut header = header(entry, 0);
    let text = target.to_string_lossy();
    if text.len() > SHORT_TARGET_LEN {
        return archive.append_link(&mut header, &entry.name, &target);
    }
    header.set_link_name_literal(text.as_bytes())?;
    archive.append_data(&mut header, &entry.name, io::empty())
}

fn append(
    archive: &mut Builder<&mut Output>,
    entry: &Entry,
    len: u64,
    name: &str,
    content: impl io::Read,
) -> io::Result<()> {
    archive.append_data(&mut header(entry, len), name, content)
}

/// A header that says nothing of owners and times.
fn header(entry: &Entry, len: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(entry.kind);
    header.set_mode(entry.permissions);
    header.set_size(len);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}
