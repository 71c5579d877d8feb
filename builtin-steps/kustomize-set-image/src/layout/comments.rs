//! Comments on lines of their own, and the empty lines about them. Elsewhere empty lines go.
//!
//! A comment is about what follows it, unless it stands right below something and apart from what follows, or deeper
//! than that: then it is about what stands above.

use super::{Level, push_spaces};

/// Where something stands, and where it shall stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) column: usize,
    pub(super) indent: usize,
}

/// Lines of comment with nothing between them.
#[derive(Debug)]
struct Block<'a> {
    column: usize,
    /// Whether an empty line stands above.
    is_apart: bool,
    lines: Vec<&'a str>,
}

/// The comments since the last line of content.
#[derive(Debug, Default)]
pub(super) struct Comments<'a> {
    blocks: Vec<Block<'a>>,
    /// Whether the last line was empty.
    after_empty: bool,
    /// What a comment that stands right below is about.
    above: Above,
}

/// What stands above.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Above {
    /// Nothing: this is the head of the file.
    #[default]
    Nothing,
    /// A line that comments can be about.
    Line,
    /// A key without its value: comments below are never about it.
    Key,
}

impl<'a> Comments<'a> {
    pub(super) fn empty_line(&mut self) {
        self.after_empty = true;
    }

    pub(super) fn below(&mut self, above: Above) {
        self.above = above;
    }

    pub(super) fn add(&mut self, column: usize, text: &'a str) {
        let is_apart = std::mem::take(&mut self.after_empty);
        match self.blocks.last_mut() {
            Some(last) if !is_apart && last.column == column => last.lines.push(text),
            _ => self.blocks.push(Block { column, is_apart, lines: vec![text] }),
        }
    }

    /// Writes the comments that stand before a line of content. `levels` are those of the line above.
    pub(super) fn before_content(&mut self, out: &mut String, levels: &[Level], next: Place) {
        let blocks = std::mem::take(&mut self.blocks);
        let is_apart = std::mem::take(&mut self.after_empty);
        let mut last = None;
        for (number, block) in blocks.iter().enumerate() {
            let apart_below = blocks.get(number + 1).map_or(is_apart, |below| below.is_apart);
            let about = self.about(block, number == 0 && apart_below, levels, next);
            if block.is_apart && last.is_some_and(|last: About| last.indent() == about.indent()) {
                out.push('\n');
            }
            write(out, block, about.indent());
            last = Some(about);
        }
        let is_head_of_file = self.above == Above::Nothing && is_apart;
        if last.is_some_and(|last| {
            is_head_of_file || matches!(last, About::Above(indent) if indent == next.indent)
        }) {
            out.push('\n');
        }
    }

    fn about(&self, block: &Block<'_>, may_be_foot: bool, levels: &[Level], next: Place) -> About {
        let is_deeper = block.column > next.column;
        if may_be_foot && !block.is_apart && self.above == Above::Line {
            return About::Above(if is_deeper { indent_at(levels, block.column) } else { next.indent });
        }
        match levels.last() {
            Some(innermost) if is_deeper && innermost.column > next.column => About::Above(innermost.indent),
            _ => About::Below(next.indent),
        }
    }

    /// Writes the comments at the end of the file.
    pub(super) fn finish(&mut self, out: &mut String, levels: &[Level]) {
        for (number, block) in std::mem::take(&mut self.blocks).iter().enumerate() {
            let is_foot = number == 0 && self.above == Above::Line && !block.is_apart;
            if !is_foot && !out.is_empty() {
                out.push('\n');
            }
            write(out, block, if is_foot { indent_at(levels, block.column) } else { 0 });
        }
    }
}

/// What a comment is about, and where it shall stand.
#[derive(Debug, Clone, Copy)]
enum About {
    Above(usize),
    Below(usize),
}

impl About {
    fn indent(self) -> usize {
        match self {
            Self::Above(indent) | Self::Below(indent) => indent,
        }
    }
}

/// Where the collection at a column shall stand.
fn indent_at(levels: &[Level], column: usize) -> usize {
    levels.iter().rev().find(|level| level.column <= column).map_or(0, |level| level.indent)
}

fn write(out: &mut String, block: &Block<'_>, indent: usize) {
    for line in &block.lines {
        push_spaces(out, indent);
        out.push_str(line);
        out.push('\n');
    }
}
