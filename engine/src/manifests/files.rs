//! Finding files and parsing them into documents.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use windlass_yaml::{Document, ErrorKind, Node, Path as YamlPath, ReadOptions, Span, YamlError};

use super::diagnostic::{Diagnostic, Place, SourceFile};

/// Manifests have these extensions.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Directories are followed this deep.
const MAX_DEPTH: usize = 32;

/// One document of a file.
pub(crate) struct ManifestDocument {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) root: Node,
    pub(crate) json: Value,
}

impl ManifestDocument {
    /// The place of a value, or of the nearest that is there; `on_key` marks its key instead.
    pub(crate) fn place(&self, path: &YamlPath, on_key: bool, label: impl Into<String>) -> Place {
        let found = self.root.nearest(path);
        let node = if on_key || found.depth < path.segments().len() {
            found.key.unwrap_or(found.node)
        } else {
            found.node
        };
        Place {
            file: Arc::clone(&self.file),
            range: one_line(&self.file.text, node.span()),
            label: label.into(),
        }
    }
}

/// Of a value over many lines, the first line is marked.
fn one_line(text: &str, span: Span) -> std::ops::Range<usize> {
    let range = span.bytes();
    let first = text.get(range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
    range.start..range.start + first.trim_end().len().max(usize::from(!range.is_empty()))
}

/// Reads and parses everything that `paths` name.
pub(crate) fn read(paths: &[PathBuf], recursive: bool) -> Result<Vec<ManifestDocument>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    for path in paths {
        find(path, recursive, 0, &mut files).map_err(|problem| vec![*problem])?;
    }
    if files.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(vec![
            Diagnostic::error(format!("there are no manifests in {}", named.join(", ")))
                .hint("files must end in .yaml, .yml or .json; add -R to look into directories below"),
        ]);
    }
    let mut documents = Vec::new();
    let mut problems = Vec::new();
    for path in files {
        match parse(&path) {
            Ok(found) => documents.extend(found),
            Err(problem) => problems.push(*problem),
        }
    }
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

fn find(path: &Path, recursive: bool, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Box<Diagnostic>> {
    let failed = |error: std::io::Error| {
        Box::new(
            Diagnostic::error(format!("{}: {error}", path.display()))
                .hint("-f names a file or a directory with manifests"),
        )
    };
    if !path.metadata().map_err(failed)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = path
        .read_dir()
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            if recursive && depth < MAX_DEPTH {
                find(&entry, recursive, depth + 1, files)?;
            }
        } else if entry.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known)) {
            files.push(entry);
        }
    }
    Ok(())
}

fn parse(path: &Path) -> Result<Vec<ManifestDocument>, Box<Diagnostic>> {
    let bytes = std::fs::read(path)
        .map_err(|error| Box::new(Diagnostic::error(format!("{}: {error}", path.display()))))?;
    let text = match windlass_yaml::decode_utf8(&bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            return Err(Box::new(Diagnostic::error(format!("{}: {error}", path.display()))));
        }
    };
    let file = Arc::new(SourceFile { name: path.to_owned(), text });
    let read = windlass_yaml::read(&file.text, &ReadOptions::strict());
    let documents = read.map_err(|error| Box::new(mistake(&file, &error)))?;
    documents
        .into_iter()
        .map(|Document { root }| {
            let json = root.to_json().map_err(|error| Box::new(mistake(&file, &error)))?;
            Ok(ManifestDocument { file: Arc::clone(&file), root, json })
        })
        .collect()
}

/// What is wrong with a YAML text.
fn mistake(file: &Arc<SourceFile>, error: &YamlError) -> Diagnostic {
    let place = |span: Span, label: &str| Place {
        file: Arc::clone(file),
        range: one_line(&file.text, span),
        label: label.to_owned(),
    };
    let mut diagnostic = Diagnostic::error(error.message.to_string()).at(place(error.span, ""));
    if let ErrorKind::DuplicateKey { first } = error.kind {
        diagnostic = diagnostic.at(place(first, "it stands here first"));
    }
    match &error.hint {
        Some(hint) => diagnostic.hint(hint.to_string()),
        None => diagnostic,
    }
}
