//! Finding the places of values by their keys, in one walk over the events of a parser.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{Event, EventKind, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ParseError, Source, Span};

use super::TomlError;

/// No more levels of arrays and inline tables than other readers take.
const MOST_LEVELS: u32 = 127;

/// What is at a key.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Found {
    #[default]
    Nothing,
    Scalar {
        place: Range<usize>,
        is_integer: bool,
    },
    /// A table or an array.
    Other(&'static str),
}

/// What is at each of the keys. Of several values at one key the last counts, as it is no good TOML.
pub(super) fn find(text: &str, wanted: &[Vec<String>]) -> Result<Vec<Found>, TomlError> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut walk = Walk::new(source, wanted);
    let mut errors: Option<ParseError> = None;
    let mut receiver = |event: Event| walk.take(event);
    let mut valid = ValidateWhitespace::new(&mut receiver, source);
    let mut guard = RecursionGuard::new(&mut valid, MOST_LEVELS);
    parse_document(&tokens, &mut guard, &mut errors);
    match errors.or(walk.error) {
        Some(error) => Err(syntax(text, &error)),
        None => Ok(walk.found),
    }
}

fn syntax(text: &str, error: &ParseError) -> TomlError {
    let at = error.unexpected().or(error.context()).map_or(text.len(), |span| span.start().min(text.len()));
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    TomlError::Syntax { what: error.description().to_owned(), line, column }
}

/// An array, an inline table or the table of the last header.
struct Frame {
    /// Parts of the path that lead here.
    depth: usize,
    /// The index of the next item, in an array.
    index: Option<usize>,
}

struct Walk<'a> {
    source: Source<'a>,
    wanted: &'a [Vec<String>],
    found: Vec<Found>,
    /// Where the walk is.
    path: Vec<Cow<'a, str>>,
    frames: Vec<Frame>,
    /// Whether the next name starts a key.
    starts_key: bool,
    /// How many tables each `[[header]]` had so far.
    counts: BTreeMap<Vec<String>, usize>,
    error: Option<ParseError>,
}

impl<'a> Walk<'a> {
    fn new(source: Source<'a>, wanted: &'a [Vec<String>]) -> Self {
        Self {
            source,
            wanted,
            found: vec![Found::Nothing; wanted.len()],
            path: Vec::new(),
            frames: vec![Frame { depth: 0, index: None }],
            starts_key: true,
            counts: BTreeMap::new(),
            error: None,
        }
    }

    fn take(&mut self, event: Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.path.clear();
                self.starts_key = false;
            }
            EventKind::StdTableClose => {
                self.note("Table");
                self.enter_table();
            }
            EventKind::ArrayTableClose => {
                self.note("ArrayTable");
                let name = self.path.iter().map(|part| part.clone().into_owned()).collect();
                let count = self.counts.entry(name).or_default();
                self.path.push(Cow::Owned(count.to_string()));
                *count += 1;
                self.note("ArrayTable");
                self.enter_table();
            }
            EventKind::SimpleKey => self.name(event.span(), event.encoding()),
            EventKind::KeyValSep => self.starts_key = true,
            EventKind::ArrayOpen => self.open("Array", Some(0)),
            EventKind::InlineTableOpen => self.open("InlineTable", None),
            EventKind::ArrayClose | EventKind::InlineTableClose => {
                self.frames.pop();
                self.starts_key = true;
            }
            EventKind::ValueSep => {
                if let Some(Frame { index: Some(index), .. }) = self.frames.last_mut() {
                    *index += 1;
                }
            }
            EventKind::Scalar => self.scalar(event.span(), event.encoding()),
            EventKind::KeySep
            | EventKind::Whitespace
            | EventKind::Comment
            | EventKind::Newline
            | EventKind::Error => {}
        }
    }

    fn enter_table(&mut self) {
        self.frames = vec![Frame { depth: self.path.len(), index: None }];
        self.starts_key = true;
    }

    fn name(&mut self, span: Span, encoding: Option<Encoding>) {
        if self.starts_key {
            let depth = self.frames.last().map_or(0, |frame| frame.depth);
            self.path.truncate(depth);
            self.starts_key = false;
        }
        let mut name = Cow::Borrowed("");
        if let Some(raw) = self.source.get(Event::new_unchecked(EventKind::SimpleKey, encoding, span)) {
            raw.decode_key(&mut name, &mut self.error);
        }
        self.path.push(name);
    }

    /// Sets the path to that of the value that comes now.
    fn begin_value(&mut self) {
        if let Some(&Frame { depth, index: Some(index) }) = self.frames.last() {
            self.path.truncate(depth);
            self.path.push(Cow::Owned(index.to_string()));
        }
    }

    fn open(&mut self, kind: &'static str, index: Option<usize>) {
        self.begin_value();
        self.note(kind);
        self.frames.push(Frame { depth: self.path.len(), index });
        self.starts_key = true;
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>) {
        self.begin_value();
        let mut text = Cow::Borrowed("");
        let Some(raw) = self.source.get(Event::new_unchecked(EventKind::Scalar, encoding, span)) else {
            return;
        };
        let kind = raw.decode_scalar(&mut text, &mut self.error);
        let is_integer = matches!(kind, ScalarKind::Integer(_));
        for at in self.here() {
            self.found[at] = Found::Scalar { place: span.start()..span.end(), is_integer };
        }
    }

    /// Notes that a table or an array is here, unless a scalar was.
    fn note(&mut self, kind: &'static str) {
        for at in self.here() {
            if !matches!(self.found[at], Found::Scalar { .. }) {
                self.found[at] = Found::Other(kind);
            }
        }
    }

    /// Which of the keys lead here.
    fn here(&self) -> Vec<usize> {
        let leads_here = |key: &Vec<String>| key.iter().eq(self.path.iter().map(|part| &**part));
        (0..self.wanted.len()).filter(|&at| leads_here(&self.wanted[at])).collect()
    }
}
