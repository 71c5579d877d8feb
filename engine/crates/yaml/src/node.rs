//! The tree of a document: what is written where, and what it stands for.
//!
//! Order, styles, anchors and merge keys are kept as written. [`Node::kind`] looks through aliases, and
//! [`Mapping::get`] through merge keys; [`Mapping::entries`] shows only what stands in the mapping itself.

use std::borrow::Cow;
use std::sync::Arc;

use crate::error::YamlError;
use crate::position::{Position, Span};
use crate::resolve::{self, Scalar};

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// The value at the top.
    pub root: Node,
}

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) content: Content,
    pub(crate) span: Span,
    pub(crate) properties: Option<Box<Properties>>,
    /// Byte offset of the `-` of a list item, the `:` of a value, or the `?` of a key; [`Node::NO_INDICATOR`] where none
    /// is written.
    pub(crate) indicator: u32,
    /// What this node costs when an alias stands for it, see [`crate::Limits::alias_cost`].
    pub(crate) cost: u32,
    /// Levels of collections from here down, aliases counted as what they stand for; zero for a scalar.
    pub(crate) height: u16,
}

/// What is written at a place.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar {
        text: Box<str>,
        style: ScalarStyle,
    },
    Sequence {
        items: Vec<Node>,
        layout: Layout,
    },
    Mapping {
        mapping: Mapping,
        layout: Layout,
    },
    /// A value with an anchor, kept where aliases can share it.
    Anchored(Arc<Node>),
    Alias {
        name: Box<str>,
        target: Arc<Node>,
    },
}

/// How a collection is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// By indentation.
    Block,
    /// In brackets or braces.
    Flow,
}

/// What stands before a value: `&anchor` and `!tag`.
#[derive(Debug, Clone)]
pub(crate) struct Properties {
    pub(crate) anchor: Option<Box<str>>,
    /// Where the anchor stands.
    pub(crate) anchor_span: Option<Span>,
    /// The tag in full, as in `tag:yaml.org,2002:str`.
    pub(crate) tag: Option<Box<str>>,
    /// Where the tag stands.
    pub(crate) tag_span: Option<Span>,
    /// Where the first of them starts.
    pub(crate) start: Position,
}

/// What a node is, aliases looked through.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    /// A scalar.
    Scalar(ScalarNode<'a>),
    /// The items of a sequence.
    Sequence(&'a [Node]),
    /// A mapping.
    Mapping(&'a Mapping),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'so'`
    SingleQuoted,
    /// `"so"`
    DoubleQuoted,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

/// A scalar as written: its text after quotes, escapes and folding, not yet a number or a bool.
#[derive(Debug, Clone, Copy)]
pub struct ScalarNode<'a> {
    /// The text.
    pub text: &'a str,
    /// How it is written.
    pub style: ScalarStyle,
    /// The tag in full, if there is one.
    pub tag: Option<&'a str>,
    /// Where it is written.
    pub span: Span,
}

/// Keys and values in the order they are written.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    pub(crate) entries: Vec<Entry>,
}

/// One key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value; an empty plain scalar where none is written.
    pub value: Node,
}

impl Node {
    pub(crate) const NO_INDICATOR: u32 = u32::MAX;

    /// The node without the wrapper of its anchor.
    pub(crate) fn written(&self) -> &Self {
        match &self.content {
            Content::Anchored(inner) => inner,
            _ => self,
        }
    }

    /// What the node is. An alias is what it stands for.
    #[must_use]
    pub fn kind(&self) -> Kind<'_> {
        match &self.content {
            Content::Anchored(target) | Content::Alias { target, .. } => target.kind(),
            Content::Sequence { items, .. } => Kind::Sequence(items),
            Content::Mapping { mapping, .. } => Kind::Mapping(mapping),
            Content::Scalar { text, style } => {
                Kind::Scalar(ScalarNode { text, style: *style, tag: self.tag(), span: self.span })
            }
        }
    }

    /// Where the value is written, without its anchor and tag. Of an alias, where the alias is written.
    /// A block collection ends with its last value; a value that is left out is an empty span.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The name of the anchor before this value.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        self.properties.as_deref()?.anchor.as_deref()
    }

    /// The tag before this value, in full, as in `tag:yaml.org,2002:str`. An alias has none of its own.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.written().properties.as_deref()?.tag.as_deref()
    }

    /// The anchor this node is an alias of, if it is an alias.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        match &self.content {
            Content::Alias { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Where the value starts, its anchor and tag included.
    pub(crate) fn start(&self) -> Position {
        self.properties.as_deref().map_or(self.span.start, |properties| properties.start)
    }

    /// Whether nothing is written here: the value of `key:`.
    pub(crate) fn is_left_out(&self) -> bool {
        let Content::Scalar { style: ScalarStyle::Plain, .. } = &self.written().content else { return false };
        self.span.is_empty()
    }
}

impl ScalarNode<'_> {
    /// What the scalar stands for by the rules of `sigs.k8s.io/yaml`.
    ///
    /// # Errors
    /// The text does not fit the type the tag asks for.
    pub fn value(&self) -> Result<Scalar, YamlError> {
        resolve::resolve(self)
    }
}

impl Mapping {
    /// What stands in the mapping itself, in order, merge keys and duplicates included.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The key and the value that count for the JSON key `name`: the last one, merge keys followed where they stand.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&Node, &Node)> {
        // From the end, so that the first hit is the one that wins.
        self.entries.iter().rev().find_map(|entry| {
            if entry.is_merge() {
                merged(&entry.value).into_iter().find_map(|mapping| mapping.get(name))
            } else {
                (entry.name().as_deref() == Some(name)).then_some((&entry.key, &entry.value))
            }
        })
    }
}

impl Entry {
    /// The key as JSON has it; none for a key JSON cannot hold, and for `<<`.
    #[must_use]
    pub fn name(&self) -> Option<Cow<'_, str>> {
        if self.is_merge() {
            return None;
        }
        match self.key.kind() {
            Kind::Scalar(scalar) => resolve::key_name(&scalar).ok(),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// Whether this is a merge key: `<<` that is plain, or tagged `!!merge` or `!`. An alias of one is none.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        let Content::Scalar { text, style } = &self.key.written().content else { return false };
        &**text == "<<"
            && match self.key.tag() {
                None => *style == ScalarStyle::Plain,
                Some(tag) => tag == "!" || tag == resolve::MERGE_TAG,
            }
    }
}

/// The mappings that the value of a merge key brings in, the one that wins first. What is no mapping is left out.
fn merged(value: &Node) -> Vec<&Mapping> {
    match value.kind() {
        Kind::Mapping(mapping) => vec![mapping],
        Kind::Sequence(items) => items
            .iter()
            .filter_map(|item| match item.kind() {
                Kind::Mapping(mapping) => Some(mapping),
                _ => None,
            })
            .collect(),
        Kind::Scalar(_) => Vec::new(),
    }
}
