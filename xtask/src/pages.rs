//! The pages about the built-in steps, `docs/steps`: made from what the steps say of themselves, from the notes beside their
//! code, and from their golden cases, so that every example is one that a test runs.

mod example;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{Run, say};
use crate::{Failed, workspace};

/// Written at the head of each page.
const MADE: &str =
    "<!-- Made by `cargo xtask docs`: edit the step, its notes.md and its cases instead. -->\n\n";

/// Writes the pages anew.
pub(crate) fn write() -> Result<(), Failed> {
    let pages = make()?;
    let dir = dir();
    std::fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    for name in there(&dir)?.into_iter().filter(|name| !pages.contains_key(name)) {
        std::fs::remove_file(dir.join(&name)).map_err(|e| format!("{name}: {e}"))?;
    }
    for (name, page) in &pages {
        std::fs::write(dir.join(name), page).map_err(|e| format!("{name}: {e}"))?;
    }
    say(&format!("docs: {} pages in docs/steps", pages.len()));
    Ok(())
}

/// Compares the pages with what would be made.
pub(crate) fn check() -> Result<(), Failed> {
    let (pages, dir) = (make()?, dir());
    let differs = |(name, page): &(&String, &String)| {
        std::fs::read_to_string(dir.join(name)).ok().as_ref() != Some(*page)
    };
    let mut wrong: Vec<String> = pages.iter().filter(differs).map(|(name, _)| name.clone()).collect();
    wrong.extend(there(&dir)?.into_iter().filter(|name| !pages.contains_key(name)));
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("docs/steps is not what the steps say: {}; run `cargo xtask docs`", wrong.join(", ")))
}

fn dir() -> PathBuf {
    workspace::root().join("docs/steps")
}

fn there(dir: &Path) -> Result<Vec<String>, Failed> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

/// Every page, by its file's name.
fn make() -> Result<BTreeMap<String, String>, Failed> {
    let steps = Run::new(workspace::windlass()).args(["step", "list", "-o", "json"]).output()?;
    let steps: Vec<Value> = serde_json::from_str(&steps).map_err(|e| format!("windlass step list: {e}"))?;
    let mut pages = BTreeMap::new();
    let mut list = String::new();
    for step in &steps {
        let (name, summary) = (text(step, "name"), text(step, "summary"));
        list.push_str(&format!("| [{name}]({name}.md) | {summary} |\n"));
        pages.insert(format!("{name}.md"), page(name, summary)?);
    }
    let index = format!(
        "{MADE}# The built-in steps\n\nEach runs as a WebAssembly guest that gets nothing but what its page lists. `windlass step \
         inspect NAME` tells the same in a\nterminal, and `windlass step run NAME` tries a step on a directory.\n\n| step | what it \
         does |\n|---|---|\n{list}"
    );
    pages.insert("README.md".to_owned(), index);
    Ok(pages)
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

fn page(name: &str, summary: &str) -> Result<String, Failed> {
    let source = workspace::root().join("builtin-steps").join(name);
    let reference =
        Run::new(workspace::windlass()).args(["step", "inspect", name, "-o", "markdown"]).output()?;
    let notes = std::fs::read_to_string(source.join("notes.md")).unwrap_or_default();
    let notes = if notes.is_empty() { notes } else { format!("{}\n\n", notes.trim()) };
    let examples = example::of_step(name, &source)?;
    if examples.is_empty() {
        return Err(format!(
            "{name} has no example: give one of its cases the member \"example\": true, or name a recorded case in {}",
            source.join("example").display()
        ));
    }
    Ok(format!("{MADE}# {name}\n\n{summary}\n\n{notes}{reference}\n\n## Examples\n\n{}", examples.join("\n")))
}
