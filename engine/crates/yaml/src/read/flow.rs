//! Sequences and mappings in brackets and braces.

use super::parser::{Context, Parser};
use crate::error::YamlError;
use crate::node::{Content, Entry, Layout, Mapping, Node};
use crate::position::{Position, Span};
use crate::scan::TokenKind;

impl Parser<'_> {
    pub(super) fn flow_sequence(&mut self, depth: u16) -> Result<(Content, Position), YamlError> {
        let depth = self.open(depth)?;
        let start = self.scanner.next()?.span;
        let mut items = Vec::new();
        while !self.flow_ends(&TokenKind::FlowSequenceEnd, start, items.is_empty())? {
            let item = if self.at(&TokenKind::Key)? {
                self.lone_pair(depth)?
            } else {
                self.node(Context::Flow, depth)?
            };
            items.push(item);
        }
        let end = self.scanner.next()?.span.end;
        Ok((Content::Sequence { items, layout: Layout::Flow }, end))
    }

    pub(super) fn flow_mapping(&mut self, depth: u16) -> Result<(Content, Position), YamlError> {
        let depth = self.open(depth)?;
        let start = self.scanner.next()?.span;
        let mut entries = Vec::new();
        while !self.flow_ends(&TokenKind::FlowMappingEnd, start, entries.is_empty())? {
            let entry = if self.at(&TokenKind::Key)? {
                self.flow_pair(depth)?
            } else {
                let key = self.node(Context::Flow, depth)?;
                let value = self.empty_node(key.span.end)?;
                Entry { key, value }
            };
            entries.push(entry);
        }
        let end = self.scanner.next()?.span.end;
        self.check_duplicates(&entries)?;
        Ok((Content::Mapping { mapping: Mapping { entries }, layout: Layout::Flow }, end))
    }

    /// Steps over the `,` between two parts; tells whether `end` is next.
    fn flow_ends(&mut self, end: &TokenKind, start: Span, first: bool) -> Result<bool, YamlError> {
        if !first && !self.at(end)? {
            let token = self.scanner.peek()?;
            if token.kind != TokenKind::FlowEntry {
                let closer = if *end == TokenKind::FlowSequenceEnd { ']' } else { '}' };
                let message = if token.kind == TokenKind::StreamEnd {
                    return Err(YamlError::syntax(start, format!("no `{closer}` closes this")));
                } else {
                    format!("a `,` or `{closer}` must stand here")
                };
                return Err(YamlError::syntax(token.span, message)
                    .with_hint("quote text that holds `,`, `[`, `]`, `{` or `}`"));
            }
            self.scanner.next()?;
        }
        self.at(end)
    }

    /// Reads `key: value` inside brackets, which is a mapping of its own.
    fn lone_pair(&mut self, depth: u16) -> Result<Node, YamlError> {
        let depth = self.open(depth)?;
        let start = self.scanner.peek()?.span.start;
        let entry = self.flow_pair(depth)?;
        let end = entry.value.span.end.max(entry.key.span.end);
        let mapping = Mapping { entries: vec![entry] };
        self.finish(Content::Mapping { mapping, layout: Layout::Flow }, Span { start, end })
    }

    /// Reads a key that was announced, and its value.
    fn flow_pair(&mut self, depth: u16) -> Result<Entry, YamlError> {
        let mark = self.scanner.next()?.span;
        let mut key = self.flow_part(mark.end, depth)?;
        if !mark.is_empty() {
            key.indicator = mark.start.byte;
        }
        let value = if self.at(&TokenKind::Value)? {
            let colon = self.scanner.next()?.span;
            Node { indicator: colon.start.byte, ..self.flow_part(colon.end, depth)? }
        } else {
            self.empty_node(key.span.end)?
        };
        Ok(Entry { key, value })
    }

    /// Reads a key or a value that may be left out.
    fn flow_part(&mut self, place: Position, depth: u16) -> Result<Node, YamlError> {
        match self.scanner.peek()?.kind {
            TokenKind::Value
            | TokenKind::FlowEntry
            | TokenKind::FlowSequenceEnd
            | TokenKind::FlowMappingEnd => self.empty_node(place),
            _ => self.node(Context::Flow, depth),
        }
    }
}
