//! Line folding: what becomes of blanks and line ends inside plain and quoted text.

use super::cursor::Cursor;

/// The blanks and line ends since the last character of the text, until it is known what follows them.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// Blanks before the first line end; they count only if no line end follows.
    blanks: String,
    first_break: String,
    more_breaks: String,
    new_line: bool,
}

impl Fold {
    /// Whether a line has ended.
    pub(super) fn in_new_line(&self) -> bool {
        self.new_line
    }

    /// Takes one blank or line end.
    pub(super) fn take(&mut self, cursor: &mut Cursor<'_>) {
        if cursor.is_blank(0) {
            // Blanks that indent a continued line are layout.
            if self.new_line {
                cursor.step();
            } else {
                cursor.take(&mut self.blanks);
            }
        } else if self.new_line {
            cursor.take_break(&mut self.more_breaks);
        } else {
            self.blanks.clear();
            cursor.take_break(&mut self.first_break);
            self.new_line = true;
        }
    }

    /// Takes a line end that a backslash hides: the lines are joined without a space.
    pub(super) fn take_escaped_break(&mut self, cursor: &mut Cursor<'_>) {
        cursor.step_break();
        self.new_line = true;
    }

    /// Writes what the blanks and line ends stand for, and starts anew.
    pub(super) fn flush(&mut self, text: &mut String) {
        if !self.new_line {
            text.push_str(&self.blanks);
        } else if self.first_break.starts_with('\n') {
            text.push_str(if self.more_breaks.is_empty() { " " } else { &self.more_breaks });
        } else {
            text.push_str(&self.first_break);
            text.push_str(&self.more_breaks);
        }
        self.blanks.clear();
        self.first_break.clear();
        self.more_breaks.clear();
        self.new_line = false;
    }
}
