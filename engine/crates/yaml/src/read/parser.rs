//! Tokens into a tree: documents, nodes, anchors and aliases, and the bounds on all of them.
//!
//! The collections are in `block` and `flow`. The parser calls itself for what is nested, which the depth limit
//! keeps within the stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{ErrorKind, YamlError};
use crate::node::{Content, Document, Entry, Node, Properties, ScalarStyle};
use crate::options::{DuplicateKeys, Limits, ReadOptions};
use crate::position::{Position, Span};
use crate::scan::{Scanner, Token, TokenKind};

/// Where a node stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Context {
    /// In a block sequence or at the top.
    Block,
    /// As a key or value of a block mapping, where a sequence need not be indented.
    BlockMapping,
    /// Inside brackets or braces.
    Flow,
}

/// What is known of an anchor.
enum Anchor {
    /// Its value is being read.
    Open,
    Done(Arc<Node>),
}

pub(super) struct Parser<'t> {
    pub(super) scanner: Scanner<'t>,
    options: ReadOptions,
    /// A document without `---` can only be the first.
    first: bool,
    anchors: BTreeMap<Box<str>, Anchor>,
    /// The handles that %TAG lines declare.
    tag_prefixes: BTreeMap<String, String>,
    nodes: usize,
    alias_cost: u32,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, options: &ReadOptions) -> Self {
        Self {
            scanner: Scanner::new(text),
            options: *options,
            first: true,
            anchors: BTreeMap::new(),
            tag_prefixes: BTreeMap::new(),
            nodes: 0,
            alias_cost: 0,
        }
    }

    /// Reads one document; none at the end of the text.
    pub(super) fn next_document(&mut self) -> Result<Option<Document>, YamlError> {
        let first = std::mem::replace(&mut self.first, false);
        while !first && self.at(&TokenKind::DocumentEnd)? {
            self.scanner.next()?;
        }
        if self.at(&TokenKind::StreamEnd)? {
            return Ok(None);
        }
        self.anchors.clear();
        self.tag_prefixes.clear();
        let directives = self.read_directives()?;
        let explicit = self.at(&TokenKind::DocumentStart)?;
        if explicit {
            self.scanner.next()?;
        } else if !first || directives {
            let span = self.scanner.peek()?.span;
            return Err(YamlError::syntax(span, "a new document must start with `---`")
                .with_hint("check the indentation of this line, or put `---` before it"));
        }
        let here = self.scanner.peek()?.span.start;
        let root = if explicit && self.document_is_over()? {
            self.empty_node(here)?
        } else {
            self.node(Context::Block, 0)?
        };
        // One end belongs to this document; more would be found before the next.
        if self.at(&TokenKind::DocumentEnd)? {
            self.scanner.next()?;
        }
        Ok(Some(Document { root }))
    }

    fn document_is_over(&mut self) -> Result<bool, YamlError> {
        Ok(matches!(
            self.scanner.peek()?.kind,
            TokenKind::VersionDirective { .. }
                | TokenKind::TagDirective { .. }
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        ))
    }

    /// Reads `%YAML` and `%TAG` lines; tells whether there were any.
    fn read_directives(&mut self) -> Result<bool, YamlError> {
        let mut version = false;
        while let TokenKind::VersionDirective { .. } | TokenKind::TagDirective { .. } =
            self.scanner.peek()?.kind
        {
            let token = self.scanner.next()?;
            match token.kind {
                TokenKind::VersionDirective { .. } if version => {
                    return Err(YamlError::syntax(token.span, "%YAML stands twice"));
                }
                TokenKind::VersionDirective { major: 1, minor: 1 } => version = true,
                TokenKind::TagDirective { handle, prefix } => {
                    if self.tag_prefixes.contains_key(&handle) {
                        return Err(YamlError::syntax(token.span, format!("%TAG {handle} stands twice")));
                    }
                    self.tag_prefixes.insert(handle, prefix);
                }
                _ => {
                    return Err(YamlError::syntax(token.span, "only YAML 1.1 is known here")
                        .with_hint("remove the %YAML line"));
                }
            }
        }
        Ok(version || !self.tag_prefixes.is_empty())
    }

    /// Whether the next token is `kind`.
    pub(super) fn at(&mut self, kind: &TokenKind) -> Result<bool, YamlError> {
        Ok(self.scanner.peek()?.kind == *kind)
    }

    /// Reads a node. `depth` collections are open around it.
    pub(super) fn node(&mut self, context: Context, depth: u16) -> Result<Node, YamlError> {
        if let TokenKind::Alias(_) = self.scanner.peek()?.kind {
            return self.alias(depth);
        }
        let properties = self.properties()?;
        let anchor = properties.as_ref().and_then(|properties| properties.anchor.clone());
        if let Some(name) = &anchor {
            self.anchors.insert(name.clone(), Anchor::Open);
        }
        let start = self.scanner.peek()?.span.start;
        let content = match (&self.scanner.peek()?.kind, context) {
            (TokenKind::Scalar { .. }, _) => Some(self.scalar()?),
            (TokenKind::FlowSequenceStart, _) => Some(self.flow_sequence(depth)?),
            (TokenKind::FlowMappingStart, _) => Some(self.flow_mapping(depth)?),
            (TokenKind::BlockSequenceStart, Context::Block | Context::BlockMapping) => {
                self.scanner.next()?;
                Some(self.block_sequence(depth)?)
            }
            (TokenKind::BlockMappingStart, Context::Block | Context::BlockMapping) => {
                Some(self.block_mapping(depth)?)
            }
            (TokenKind::BlockEntry, Context::BlockMapping) => Some(self.indentless_sequence(depth)?),
            _ => None,
        };
        let mut node = match (content, &properties) {
            (Some((content, end)), _) => self.finish(content, Span { start, end })?,
            (None, Some(properties)) => self.empty_node(properties.end())?,
            (None, None) => return Err(self.no_value()?),
        };
        node.properties = properties;
        match anchor {
            Some(name) => Ok(self.share(name, node)),
            None => Ok(node),
        }
    }

    /// Makes a node with an anchor one that aliases can share, unless its name was given again inside it.
    fn share(&mut self, name: Box<str>, node: Node) -> Node {
        let Node { span, indicator, cost, height, .. } = node;
        let properties = node.properties.clone();
        let shared = Arc::new(node);
        if matches!(self.anchors.get(&name), Some(Anchor::Open)) {
            self.anchors.insert(name, Anchor::Done(Arc::clone(&shared)));
        }
        Node { content: Content::Anchored(shared), span, properties, indicator, cost, height }
    }

    fn scalar(&mut self) -> Result<(Content, Position), YamlError> {
        let token = self.scanner.next()?;
        let end = token.span.end;
        let TokenKind::Scalar { text, style } = token.kind else { return Err(unexpected(&token)) };
        Ok((Content::Scalar { text, style }, end))
    }

    fn alias(&mut self, depth: u16) -> Result<Node, YamlError> {
        let token = self.scanner.next()?;
        let TokenKind::Alias(name) = token.kind else { return Err(unexpected(&token)) };
        let fail = |message: String| Err(YamlError::new(ErrorKind::Alias, token.span, message));
        let target = match self.anchors.get(&name) {
            Some(Anchor::Done(target)) => Arc::clone(target),
            Some(Anchor::Open) => return fail(format!("the value of the anchor `{name}` contains itself")),
            None => return fail(format!("no anchor `{name}` stands before this alias")),
        };
        self.charge(target.cost, token.span)?;
        let (cost, height) = (target.cost, target.height);
        self.check_depth(depth.saturating_add(height), token.span)?;
        self.count_node(token.span)?;
        let content = Content::Alias { name, target };
        Ok(Node { content, span: token.span, properties: None, indicator: Node::NO_INDICATOR, cost, height })
    }

    /// Counts what an abbreviation adds to the size of the text.
    fn charge(&mut self, cost: u32, span: Span) -> Result<(), YamlError> {
        self.alias_cost = self.alias_cost.saturating_add(cost);
        if self.alias_cost <= self.options.limits.alias_cost {
            return Ok(());
        }
        let message = "aliases make this document too large";
        Err(YamlError::new(ErrorKind::Limit, span, message)
            .with_hint("write the value out, or use fewer aliases of aliases"))
    }

    /// Reads the anchor and the tag before a value, in either order.
    fn properties(&mut self) -> Result<Option<Box<Properties>>, YamlError> {
        let start = self.scanner.peek()?.span.start;
        let mut found = Properties { anchor: None, anchor_span: None, tag: None, tag_span: None, start };
        loop {
            match &self.scanner.peek()?.kind {
                TokenKind::Anchor(_) if found.anchor.is_none() => {
                    let token = self.scanner.next()?;
                    found.anchor_span = Some(token.span);
                    let TokenKind::Anchor(name) = token.kind else { return Err(unexpected(&token)) };
                    found.anchor = Some(name);
                }
                TokenKind::Tag { .. } if found.tag.is_none() => {
                    let token = self.scanner.next()?;
                    found.tag_span = Some(token.span);
                    found.tag = Some(self.full_tag(token)?);
                }
                _ => break,
            }
        }
        let any = found.anchor.is_some() || found.tag.is_some();
        Ok(any.then(|| Box::new(found)))
    }

    fn full_tag(&mut self, token: Token) -> Result<Box<str>, YamlError> {
        let span = token.span;
        let TokenKind::Tag { handle, suffix } = token.kind else { return Err(unexpected(&token)) };
        let prefix = match (self.tag_prefixes.get(&handle), handle.as_str()) {
            (Some(prefix), _) => prefix,
            (None, "" | "!") => handle.as_str(),
            (None, "!!") => "tag:yaml.org,2002:",
            (None, _) => {
                return Err(YamlError::syntax(span, format!("the tag handle `{handle}` is not declared"))
                    .with_hint("declare it with a %TAG line before `---`"));
            }
        };
        let (tag, cost) = (format!("{prefix}{suffix}").into(), text_cost(prefix));
        self.charge(cost, span)?;
        Ok(tag)
    }

    /// A scalar that is not written.
    pub(super) fn empty_node(&mut self, place: Position) -> Result<Node, YamlError> {
        self.finish(Content::Scalar { text: Box::default(), style: ScalarStyle::Plain }, Span::at(place))
    }

    /// Makes a node of its content, counting it.
    pub(super) fn finish(&mut self, content: Content, span: Span) -> Result<Node, YamlError> {
        self.count_node(span)?;
        let (cost, height) = match &content {
            Content::Scalar { text, .. } => (text_cost(text).saturating_add(1), 0),
            Content::Sequence { items, .. } => above(items.iter()),
            Content::Mapping { mapping, .. } => {
                above(mapping.entries.iter().flat_map(|entry| [&entry.key, &entry.value]))
            }
            Content::Anchored(_) | Content::Alias { .. } => (1, 0),
        };
        Ok(Node { content, span, properties: None, indicator: Node::NO_INDICATOR, cost, height })
    }

    fn count_node(&mut self, span: Span) -> Result<(), YamlError> {
        self.nodes += 1;
        let max = self.options.limits.nodes;
        if self.nodes <= max {
            return Ok(());
        }
        let message = format!("the text holds more than {max} values");
        Err(YamlError::new(ErrorKind::Limit, Span::at(span.start), message))
    }

    /// Refuses to open one collection more than the limit has.
    pub(super) fn open(&mut self, depth: u16) -> Result<u16, YamlError> {
        let span = self.scanner.peek()?.span;
        self.check_depth(depth + 1, span)?;
        Ok(depth + 1)
    }

    fn check_depth(&self, depth: u16, span: Span) -> Result<(), YamlError> {
        let max = self.options.limits.depth.min(Limits::DEPTH_MAX);
        if depth <= max {
            return Ok(());
        }
        let message = format!("collections are nested more than {max} deep");
        Err(YamlError::new(ErrorKind::Limit, span, message))
    }

    /// Refuses keys that stand twice, if that is wanted.
    pub(super) fn check_duplicates(&self, entries: &[Entry]) -> Result<(), YamlError> {
        if self.options.duplicate_keys == DuplicateKeys::LastWins {
            return Ok(());
        }
        let mut seen = BTreeMap::new();
        for entry in entries {
            let Some(name) = entry.name() else { continue };
            let first = *seen.entry(name.clone()).or_insert(entry.key.span);
            if first.start != entry.key.span.start {
                let message = format!("the key `{name}` stands twice, first at {}", first.start);
                let kind = ErrorKind::DuplicateKey { first };
                return Err(YamlError::new(kind, entry.key.span, message).with_hint("remove one of the two"));
            }
        }
        Ok(())
    }

    fn no_value(&mut self) -> Result<YamlError, YamlError> {
        Ok(unexpected(self.scanner.peek()?))
    }
}

