//! Finding files and parsing them into documents.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use windlass_yaml::{Document, ErrorKind, Node, ReadOptions, Span, YamlError};

use super::diagnostic::{Diagnostic, Place, SourceFile};
use super::rule::Rule;
use super::source::span_in_line;

/// Manifests have these extensions.
pub(crate) const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Directories are followed this deep.
const MAX_DEPTH: usize = 32;

/// The longest file that is read.
const MOST_BYTES: usize = 64 << 20;

/// Directories that hold no manifests of anybody, but copies of many: Git's own, and the default of `--data`.
const SKIPPED: [&str; 2] = [".git", ".windlass"];

/// The path that means standard input, and how messages name it.
const STDIN: &str = "-";
const STDIN_NAME: &str = "stdin";

/// One document of a file.
#[derive(Debug)]
pub(crate) struct ManifestDocument {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) root: Node,
    pub(crate) json: Value,
}

/// A file as it is.
#[derive(Debug, Clone)]
pub(crate) struct RawFile {
    /// How messages name it.
    pub(crate) name: PathBuf,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// Everything that paths lead to.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The files in the order in which they were read.
    pub(crate) files: Vec<Arc<SourceFile>>,
    /// Their documents.
    pub(crate) documents: Vec<Rc<ManifestDocument>>,
    /// What is wrong with files, each of which then has no documents here.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Reads and parses everything that `paths` name.
///
/// # Errors
/// If a path leads nowhere, or all of them to no manifest.
pub(crate) fn read(paths: &[PathBuf], recursive: bool) -> Result<Files, Box<Diagnostic>> {
    let mut files = Files::default();
    for path in find(paths, recursive)? {
        files.add(&path);
    }
    Ok(files)
}

/// Reads everything that `paths` name, and leaves it as it is.
///
/// # Errors
/// If a path leads nowhere, all of them to no manifest, or a file cannot be read.
pub(super) fn read_raw(paths: &[PathBuf], recursive: bool) -> Result<Vec<RawFile>, Box<Diagnostic>> {
    let read = |path: PathBuf| match bytes(&path) {
        Ok(bytes) => Ok(RawFile { name: path, bytes }),
        Err(error) => {
            let message = format!("{}: {error}", path.display());
            Err(Box::new(Diagnostic::error(Rule::UnreadableFile, message)))
        }
    };
    find(paths, recursive)?.into_iter().map(read).collect()
}

/// The documents of files, and what is wrong with the files.
pub(super) fn parse_raw(raw: Vec<RawFile>) -> Files {
    let mut files = Files::default();
    for RawFile { name, bytes } in raw {
        files.add_limited(&name, &bytes);
    }
    files
}

/// The files that `paths` name.
fn find(paths: &[PathBuf], recursive: bool) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let mut search = Search { recursive, seen: BTreeSet::new(), found: Vec::new() };
    for path in paths {
        search.find(path, 0)?;
    }
    if search.found.is_empty() {
        let named: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let message = format!("there are no manifests in {}", named.join(", "));
        return Err(Box::new(
            Diagnostic::error(Rule::MissingFile, message)
                .hint("files must end in .yaml, .yml or .json; add -R to look into directories below"),
        ));
    }
    Ok(search.found)
}

/// The files found so far.
struct Search {
    recursive: bool,
    /// What has been looked at, under whatever name: symbolic links may lead in circles.
    seen: BTreeSet<PathBuf>,
    found: Vec<PathBuf>,
}

impl Search {
    fn find(&mut self, path: &Path, depth: usize) -> Result<(), Box<Diagnostic>> {
        if path == Path::new(STDIN) {
            self.found.push(path.to_owned());
            return Ok(());
        }
        let failed = |error: std::io::Error| {
            let rule = match error.kind() {
                std::io::ErrorKind::NotFound => Rule::MissingFile,
                _ => Rule::UnreadableFile,
            };
            Box::new(
                Diagnostic::error(rule, format!("{}: {error}", path.display()))
                    .hint("-f names a file or a directory with manifests"),
            )
        };
        if !self.seen.insert(path.canonicalize().map_err(failed)?) {
            return Ok(());
        }
        if !path.metadata().map_err(failed)?.is_dir() {
            self.found.push(path.to_owned());
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
                let is_skipped = SKIPPED.iter().any(|name| entry.file_name().is_some_and(|own| own == *name));
                if self.recursive && depth < MAX_DEPTH && !is_skipped {
                    self.find(&entry, depth + 1)?;
                }
            } else if entry.extension().is_some_and(|e| EXTENSIONS.iter().any(|known| e == *known)) {
                // One that leads nowhere is told when it is read.
                if entry.canonicalize().map_or(true, |real| self.seen.insert(real)) {
                    self.found.push(entry);
                }
            }
        }
        Ok(())
    }
}

