//! The text as it grows, and what must be known of its last line to go on.

/// Text with an indentation.
#[derive(Debug)]
pub(super) struct Writer {
    text: String,
    /// Characters in the line so far.
    pub(super) column: usize,
    /// Column where lines start; none outside of all collections.
    pub(super) indent: Option<usize>,
    /// A blank is not needed before the next word.
    spaced: bool,
    /// The line so far is nothing but indentation and indicators, which are indentation too.
    pub(super) indentation: bool,
}

impl Writer {
    pub(super) fn new() -> Self {
        Self { text: String::new(), column: 0, indent: None, spaced: true, indentation: true }
    }

    /// The text, ended by a line end.
    pub(super) fn finish(mut self) -> String {
        self.indent = None;
        self.new_line();
        self.text
    }

    /// Indents by one level more; by `outermost` columns where nothing was indented yet.
    pub(super) fn deepen(&mut self, outermost: usize) {
        self.indent = Some(self.indent.map_or(outermost, |indent| indent + 2));
    }

    /// Goes to the indentation, on a new line unless this one is still empty up to there.
    pub(super) fn new_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indentation || self.column > indent || (self.column == indent && !self.spaced) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.spaced = true;
        self.indentation = true;
    }

    pub(super) fn line_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    pub(super) fn put(&mut self, character: char) {
        self.text.push(character);
        self.column += 1;
    }

    /// Writes a character that ends a line itself.
    pub(super) fn put_break(&mut self, character: char) {
        self.text.push(character);
        self.column = 0;
        self.indentation = true;
    }

    /// Writes `-`, `?` or `:` with a blank before it where one is needed.
    pub(super) fn indicator(&mut self, indicator: &str) {
        self.space();
        self.put_all(indicator);
        self.spaced = false;
    }

    /// Writes the sign that starts a quoted or block scalar, with a blank before it where one is needed.
    pub(super) fn begin(&mut self, sign: &str) {
        self.space();
        self.follow(sign);
    }

    /// Writes a sign that sticks to what stands before it.
    pub(super) fn follow(&mut self, sign: &str) {
        self.put_all(sign);
        self.spaced = false;
        self.indentation = false;
    }

    /// Writes a blank where one is needed.
    pub(super) fn space(&mut self) {
        if !self.spaced {
            self.put(' ');
        }
    }

    /// Notes that a scalar was written.
    pub(super) fn end_scalar(&mut self) {
        self.spaced = false;
        self.indentation = false;
    }

    /// Notes that the lines of a block scalar follow.
    pub(super) fn begin_lines(&mut self) {
        self.line_break();
        self.indentation = true;
        self.spaced = true;
    }

    /// Notes that the line holds more than indentation.
    pub(super) fn occupy(&mut self) {
        self.indentation = false;
    }

    fn put_all(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }
}
