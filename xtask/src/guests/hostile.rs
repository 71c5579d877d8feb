//! The guests that mean harm: one file each, in C, or in WebAssembly's text where C cannot say it.
//!
//! The comment at the head of a file is its manifest: the first line is the summary, and lines that begin with `|` are
//! the rest of its `step.toml`.

use std::path::{Path, PathBuf};

use super::{built, built_dir, compile_c, finish, make_dir, write};
use crate::Failed;
use crate::command::say;
use crate::workspace;

/// Builds every guest of a directory that is out of date.
pub(super) fn build(dir: &Path) -> Result<(), Failed> {
    let listed = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut sources: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    sources.sort();
    for source in sources {
        let comment = match source.extension().and_then(|extension| extension.to_str()) {
            Some("c") => "//",
            Some("wat") => ";;",
            _ => continue,
        };
        build_one(&source, comment)?;
    }
    Ok(())
}

fn build_one(source: &Path, comment: &str) -> Result<(), Failed> {
    let name = source.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let wasm = built(name);
    let from = [source.to_owned(), source.with_file_name("step.h")];
    if !workspace::is_newer(&wasm, &from) {
        say(&format!("guests: building {name}"));
        if comment == "//" {
            compile_c(source, &wasm)?;
        } else {
            make_dir(&built_dir())?;
            write(&wasm, &wat::parse_file(source).map_err(|e| e.to_string())?)?;
        }
    }
    let manifest = built_dir().join("manifests").join(format!("{name}.toml"));
    make_dir(&built_dir().join("manifests"))?;
    write(&manifest, manifest_of(source, name, comment)?.as_bytes())?;
    finish(&wasm, &manifest, &from)
}

/// The manifest in the comment at the head of a source.
fn manifest_of(source: &Path, name: &str, comment: &str) -> Result<String, Failed> {
    let text = std::fs::read_to_string(source).map_err(|e| format!("{}: {e}", source.display()))?;
    let mut head = text.lines().map_while(|line| line.strip_prefix(comment)).map(str::trim);
    let summary = head.next().ok_or_else(|| format!("{}: it must begin with a summary", source.display()))?;
    let rest: String = head.filter_map(|line| line.strip_prefix('|')).flat_map(|line| [line, "\n"]).collect();
    Ok(format!(
        "name = {name:?}\nversion = \"0.1.0\"\nsummary = {summary:?}\nconfigSchema = {{ type = \"object\" }}\n{rest}"
    ))
}