impl Files {
    /// All files as documents of one text.
    pub(crate) fn text(&self) -> String {
        self.files.iter().map(|file| file.text.as_str()).collect::<Vec<_>>().join("\n---\n")
    }

    fn add(&mut self, path: &Path) {
        let name = if path == Path::new(STDIN) { Path::new(STDIN_NAME) } else { path };
        match bytes(path) {
            Ok(bytes) => self.add_limited(name, &bytes),
            Err(error) => {
                let message = format!("the file cannot be read: {error}");
                self.refuse(name, "", Diagnostic::error(Rule::UnreadableFile, message));
            }
        }
    }

    fn add_limited(&mut self, name: &Path, bytes: &[u8]) {
        if bytes.len() > MOST_BYTES {
            let message = format!("the file has more than {} MiB", MOST_BYTES >> 20);
            return self.refuse(name, "", Diagnostic::error(Rule::InvalidYaml, message));
        }
        self.add_bytes(name, bytes);
    }

    fn add_bytes(&mut self, name: &Path, bytes: &[u8]) {
        let text = match windlass_yaml::decode_utf8(bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
            Err(error) => {
                let good = bytes.get(..error.span.start.byte as usize).unwrap_or_default();
                let good = str::from_utf8(good).unwrap_or_default();
                let mut diagnostic = Diagnostic::error(Rule::InvalidYaml, error.message.to_string());
                diagnostic.hint = error.hint.as_ref().map(ToString::to_string);
                return self.refuse(name, good, diagnostic);
            }
        };
        let file = Arc::new(SourceFile::new(name.to_owned(), text));
        self.files.push(Arc::clone(&file));
        match parse(&file) {
            Ok(documents) => self.documents.extend(documents),
            Err(problem) => self.problems.push(*problem),
        }
    }

    /// Complains about a file of which no more can be shown than how far it was read.
    fn refuse(&mut self, name: &Path, read: &str, diagnostic: Diagnostic) {
        let file = Arc::new(SourceFile::new(name.to_owned(), read.to_owned()));
        self.files.push(Arc::clone(&file));
        let end = read.len();
        let place = Place { file, range: end..end, label: String::new(), is_secret: true };
        self.problems.push(diagnostic.at(place));
    }
}

/// The bytes of a file; of one that is too long one more than are allowed.
fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let most = MOST_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    if path == Path::new(STDIN) {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The documents of a text that is called `name` where it is spoken of.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn parse_bytes(name: &Path, bytes: &[u8]) -> Result<Vec<Rc<ManifestDocument>>, Box<Diagnostic>> {
    let mut files = Files::default();
    files.add_bytes(name, bytes);
    match files.problems.pop() {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(files.documents),
    }
}

fn parse(file: &Arc<SourceFile>) -> Result<Vec<Rc<ManifestDocument>>, Box<Diagnostic>> {
    let read = windlass_yaml::read(&file.text, &ReadOptions::strict());
    let documents = read.map_err(|error| Box::new(mistake(file, &error)))?;
    documents
        .into_iter()
        .map(|Document { root }| {
            let json = root.to_json().map_err(|error| Box::new(mistake(file, &error)))?;
            Ok(Rc::new(ManifestDocument { file: Arc::clone(file), root, json }))
        })
        .collect()
}

/// What is wrong with a YAML text.
fn mistake(file: &Arc<SourceFile>, error: &YamlError) -> Diagnostic {
    let place = |span: Span, label: &str| Place {
        file: Arc::clone(file),
        range: span_in_line(&file.text, span),
        label: label.to_owned(),
        is_secret: may_hold_secrets(&file.text, span.start.byte as usize),
    };
    let message = error.message.to_string();
    let mut diagnostic = match error.kind {
        ErrorKind::DuplicateKey { first } => Diagnostic::error(Rule::DuplicateKey, message)
            .at(place(error.span, ""))
            .at(place(first, "it stands here first")),
        _ => Diagnostic::error(Rule::InvalidYaml, message).at(place(error.span, "")),
    };
    diagnostic.hint = error.hint.as_ref().map(ToString::to_string);
    diagnostic
}

/// Whether a Secret may be in the document at a place of a text that cannot be parsed.
fn may_hold_secrets(text: &str, at: usize) -> bool {
    const BORDER: &str = "\n---";
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind(BORDER).unwrap_or(0);
    let end = after.find(BORDER).unwrap_or(after.len());
    before[start..].lines().chain(after[..end].lines()).any(|line| {
        let line =
            line.trim_matches(|c: char| c.is_whitespace() || "{,-".contains(c)).replace(['"', '\''], "");
        line.starts_with("kind:") && line.contains("Secret")
    })
}
