//! A place in the text of an expression, from which the readers take what they know.

/// What is wrong, and at which byte of the expression.
pub(super) type Fault = (usize, &'static str);

/// A text and how far it has been read.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Bytes read so far.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes one character.
    pub(super) fn bump(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    /// Takes one character if `accepts` does.
    pub(super) fn bump_if(&mut self, accepts: impl FnOnce(char) -> bool) -> Option<char> {
        self.peek().filter(|character| accepts(*character))?;
        self.bump()
    }

    /// Takes `token` if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes everything before `end`, and `end` itself; nothing if there is no such.
    pub(super) fn take_to(&mut self, end: &str) -> Option<&'a str> {
        let (taken, _) = self.rest().split_once(end)?;
        self.at += taken.len() + end.len();
        Some(taken)
    }

    /// Takes everything that is left.
    pub(super) fn take_all(&mut self) -> &'a str {
        let rest = self.rest();
        self.at = self.text.len();
        rest
    }
}
