//! Text that remembers which of its bytes came from secrets.

use std::fmt;
use std::ops::Range;

use crate::taint::Taint;

/// A tainted range of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) range: Range<usize>,
    pub(crate) taint: Taint,
}

/// A piece of a tainted scalar.
#[derive(Clone, PartialEq, Eq)]
pub struct Segment {
    /// The text itself.
    pub text: String,
    /// The secrets it was computed from; empty for literal text and what is not secret.
    pub taint: Taint,
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is secret must not come into a log by accident.
        if self.taint.is_empty() {
            write!(f, "{:?}", self.text)
        } else {
            write!(f, "secret of {:?}", self.taint)
        }
    }
}

/// Text with marks, in the order of the text, that do not overlap.
#[derive(Clone, Default)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
}

impl Rendered {
    /// Appends text; tainted text becomes one mark.
    pub(crate) fn push(&mut self, text: &str, taint: &Taint) {
        let start = self.text.len();
        self.text.push_str(text);
        if !taint.is_empty() && !text.is_empty() {
            self.marks.push(Mark { range: start..self.text.len(), taint: taint.clone() });
        }
    }

    /// Appends tainted text to the mark that ends here with the same taint, or as a mark of its own. For
    /// pieces that were one mark before.
    pub(crate) fn push_joined(&mut self, text: &str, taint: &Taint) {
        match self.marks.last_mut() {
            Some(last) if last.range.end == self.text.len() && last.taint == *taint => {
                self.text.push_str(text);
                last.range.end = self.text.len();
            }
            _ => self.push(text, taint),
        }
    }

    /// Appends a rendered text with its marks.
    pub(crate) fn append(&mut self, other: Self) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.marks.extend(
            other
                .marks
                .into_iter()
                .map(|mark| Mark { range: mark.range.start + start..mark.range.end + start, ..mark }),
        );
    }

    /// The union of all taints.
    pub(crate) fn taint(&self) -> Taint {
        taint_within(&self.marks, 0..self.text.len())
    }

    /// Keeps only the bytes of `range`.
    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let inside = |mark: &Mark| {
            let start = mark.range.start.max(range.start);
            let end = mark.range.end.min(range.end);
            (start < end)
                .then(|| Mark { range: start - range.start..end - range.start, taint: mark.taint.clone() })
        };
        Self {
            text: self.text[range.clone()].to_owned(),
            marks: self.marks.iter().filter_map(inside).collect(),
        }
    }

    /// The text in segments, literal ones between the marks.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        let mut segments = Vec::with_capacity(self.marks.len() * 2 + 1);
        let mut push = |range: Range<usize>, taint: &Taint| {
            if !range.is_empty() {
                segments.push(Segment { text: self.text[range].to_owned(), taint: taint.clone() });
            }
        };
        let mut end = 0;
        for mark in &self.marks {
            push(end..mark.range.start, &Taint::NONE);
            push(mark.range.clone(), &mark.taint);
            end = mark.range.end;
        }
        push(end..self.text.len(), &Taint::NONE);
        segments
    }
}

/// The union of the taints that touch `range`.
pub(crate) fn taint_within(marks: &[Mark], range: Range<usize>) -> Taint {
    let mut taint = Taint::NONE;
    let first = marks.partition_point(|mark| mark.range.end <= range.start);
    for mark in marks[first..].iter().take_while(|mark| mark.range.start < range.end) {
        taint.join(&mark.taint);
    }
    taint
}
