//! Sequences and mappings that are laid out by indentation.

use super::parser::{Context, Parser, unexpected};
use crate::error::YamlError;
use crate::node::{Content, Entry, Layout, Mapping, Node};
use crate::position::Position;
use crate::scan::TokenKind;

impl Parser<'_> {
    /// Reads a sequence whose start was taken.
    pub(super) fn block_sequence(&mut self, depth: u16) -> Result<(Content, Position), YamlError> {
        let ends = |kind: &TokenKind| matches!(kind, TokenKind::BlockEntry | TokenKind::BlockEnd);
        let (content, end) = self.items(depth, ends)?;
        let token = self.scanner.next()?;
        if token.kind != TokenKind::BlockEnd {
            return Err(YamlError::syntax(
                token.span,
                "a `- ` must start this line, as it is part of a list",
            )
            .with_hint("check the indentation"));
        }
        Ok((content, end))
    }

    /// Reads a sequence that is not indented under its key.
    pub(super) fn indentless_sequence(&mut self, depth: u16) -> Result<(Content, Position), YamlError> {
        self.items(depth, |kind| {
            matches!(kind, TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd)
        })
    }

    /// Reads items as long as there is a `- `. An item is left out where `ends` holds of the token behind it.
    fn items(&mut self, depth: u16, ends: fn(&TokenKind) -> bool) -> Result<(Content, Position), YamlError> {
        let depth = self.open(depth)?;
        let mut items = Vec::new();
        let mut end = self.scanner.peek()?.span.start;
        while self.at(&TokenKind::BlockEntry)? {
            let dash = self.scanner.next()?.span;
            let mut item = if ends(&self.scanner.peek()?.kind) {
                self.empty_node(dash.end)?
            } else {
                self.node(Context::Block, depth)?
            };
            item.indicator = dash.start.byte;
            end = item.span.end;
            items.push(item);
        }
        Ok((Content::Sequence { items, layout: Layout::Block }, end))
    }

    pub(super) fn block_mapping(&mut self, depth: u16) -> Result<(Content, Position), YamlError> {
        let depth = self.open(depth)?;
        let mut end = self.scanner.next()?.span.end;
        let mut entries = Vec::new();
        loop {
            let token = self.scanner.next()?;
            match token.kind {
                TokenKind::BlockEnd => break,
                TokenKind::Key => {
                    let mut key = self.block_mapping_part(token.span.end, depth)?;
                    // The token of a key without `?` is empty.
                    if !token.span.is_empty() {
                        key.indicator = token.span.start.byte;
                    }
                    let value = self.block_mapping_value(&key, depth)?;
                    end = value.span.end.max(key.span.end);
                    entries.push(Entry { key, value });
                }
                TokenKind::Value => return Err(unexpected(&token)),
                _ => {
                    return Err(YamlError::syntax(
                        token.span,
                        "a key must start this line, as it is part of a mapping",
                    )
                    .with_hint("check the indentation and the quotes above"));
                }
            }
        }
        self.check_duplicates(&entries)?;
        Ok((Content::Mapping { mapping: Mapping { entries }, layout: Layout::Block }, end))
    }

    /// Reads what stands behind a `:`, if there is one.
    fn block_mapping_value(&mut self, key: &Node, depth: u16) -> Result<Node, YamlError> {
        if !self.at(&TokenKind::Value)? {
            return self.empty_node(key.span.end);
        }
        let colon = self.scanner.next()?.span;
        let mut value = self.block_mapping_part(colon.end, depth)?;
        value.indicator = colon.start.byte;
        Ok(value)
    }

    /// Reads a key or a value that may be left out.
    fn block_mapping_part(&mut self, place: Position, depth: u16) -> Result<Node, YamlError> {
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty_node(place),
            _ => self.node(Context::BlockMapping, depth),
        }
    }
}
