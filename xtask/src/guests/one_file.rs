//! The guests that are one file each, in C, or in WebAssembly's text where C cannot say it.
//!
//! The comment at the head of a file is its manifest: the first line is the summary, and lines that begin with `|` are
//! the rest of its `step.toml`. One that begins with `!` says that `windlass step build` refuses the guest: a test does it.

use std::path::{Path, PathBuf};

use super::{built, built_dir, compile_c, finish, make_dir, write};
use crate::Failed;
use crate::command::say;
use crate::workspace;

/// Builds every guest of a directory that is out of date; those in C may include `header`.
pub(super) fn build(dir: &Path, header: &Path) -> Result<(), Failed> {
    let listed = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut sources: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    sources.sort();
    for source in sources {
        let comment = match source.extension().and_then(|extension| extension.to_str()) {
            Some("c") => "//",
            Some("wat") => ";;",
            _ => continue,
        };
        build_one(&source, header, comment)?;
    }
    Ok(())
}

fn build_one(source: &Path, header: &Path, comment: &str) -> Result<(), Failed> {
    let name = source.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let wasm = built(name);
    let from = [source.to_owned(), header.to_owned()];
    if !workspace::is_newer(&wasm, &from) {
        say(&format!("guests: building {name}"));
        if comment == "//" {
            compile_c(source, &wasm)?;
        } else {
            make_dir(&built_dir())?;
            write(&wasm, &wat::parse_file(source).map_err(|e| e.to_string())?)?;
        }
    }
    let text = std::fs::read_to_string(source).map_err(|e| format!("{}: {e}", source.display()))?;
    let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix(comment)).map(str::trim).collect();
    let manifest = built_dir().join("manifests").join(format!("{name}.toml"));
    make_dir(&built_dir().join("manifests"))?;
    write(&manifest, manifest_of(name, &head).as_bytes())?;
    if head.iter().any(|line| line.starts_with('!')) { Ok(()) } else { finish(&wasm, &manifest, &from) }
}

/// The manifest in the comment at the head of a source.
fn manifest_of(name: &str, head: &[&str]) -> String {
    let summary = head.first().copied().unwrap_or_default();
    let rest: String =
        head.iter().filter_map(|line| line.strip_prefix('|')).flat_map(|line| [line, "\n"]).collect();
    format!(
        "name = {name:?}\nversion = \"0.1.0\"\nsummary = {summary:?}\nconfigSchema = {{ type = \"object\" }}\n{rest}"
    )
}
