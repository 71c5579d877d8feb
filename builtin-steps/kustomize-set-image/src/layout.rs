//! The layout of a kustomization file: Kargo writes the whole file anew whenever it sets images, so a file that it has
//! been through looks like this. Only spaces, empty lines and the order of the images change.
//!
//! A file that is not written line by line in block style keeps the layout that it has.

mod comments;

use windlass_yaml::to_json;

use crate::entries;
use crate::line::{self, Line};
use comments::{Above, Comments, Place};

/// The text in the layout that Kargo gives it, where it can be given that one.
pub(crate) fn as_kargo_writes(text: String) -> String {
    let Some(laid_out) = lay_out(&text) else { return text };
    let laid_out = entries::in_order(&laid_out).unwrap_or(laid_out);
    let (Ok(before), Ok(after)) = (to_json(&text), to_json(&laid_out)) else { return text };
    if entries::same(before, after) { laid_out } else { text }
}

/// What the lines of a level are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mapping,
    Sequence,
}

/// A collection that lines belong to.
#[derive(Debug, Clone, Copy)]
struct Level {
    kind: Kind,
    /// Where it stands.
    column: usize,
    /// Where it shall stand.
    indent: usize,
}

/// What has been written so far.
#[derive(Default)]
struct Layout<'a> {
    out: String,
    /// The collections that the last line is in, from the outermost.
    levels: Vec<Level>,
    comments: Comments<'a>,
}

fn lay_out(text: &str) -> Option<String> {
    let mut layout = Layout::default();
    let mut lines = text.lines().peekable();
    if lines.next_if(|line| line.trim_end() == "---").is_some() {
        layout.comments.below(Above::Key);
    }
    while let Some(line) = lines.next() {
        let content = line.trim_start_matches(' ');
        if content.trim_end().is_empty() {
            layout.comments.empty_line();
        } else if content.starts_with('#') {
            layout.comments.add(line::indent(line), content.trim_end());
        } else if line.starts_with(['\t', '%']) || line.starts_with("---") || line.starts_with("...") {
            return None;
        } else {
            let opens_block = layout.content(&line::read(line)?)?;
            if opens_block {
                let column = layout.levels.last()?.column;
                let is_below = |line: &&str| line.trim().is_empty() || line::indent(line) > column;
                let block: Vec<&str> = std::iter::from_fn(|| lines.next_if(is_below)).collect();
                layout.block(&block)?;
            }
        }
    }
    layout.comments.finish(&mut layout.out, &layout.levels);
    Some(layout.out)
}

impl<'a> Layout<'a> {
    /// Writes a line, and what stands before it. Whether it opens a block scalar.
    fn content(&mut self, line: &Line<'_>) -> Option<bool> {
        let before = self.levels.clone();
        let mut indents: Vec<usize> =
            line.dashes.iter().map(|column| self.open(Kind::Sequence, *column)).collect::<Option<_>>()?;
        if line.has_key {
            indents.push(self.open(Kind::Mapping, line.column)?);
        }
        let indent = *indents.first()?;
        let column = line.dashes.first().copied().unwrap_or(line.column);
        self.comments.before_content(&mut self.out, &before, Place { column, indent });
        push_spaces(&mut self.out, indent);
        for _ in &line.dashes {
            self.out.push_str("- ");
        }
        self.out.push_str(&line.text);
        if let Some(comment) = line.comment {
            self.out.push(' ');
            self.out.push_str(comment.trim_end());
        }
        self.out.push('\n');
        self.comments.below(if line.text.ends_with(':') { Above::Key } else { Above::Line });
        Some(line.opens_block)
    }

    /// Goes to the collection at a column, which may begin there. Where it shall stand.
    fn open(&mut self, kind: Kind, column: usize) -> Option<usize> {
        while self.levels.pop_if(|level| level.column > column).is_some() {}
        // A sequence may stand right below its key; a key there ends it.
        if kind == Kind::Mapping {
            self.levels.pop_if(|level| level.column == column && level.kind == Kind::Sequence);
        }
        let parent = self.levels.last().copied();
        let indent = match parent {
            Some(level) if level.column == column && level.kind == kind => return Some(level.indent),
            Some(Level { kind: Kind::Mapping, indent, .. }) if kind == Kind::Sequence => indent,
            Some(level) if level.column == column => return None,
            Some(level) => level.indent + 2,
            None => 0,
        };
        self.levels.push(Level { kind, column, indent });
        Some(indent)
    }

    /// Writes the text of a block scalar.
    fn block(&mut self, lines: &[&'a str]) -> Option<()> {
        let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
        let (text, empty) = lines.split_at(end);
        let from = line::indent(text.iter().find(|line| !line.trim().is_empty())?);
        let indent = self.levels.last()?.indent + 2;
        for line in text {
            if let Some(line) = line.get(from..).filter(|line| !line.is_empty()) {
                push_spaces(&mut self.out, indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        if !empty.is_empty() {
            self.comments.empty_line();
        }
        Some(())
    }
}

fn push_spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