impl Properties {
    /// The place behind the anchor and the tag.
    pub(crate) fn end(&self) -> Position {
        let ends = [self.anchor_span, self.tag_span].into_iter().flatten().map(|span| span.end);
        ends.max().unwrap_or(self.start)
    }
}

/// What a text costs where it stands for an abbreviation, see [`Limits::alias_cost`].
fn text_cost(text: &str) -> u32 {
    u32::try_from(text.len() / 32).unwrap_or(u32::MAX)
}

/// Cost and height of a collection of `children`.
fn above<'a>(children: impl Iterator<Item = &'a Node>) -> (u32, u16) {
    let (cost, height) = children.fold((1_u32, 0), |(cost, height), child| {
        (cost.saturating_add(child.cost), height.max(child.height))
    });
    (cost, height + 1)
}

/// The error for a token that cannot stand where it does.
pub(super) fn unexpected(token: &Token) -> YamlError {
    let what = match &token.kind {
        TokenKind::StreamEnd => "the text ends where a value must be",
        TokenKind::BlockEntry => "a list item cannot stand here",
        TokenKind::FlowEntry => "a `,` cannot stand here",
        TokenKind::FlowSequenceEnd => "a `]` cannot stand here",
        TokenKind::FlowMappingEnd => "a `}` cannot stand here",
        TokenKind::Key | TokenKind::Value => "a key cannot stand here",
        TokenKind::Anchor(_) | TokenKind::Tag { .. } => "an anchor or tag stands twice",
        _ => "a value must be here",
    };
    YamlError::syntax(token.span, what)
}
