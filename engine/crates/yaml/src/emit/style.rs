//! How a text can be written, and how it is.

use crate::node::Layout;
use crate::resolve;

/// The ways a text is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// What a scalar is written for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// A key that stands before its `:` on one line.
    SimpleKey,
    /// Everything else; it may be folded.
    Value,
}

/// What a text allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits {
    /// It holds any character at all.
    any: bool,
    /// It holds a character that ends a line.
    pub(crate) has_break: bool,
    /// It can stand without quotes outside of brackets.
    pub(super) block_plain: bool,
    /// It can stand without quotes inside brackets.
    flow_plain: bool,
    pub(crate) single_quoted: bool,
    /// It can stand after `|`.
    pub(crate) literal: bool,
}

impl Traits {
    pub(crate) fn of(text: &str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let is_break_at = |at: usize| characters.get(at).copied().is_some_and(is_break);
        let pair = |first: fn(char) -> bool, second: fn(char) -> bool| {
            characters.windows(2).any(|two| first(two[0]) && second(two[1]))
        };
        let is_space = |character: char| character == ' ';
        let has_break = characters.iter().copied().any(is_break);
        let special = !characters.iter().copied().all(is_printable);
        let space_before_break = pair(is_space, is_break);
        let space_behind_break = pair(is_break, is_space);
        let leading = text.starts_with(' ') || is_break_at(0);
        let trailing_space = text.ends_with(' ');
        let trailing = trailing_space || is_break_at(characters.len().wrapping_sub(1));
        let (block_indicator, flow_indicator) = indicators(&characters);
        let one_plain_line = !has_break && !leading && !trailing && !special;
        Self {
            any: !text.is_empty(),
            has_break,
            block_plain: one_plain_line && !block_indicator,
            flow_plain: one_plain_line && !flow_indicator,
            single_quoted: !space_before_break && !space_behind_break && !special,
            literal: !trailing_space && !space_before_break && !special && !text.is_empty(),
        }
    }
}

impl Traits {
    /// Whether the text can stand without quotes where everything is laid out so.
    pub(crate) fn is_plain(&self, layout: Layout) -> bool {
        match layout {
            Layout::Block => self.block_plain && self.any,
            Layout::Flow => self.flow_plain && self.any,
        }
    }
}

/// Whether a text would be mistaken for something else without quotes: outside of brackets, inside of them.
fn indicators(characters: &[char]) -> (bool, bool) {
    let marker = |sign: char| characters.len() >= 3 && characters[..3].iter().all(|&c| c == sign);
    let mut block = marker('-') || marker('.');
    let mut flow = block;
    let mut after_blank = true;
    for (at, &character) in characters.iter().enumerate() {
        let before_blank = matches!(characters.get(at + 1), None | Some(' ' | '\t'));
        match character {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`'
                if at == 0 =>
            {
                flow = true;
                block = true;
            }
            '-' if at == 0 && before_blank => {
                flow = true;
                block = true;
            }
            '?' if at == 0 => {
                flow = true;
                block |= before_blank;
            }
            ':' => {
                flow = true;
                block |= before_blank;
            }
            ',' | '?' | '[' | ']' | '{' | '}' => flow = true,
            '#' if after_blank => {
                flow = true;
                block = true;
            }
            _ => {}
        }
        after_blank = matches!(character, ' ' | '\t' | '\0') || is_break(character);
    }
    (block, flow)
}

/// How a text is written.
pub(super) fn choose(text: &str, role: Role) -> Style {
    let key = role == Role::SimpleKey;
    let traits = Traits::of(text);
    if text.contains('\n') {
        return if key || !traits.literal { Style::DoubleQuoted } else { Style::Literal };
    }
    // go-yaml leaves the key `<<` without quotes, and then merges what it has just written.
    let merges = key && text == "<<";
    if merges || !resolve::is_text_when_plain(text) || (key && traits.has_break) {
        return Style::DoubleQuoted;
    }
    if traits.block_plain {
        Style::Plain
    } else if traits.single_quoted {
        Style::SingleQuoted
    } else {
        Style::DoubleQuoted
    }
}

/// The characters that end a line in YAML 1.1.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The characters that go-yaml writes without an escape. Those beyond U+FFFF are not among them, nor are tabs.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && character != '\u{feff}'
}
