//! One line of a YAML file in block style, with the spaces between its parts made even.
//!
//! Only what fits on one line is understood. Everything else is left to whoever asks: nothing is guessed.

/// A line that is neither empty nor only a comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// The columns of the dashes before the rest.
    pub(crate) dashes: Vec<usize>,
    /// The column of the rest.
    pub(crate) column: usize,
    /// The rest: a key with its value, or a value.
    pub(crate) text: String,
    /// Whether the rest has a key.
    pub(crate) has_key: bool,
    /// Whether the lines below are the text of a block scalar.
    pub(crate) opens_block: bool,
    /// The comment behind.
    pub(crate) comment: Option<&'a str>,
}

/// Reads a line; none if it is of another kind.
pub(crate) fn read(line: &str) -> Option<Line<'_>> {
    let mut column = indent(line);
    let mut rest = &line[column..];
    let mut dashes = Vec::new();
    while let Some(behind) = rest.strip_prefix("- ") {
        dashes.push(column);
        column += 2 + indent(behind);
        rest = behind.trim_start_matches(' ');
    }
    let (key, rest) = match split_key(rest)? {
        Some((key, rest)) => (Some(key), rest),
        None => (None, rest),
    };
    let value = value(rest)?;
    let text = match key {
        Some(key) if value.text.is_empty() => format!("{key}:"),
        Some(key) => format!("{key}: {}", value.text),
        None if value.text.is_empty() => return None,
        None => value.text,
    };
    Some(Line {
        dashes,
        column,
        text,
        has_key: key.is_some(),
        opens_block: value.opens_block,
        comment: value.comment,
    })
}

/// How many spaces a line begins with.
pub(crate) fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The key and what is behind its colon; nothing if there is no key.
fn split_key(text: &str) -> Option<Option<(&str, &str)>> {
    let end = match text.chars().next()? {
        quote @ ('"' | '\'') => quoted(text, quote)?,
        '[' | '{' | '|' | '>' => return Some(None),
        first
            if is_property(first)
                || (first == '-' && text == "-")
                || (first == '?' && text[1..].starts_with(' ')) =>
        {
            return None;
        }
        _ => match (text.find(": "), text.find(" #")) {
            (Some(colon), Some(comment)) if comment < colon => return Some(None),
            (Some(colon), _) => colon,
            (None, Some(comment)) if text[..comment].trim_end().ends_with(':') => {
                text[..comment].trim_end().len() - 1
            }
            (None, None) if text.trim_end().ends_with(':') => text.trim_end().len() - 1,
            (None, _) => return Some(None),
        },
    };
    match text[end..].strip_prefix(':') {
        Some(rest) => Some(Some((&text[..end], rest))),
        None => Some(None),
    }
}

/// Whether a character begins something other than a plain scalar: an anchor, an alias, a tag, or an error.
fn is_property(first: char) -> bool {
    matches!(first, '&' | '*' | '!' | '%' | '@' | '`' | ',' | ']' | '}')
}

/// A value on one line, and the comment behind it.
struct Value<'a> {
    text: String,
    opens_block: bool,
    comment: Option<&'a str>,
}

fn value(text: &str) -> Option<Value<'_>> {
    let text = text.trim_matches(' ');
    let (value, rest) = match text.chars().next() {
        None => (String::new(), ""),
        Some('#') => (String::new(), text),
        Some(quote @ ('"' | '\'')) => {
            let end = quoted(text, quote)?;
            (text[..end].to_owned(), &text[end..])
        }
        Some('[' | '{') => {
            let (flow, end) = flow(text)?;
            (flow, &text[end..])
        }
        Some(first) if is_property(first) => return None,
        Some(_) => {
            let end = text.find(" #").unwrap_or(text.len());
            (text[..end].trim_end().to_owned(), &text[end..])
        }
    };
    let rest = rest.trim_start_matches(' ');
    let comment = rest.starts_with('#').then_some(rest);
    let opens_block = value.starts_with(['|', '>']);
    // A number says how far the text is indented, a plus that the empty lines below are part of it.
    let known_block = !opens_block || matches!(&value[1..], "" | "-");
    (known_block && (rest.is_empty() || comment.is_some())).then_some(Value {
        text: value,
        opens_block,
        comment,
    })
}

/// Where a quoted scalar at the beginning ends.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && quote == '"' {
            characters.next();
        } else if c == quote {
            if quote == '\'' && characters.next_if(|(_, next)| *next == '\'').is_some() {
                continue;
            }
            return Some(at + 1);
        }
    }
    None
}

/// A flow collection at the beginning, written with even spaces, and where it ends.
fn flow(text: &str) -> Option<(String, usize)> {
    let close = if text.starts_with('[') { ']' } else { '}' };
    let mut out = text[..1].to_owned();
    let mut at = 1;
    loop {
        at += indent(&text[at..]);
        if text[at..].starts_with(close) {
            out.push(close);
            return Some((out, at + 1));
        }
        if out.len() > 1 {
            out.push_str(", ");
        }
        at = flow_part(text, at, &mut out)?;
        if text[at..].starts_with(':') {
            out.push_str(": ");
            at += 1 + indent(&text[at + 1..]);
            at = flow_part(text, at, &mut out)?;
        }
        match text[at..].chars().next()? {
            ',' => at += 1,
            next if next == close => {}
            _ => return None,
        }
    }
}

/// Writes a key, a value or an item of a flow collection; where the next mark is.
fn flow_part(text: &str, at: usize, out: &mut String) -> Option<usize> {
    let rest = &text[at..];
    let end = match rest.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = quoted(rest, quote)?;
            out.push_str(&rest[..end]);
            end
        }
        '[' | '{' => {
            let (inner, end) = flow(rest)?;
            out.push_str(&inner);
            end
        }
        first if is_property(first) || matches!(first, '?' | ':' | '#') => return None,
        _ => {
            let end = plain_in_flow(rest);
            out.push_str(rest[..end].trim_end());
            end
        }
    };
    Some(at + end + indent(&rest[end..]))
}

/// Where a plain scalar of a flow collection ends.
fn plain_in_flow(text: &str) -> usize {
    let is_end = |(at, c): &(usize, char)| match c {
        ',' | '[' | ']' | '{' | '}' => true,
        ':' => text[at + 1..].starts_with([' ', ',', '[', ']', '{', '}']),
        '#' => text[..*at].ends_with(' '),
        _ => false,
    };
    text.char_indices().find(is_end).map_or(text.len(), |(at, _)| at)
}
