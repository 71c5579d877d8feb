//! How a string is written in YAML: plain, quoted in one of two ways, or as a literal block.

use super::plain::reads_as_text;

/// The ways to write a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// What matters of a string for how it may be written.
#[derive(Default)]
struct Traits {
    /// It starts or contains something that means something else in YAML.
    has_indicator: bool,
    has_break: bool,
    has_special: bool,
    has_tab: bool,
    leading_space_or_break: bool,
    trailing_space: bool,
    trailing_break: bool,
    space_before_break: bool,
    space_after_break: bool,
}

/// The style of a string; a key has no block style.
pub(super) fn style(text: &str, is_key: bool) -> Style {
    let traits = Traits::of(text);
    let wanted = match text {
        _ if text.contains('\n') => Style::Literal,
        _ if reads_as_text(text) => Style::Plain,
        _ => Style::DoubleQuoted,
    };
    let single_allowed =
        !(traits.space_after_break || traits.space_before_break || traits.has_tab || traits.has_special);
    let plain_allowed = single_allowed
        && !(traits.has_indicator
            || traits.has_break
            || traits.leading_space_or_break
            || traits.trailing_space
            || traits.trailing_break);
    let literal_allowed = !(traits.trailing_space || traits.space_before_break || traits.has_special);
    match wanted {
        _ if is_key && traits.has_break => Style::DoubleQuoted,
        Style::Plain if plain_allowed => Style::Plain,
        Style::Plain if single_allowed => Style::SingleQuoted,
        Style::Literal if literal_allowed => Style::Literal,
        _ => Style::DoubleQuoted,
    }
}

impl Traits {
    fn of(text: &str) -> Self {
        let mut traits =
            Self { has_indicator: text.starts_with("---") || text.starts_with("..."), ..Self::default() };
        let mut previous: Option<char> = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let space_follows = chars.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            let is_last = chars.peek().is_none();
            let space_precedes = previous.is_none_or(|c| matches!(c, ' ' | '\t') || is_break(c));
            traits.has_indicator |= match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`'
                    if previous.is_none() =>
                {
                    true
                }
                '?' | '-' => previous.is_none() && space_follows,
                ':' => space_follows,
                '#' => space_precedes,
                _ => false,
            };
            traits.has_tab |= c == '\t';
            traits.has_special |= c != '\t' && !is_printable(c);
            traits.has_break |= is_break(c);
            traits.leading_space_or_break |= previous.is_none() && (c == ' ' || is_break(c));
            traits.trailing_space |= is_last && c == ' ';
            traits.trailing_break |= is_last && is_break(c);
            traits.space_after_break |= c == ' ' && previous.is_some_and(is_break);
            traits.space_before_break |= is_break(c) && previous == Some(' ');
            previous = Some(c);
        }
        traits
    }
}

/// What ends a line.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What needs no escape. Characters beyond the basic plane do, as yaml.v3 has it.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// The text in single quotes. What follows a line separator is indented; other line ends are never quoted
/// like this.
pub(super) fn single_quoted(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    let mut after_break = false;
    for c in text.chars() {
        if after_break && c != ' ' && !is_break(c) {
            out.push_str(&" ".repeat(indent));
        }
        after_break = is_break(c) || after_break && c == ' ';
        out.push(c);
        if c == '\'' {
            out.push(c);
        }
    }
    out.push('\'');
    out
}

/// The text in double quotes, with YAML's escapes.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    // yaml.v3 takes every character for a byte order mark if the first one is.
    let escapes_all = text.starts_with('\u{feff}');
    for c in text.chars() {
        let short = match c {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{a0}' if escapes_all => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            c if is_printable(c) && !escapes_all => {
                out.push(c);
                continue;
            }
            _ => "",
        };
        match u32::from(c) {
            _ if !short.is_empty() => out.push_str(short),
            code @ ..0x100 => out.push_str(&format!("\\x{code:02X}")),
            code @ ..0x1_0000 => out.push_str(&format!("\\u{code:04X}")),
            code => out.push_str(&format!("\\U{code:08X}")),
        }
    }
    out.push('"');
    out
}
