//! From text to tokens.

use std::borrow::Cow;

use super::escape::{BadEscape, is_identifier_char, unescape, unescape_bytes};
use super::token::{Token, TokenKind};
use crate::error::{ErrorClass, ExprError, Span};

/// Words that are operators wherever they stand.
const KEYWORDS: [&str; 11] =
    ["not", "in", "or", "and", "matches", "contains", "startsWith", "endsWith", "let", "if", "else"];

/// The tokens of an expression; the last is [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExprError> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while let Some(c) = lexer.peek() {
        lexer.token(c)?;
    }
    let end = Span::new(text.len(), text.len());
    lexer.tokens.push(Token { kind: TokenKind::End, text: "".into(), bytes: Vec::new(), span: end });
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn error(&self, start: usize, end: usize, what: impl Into<String>) -> ExprError {
        ExprError::new(ErrorClass::Parse, Span::new(start, end.min(self.text.len())), what)
    }

    fn push(&mut self, kind: TokenKind, start: usize, text: impl Into<Cow<'a, str>>) {
        let span = Span::new(start, self.at);
        self.tokens.push(Token { kind, text: text.into(), bytes: Vec::new(), span });
    }

    /// The next `length` bytes as a token.
    fn take(&mut self, kind: TokenKind, length: usize) {
        let start = self.at;
        self.at += length;
        self.push(kind, start, &self.text[start..self.at]);
    }

    fn token(&mut self, c: char) -> Result<(), ExprError> {
        let rest = self.rest();
        let starts_number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
        let follows = |set: &str| rest[1..].starts_with(|c: char| set.contains(c));
        match c {
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '\'' | '"' => self.string(self.at, c)?,
            '`' => self.raw_string()?,
            'b' | 'B' if follows("'\"") => self.byte_string()?,
            '0'..='9' => self.number()?,
            '.' if starts_number(&rest[1..]) => self.number()?,
            '.' => self.take(TokenKind::Operator, if follows(".") { 2 } else { 1 }),
            '?' => self.take(TokenKind::Operator, if follows(".?") { 2 } else { 1 }),
            '|' => self.take(TokenKind::Operator, if follows("|") { 2 } else { 1 }),
            ':' => self.take(TokenKind::Operator, if follows(":") { 2 } else { 1 }),
            '#' => self.pointer(),
            '/' if follows("/") => self.at += rest.find('\n').unwrap_or(rest.len()),
            '/' if follows("*") => self.comment()?,
            '/' | ',' | ';' | '%' | '+' | '-' | '^' => self.take(TokenKind::Operator, 1),
            '&' | '!' | '=' | '*' | '<' | '>' => {
                self.take(TokenKind::Operator, if follows("&=*") { 2 } else { 1 });
            }
            '(' | '[' | '{' | ')' | ']' | '}' => self.take(TokenKind::Bracket, 1),
            c if is_identifier_char(c) => self.identifier(),
            c => {
                return Err(self.error(
                    self.at,
                    self.at + c.len_utf8(),
                    format!("unexpected character `{c}`"),
                ));
            }
        }
        Ok(())
    }

    fn identifier(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c| !is_identifier_char(c)).unwrap_or(rest.len());
        let is_keyword = KEYWORDS.contains(&&rest[..length]);
        self.take(if is_keyword { TokenKind::Operator } else { TokenKind::Identifier }, length);
    }

    /// `#`, and the name that may follow it even where that is a keyword: `#index`.
    fn pointer(&mut self) {
        let doubled = self.rest()[1..].starts_with('#');
        self.take(TokenKind::Operator, if doubled { 2 } else { 1 });
        let rest = self.rest();
        let length = rest.find(|c| !is_identifier_char(c)).unwrap_or(rest.len());
        if length > 0 {
            self.take(TokenKind::Identifier, length);
        }
    }

    fn comment(&mut self) -> Result<(), ExprError> {
        match self.rest()[2..].find("*/") {
            Some(end) => self.at += end + 4,
            None => {
                return Err(self.error(self.at, self.at + 2, "the comment does not end; write */ after it"));
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), ExprError> {
        let length = number_length(self.rest());
        if let Some(c) = self.rest()[length..].chars().next().filter(|c| is_identifier_char(*c)) {
            let end = self.at + length + c.len_utf8();
            return Err(self.error(self.at, end, format!("`{}` is no number", &self.text[self.at..end])));
        }
        self.take(TokenKind::Number, length);
        Ok(())
    }

    /// Reads to the closing quote and gives what is between the quotes. `start` is where the token starts.
    fn quoted(&mut self, start: usize, quote: char) -> Result<&'a str, ExprError> {
        let open = self.at;
        let mut escaped = false;
        for (index, c) in self.text[open + 1..].char_indices() {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    let inside = &self.text[open + 1..open + 1 + index];
                    self.at = open + index + 2;
                    return Ok(inside);
                }
                _ => {}
            }
        }
        Err(self.error(start, open + 1, "the string does not end on its line"))
    }

    fn escape_error(&self, literal_start: usize, (at, what): BadEscape) -> ExprError {
        let start = literal_start + at;
        let length = self.text[start..].chars().take(2).map(char::len_utf8).sum::<usize>();
        let error = self.error(start, start + length, what);
        error.with_hint("write \\\\ for a backslash, or use a string in backticks, which has no escapes")
    }

    fn string(&mut self, start: usize, quote: char) -> Result<(), ExprError> {
        let inside = self.quoted(start, quote)?;
        let text: Cow<'a, str> = if inside.contains(['\\', '\r']) {
            unescape(inside, quote).map_err(|bad| self.escape_error(start + 1, bad))?.into()
        } else {
            inside.into()
        };
        self.push(TokenKind::String, start, text);
        Ok(())
    }

    fn byte_string(&mut self) -> Result<(), ExprError> {
        let start = self.at;
        self.at += 1;
        let quote = self.peek().unwrap_or('"');
        let inside = self.quoted(start, quote)?;
        let bytes = unescape_bytes(inside, quote).map_err(|bad| self.escape_error(start + 2, bad))?;
        let span = Span::new(start, self.at);
        self.tokens.push(Token { kind: TokenKind::Bytes, text: "".into(), bytes, span });
        Ok(())
    }

    /// A string in backticks: no escapes, and two backticks stand for one.
    fn raw_string(&mut self) -> Result<(), ExprError> {
        let start = self.at;
        let mut end = start + 1;
        loop {
            match self.text[end..].find('`') {
                None => {
                    return Err(self.error(start, start + 1, "the string does not end; write ` after it"));
                }
                Some(index) if self.text[end + index + 1..].starts_with('`') => end += index + 2,
                Some(index) => {
                    end += index;
                    break;
                }
            }
        }
        let inside = &self.text[start + 1..end];
        self.at = end + 1;
        let text: Cow<'a, str> =
            if inside.contains('`') { inside.replace("``", "`").into() } else { inside.into() };
        self.push(TokenKind::String, start, text);
        Ok(())
    }
}

/// How long the number at the start of `text` is, before it is known whether it is one.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_any = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
    let mut at = 0;
    let mut digits: fn(u8) -> bool = |byte| byte.is_ascii_digit();
    if is_any(0, b"0") {
        at = 2;
        match bytes.get(1) {
            Some(b'x' | b'X') => digits = |byte| byte.is_ascii_hexdigit(),
            Some(b'o' | b'O') => digits = |byte| matches!(byte, b'0'..=b'7'),
            Some(b'b' | b'B') => digits = |byte| matches!(byte, b'0' | b'1'),
            _ => at = 1,
        }
    }
    let run = |mut at: usize| {
        while bytes.get(at).is_some_and(|byte| *byte == b'_' || digits(*byte)) {
            at += 1;
        }
        at
    };
    at = run(at);
    if is_any(at, b".") {
        // Two points are the range operator.
        if is_any(at + 1, b".") {
            return at;
        }
        at = run(at + 1);
    }
    if is_any(at, b"eE") {
        at = run(if is_any(at + 1, b"+-") { at + 2 } else { at + 1 });
    }
    at
}
