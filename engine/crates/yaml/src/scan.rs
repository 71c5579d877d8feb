//! Characters into tokens, by the rules of YAML 1.1.
//!
//! Two things make this more than a lexer. Indentation becomes tokens of its own ([`Scanner::open_block`],
//! [`Scanner::close_blocks`]). And a key is known only when its `:` is seen, so a place that may start a key is
//! remembered ([`SimpleKey`]) and tokens are held back until it is decided.

mod block_scalar;
mod cursor;
mod directive;
mod fold;
mod plain_scalar;
mod property;
mod quoted_scalar;
mod token;

use std::collections::VecDeque;

pub(crate) use cursor::Cursor;
pub(crate) use token::{Token, TokenKind};

use crate::error::YamlError;
use crate::position::{Position, Span};

/// A key without `?` must end within this many characters and on its line.
const SIMPLE_KEY_LENGTH_MAX: u32 = 1024;

/// A place where a key without `?` may start.
#[derive(Debug, Clone, Copy)]
struct SimpleKey {
    /// Number of the token that would be the key, counted from the start of the stream.
    token: usize,
    place: Position,
    /// The indentation leaves no other reading: not being a key is an error.
    required: bool,
}

/// Makes tokens on demand, in order.
#[derive(Debug)]
pub(crate) struct Scanner<'t> {
    cursor: Cursor<'t>,
    queue: VecDeque<Token>,
    /// Tokens handed out so far; the number of the one at the head of the queue.
    taken: usize,
    /// The token at the head is there and is not going to be preceded by another.
    head_decided: bool,
    ended: bool,
    /// Column of the innermost open block collection; -1 outside of all.
    indent: i32,
    outer_indents: Vec<i32>,
    /// The possible key of the block context, then one of each open flow collection.
    keys: Vec<Option<SimpleKey>>,
    key_allowed: bool,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            cursor: Cursor::new(text),
            queue: VecDeque::new(),
            taken: 0,
            head_decided: false,
            ended: false,
            indent: -1,
            outer_indents: Vec::new(),
            keys: vec![None],
            key_allowed: true,
        }
    }

    /// The next token, left in place. After the end of the stream it is that end again.
    pub(crate) fn peek(&mut self) -> Result<&Token, YamlError> {
        while !self.head_decided {
            if self.ended && self.queue.is_empty() {
                self.push(TokenKind::StreamEnd, Span::at(self.cursor.place()));
            }
            if self.ended || (!self.queue.is_empty() && !self.head_may_be_key()?) {
                self.head_decided = true;
            } else {
                self.fetch()?;
            }
        }
        Ok(&self.queue[0])
    }

    /// The next token, taken out.
    pub(crate) fn next(&mut self) -> Result<Token, YamlError> {
        self.peek()?;
        self.taken += 1;
        self.head_decided = false;
        Ok(self.queue.pop_front().expect("peek leaves a token at the head"))
    }

    fn in_flow(&self) -> bool {
        self.keys.len() > 1
    }

    fn push(&mut self, kind: TokenKind, span: Span) {
        self.queue.push_back(Token { kind, span });
    }

    /// Whether the token at the head may still turn out to be a key.
    fn head_may_be_key(&self) -> Result<bool, YamlError> {
        // Deeper flow levels hold later tokens, so the search can stop at the first earlier one.
        for key in self.keys.iter().rev().flatten() {
            if key.token == self.taken {
                return self.is_alive(key);
            }
            if key.token < self.taken {
                break;
            }
        }
        Ok(false)
    }

    /// Whether a `:` here would still make `key` a key.
    fn is_alive(&self, key: &SimpleKey) -> Result<bool, YamlError> {
        let here = self.cursor.place();
        let alive = key.place.line == here.line && here.column <= key.place.column + SIMPLE_KEY_LENGTH_MAX;
        if !alive && key.required {
            return Err(missing_colon(key.place));
        }
        Ok(alive)
    }

    /// Remembers that the token about to be made may be a key.
    fn note_key(&mut self) -> Result<(), YamlError> {
        if !self.key_allowed {
            return Ok(());
        }
        self.drop_key()?;
        let key = SimpleKey {
            token: self.taken + self.queue.len(),
            place: self.cursor.place(),
            required: !self.in_flow() && self.indent == self.cursor.column(),
        };
        if let Some(slot) = self.keys.last_mut() {
            *slot = Some(key);
        }
        Ok(())
    }

    /// Forgets the possible key of this level, which is an error where there had to be one.
    fn drop_key(&mut self) -> Result<(), YamlError> {
        match self.keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => Err(missing_colon(key.place)),
            _ => Ok(()),
        }
    }

    /// Opens a block collection if `column` is deeper than the innermost open one. `number` is the token it starts
    /// before; none means here.
    fn open_block(&mut self, place: Position, number: Option<usize>, kind: TokenKind) {
        if self.in_flow() || self.indent >= place.indentation() {
            return;
        }
        self.outer_indents.push(self.indent);
        self.indent = place.indentation();
        let token = Token { kind, span: Span::at(place) };
        match number {
            Some(number) => self.queue.insert(number - self.taken, token),
            None => self.queue.push_back(token),
        }
    }

    /// Closes the block collections that are deeper than `column`.
    fn close_blocks(&mut self, column: i32) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, Span::at(self.cursor.place()));
            self.indent = self.outer_indents.pop().unwrap_or(-1);
        }
    }

    /// Makes the next token or tokens.
    fn fetch(&mut self) -> Result<(), YamlError> {
        self.skip_to_token();
        self.close_blocks(self.cursor.column());
        if self.cursor.at_end() {
            return self.fetch_end();
        }
        let first_column = self.cursor.column() == 0;
        if first_column && self.cursor.byte(0) == b'%' {
            self.close_blocks(-1);
            self.drop_key()?;
            self.key_allowed = false;
            return self.fetch_directive();
        }
        if self.cursor.at_document_marker() {
            return self.fetch_document_marker();
        }
        let spaced = self.cursor.is_blank_or_end(1);
        let flow = self.in_flow();
        match self.cursor.byte(0) {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if spaced => self.fetch_block_entry(),
            b'?' if flow || spaced => self.fetch_key(),
            b':' if flow || spaced => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor_or_alias(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted_scalar(),
            b'%' | b'@' | b'`' | b'|' | b'>' | b'\t' => Err(self.cannot_start()),
            _ => self.fetch_plain_scalar(),
        }
    }

    /// Steps over blanks, comments and line ends.
    fn skip_to_token(&mut self) {
        loop {
            // A tab where a block key may start would be indentation, which tabs must not be.
            let tabs = self.in_flow() || !self.key_allowed;
            while self.cursor.byte(0) == b' ' || (tabs && self.cursor.byte(0) == b'\t') {
                self.cursor.step();
            }
            self.cursor.skip_comment();
            if !self.cursor.is_break(0) {
                return;
            }
            self.cursor.step_break();
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn fetch_end(&mut self) -> Result<(), YamlError> {
        self.close_blocks(-1);
        self.drop_key()?;
        self.key_allowed = false;
        self.ended = true;
        self.push(TokenKind::StreamEnd, Span::at(self.cursor.place()));
        Ok(())
    }

    /// Makes a token of the next `width` characters.
    fn fetch_indicator(&mut self, kind: TokenKind, width: usize) {
        let start = self.cursor.place();
        self.cursor.steps(width);
        self.push(kind, self.cursor.span_from(start));
    }

    fn fetch_document_marker(&mut self) -> Result<(), YamlError> {
        self.close_blocks(-1);
        self.drop_key()?;
        self.key_allowed = false;
        let start = self.cursor.byte(0) == b'-';
        self.fetch_indicator(if start { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), YamlError> {
        self.note_key()?;
        self.keys.push(None);
        self.key_allowed = true;
        self.fetch_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), YamlError> {
        self.drop_key()?;
        if self.in_flow() {
            self.keys.pop();
        }
        self.key_allowed = false;
        self.fetch_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), YamlError> {
        self.drop_key()?;
        self.key_allowed = true;
        self.fetch_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), YamlError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(YamlError::syntax(
                    Span::at(self.cursor.place()),
                    "a list item cannot start here",
                )
                .with_hint("start the list on a line of its own, or quote the text"));
            }
            self.open_block(self.cursor.place(), None, TokenKind::BlockSequenceStart);
        }
        self.drop_key()?;
        self.key_allowed = true;
        self.fetch_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), YamlError> {
        if !self.in_flow() {
            if !self.key_allowed {
                return Err(YamlError::syntax(Span::at(self.cursor.place()), "a key cannot start here")
                    .with_hint("quote text that starts with `? `"));
            }
            self.open_block(self.cursor.place(), None, TokenKind::BlockMappingStart);
        }
        self.drop_key()?;
        self.key_allowed = !self.in_flow();
        self.fetch_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), YamlError> {
        let key = match self.keys.last().copied().flatten() {
            Some(key) if self.is_alive(&key)? => Some(key),
            _ => None,
        };
        if let Some(key) = key {
            self.queue
                .insert(key.token - self.taken, Token { kind: TokenKind::Key, span: Span::at(key.place) });
            self.open_block(key.place, Some(key.token), TokenKind::BlockMappingStart);
            if let Some(slot) = self.keys.last_mut() {
                *slot = None;
            }
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.key_allowed {
                    return Err(YamlError::syntax(
                        Span::at(self.cursor.place()),
                        "a `:` that makes a key cannot stand here",
                    )
                    .with_hint("quote text that holds `: `, or check the indentation"));
                }
                self.open_block(self.cursor.place(), None, TokenKind::BlockMappingStart);
            }
            self.key_allowed = !self.in_flow();
        }
        self.fetch_indicator(TokenKind::Value, 1);
        Ok(())
    }

    fn cannot_start(&self) -> YamlError {
        let place = Span::at(self.cursor.place());
        match self.cursor.byte(0) {
            b'\t' => YamlError::syntax(place, "a tab cannot indent").with_hint("indent with spaces"),
            other => YamlError::syntax(place, format!("`{}` cannot start a value", char::from(other)))
                .with_hint("quote the text"),
        }
    }
}

fn missing_colon(key: Position) -> YamlError {
    YamlError::syntax(Span::at(key), "this line stands where a key must be, but has no `: `")
        .with_hint("add the `:` and a space behind it, or indent the line to make it part of the value above")
}
