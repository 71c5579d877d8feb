//! Where a manifest stands: from a path in it to a place in its file.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value;
use windlass_yaml::{Kind as NodeKind, Path, ScalarStyle, Span};

use super::diagnostic::{Diagnostic, Place, Subject};
use super::files::ManifestDocument;
use super::kinds::NamespacedName;

/// What of a value is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The value.
    Value,
    /// Its key.
    Key,
    /// These bytes of its text.
    Within(Range<usize>),
}

/// A manifest in its document.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) document: Rc<ManifestDocument>,
    /// Where in the document it begins: below `items` if that is a List.
    pub(crate) root: Path,
    /// What it says to be.
    pub(crate) kind: String,
    /// What it says to be called.
    pub(crate) name: NamespacedName,
}

impl Source {
    /// What it says, as JSON.
    pub(crate) fn json(&self) -> Option<&Value> {
        self.document.json.pointer(&self.root.to_string())
    }

    /// The place of the value at a path, or of the nearest that is there.
    pub(crate) fn place<S: AsRef<str>>(&self, path: &[S], mark: &Mark) -> Place {
        let path = self.path(path);
        let found = self.document.root.nearest(&path);
        let is_there = found.depth == path.segments().len();
        let file = &self.document.file;
        let range = match (mark, found.node.kind()) {
            (Mark::Within(within), NodeKind::Scalar(scalar)) if is_there => {
                let range = scalar.origin(&file.text, within.clone());
                let least = next_character(&file.text, range.start);
                one_line(&file.text, range.start..range.end.max(least))
            }
            (Mark::Value | Mark::Within(_), _) if is_there => span_in_line(&file.text, found.node.span()),
            _ => span_in_line(&file.text, found.key.unwrap_or(found.node).span()),
        };
        Place { file: Arc::clone(file), range, label: String::new(), is_secret: self.kind == "Secret" }
    }

    /// A diagnostic about the value at a path.
    pub(crate) fn locate<S: AsRef<str>>(
        &self,
        diagnostic: Diagnostic,
        path: &[S],
        mark: &Mark,
    ) -> Diagnostic {
        let subject = Subject {
            kind: self.kind.clone(),
            name: self.name.name.clone(),
            pointer: self.path(path).to_string(),
        };
        let place = self.place(path, mark);
        Diagnostic { subject: Some(subject), ..diagnostic.at(place) }
    }

    /// Whether the text at a path ends where YAML takes the rest of its line for a comment.
    pub(super) fn is_cut_by_comment(&self, path: &[String]) -> bool {
        let found = self.document.root.nearest(&self.path(path));
        let NodeKind::Scalar(scalar) = found.node.kind() else { return false };
        let rest = self.document.file.text.get(scalar.span.bytes().end..).unwrap_or_default();
        scalar.style == ScalarStyle::Plain && rest.trim_start_matches([' ', '\t']).starts_with('#')
    }

    fn path<S: AsRef<str>>(&self, path: &[S]) -> Path {
        let own = path.iter().map(|segment| segment.as_ref().to_owned());
        Path::of(self.root.segments().iter().cloned().chain(own))
    }
}

/// Of a value over many lines, the first line.
pub(super) fn span_in_line(text: &str, span: Span) -> Range<usize> {
    one_line(text, span.bytes())
}

fn one_line(text: &str, range: Range<usize>) -> Range<usize> {
    let first = text.get(range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
    let end = range.start + first.trim_end().len();
    let is_nothing = end == range.start && !range.is_empty();
    range.start..if is_nothing { next_character(text, range.start) } else { end }
}

/// Where the character at a place ends.
fn next_character(text: &str, at: usize) -> usize {
    at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}
