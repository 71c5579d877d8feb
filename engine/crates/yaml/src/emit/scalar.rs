//! Scalars in their four styles.

use super::style::{Role, is_break, is_printable};
use super::writer::Writer;

/// Lines are folded at the first space behind this column.
const WIDTH: usize = 80;

pub(super) fn write_plain(writer: &mut Writer, text: &str, role: Role) {
    writer.space();
    let mut after_space = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let folds =
            role == Role::Value && !after_space && writer.column > WIDTH && characters.peek() != Some(&' ');
        if character == ' ' && folds {
            writer.new_line();
        } else {
            writer.put(character);
        }
        after_space = character == ' ';
        if !after_space {
            writer.occupy();
        }
    }
    writer.end_scalar();
}

pub(super) fn write_single_quoted(writer: &mut Writer, text: &str, role: Role) {
    writer.begin("'");
    let mut after_space = false;
    let mut after_break = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        if character == ' ' {
            let inside = at > 0 && next.is_some();
            if role == Role::Value && !after_space && writer.column > WIDTH && inside && next != Some(' ') {
                writer.new_line();
            } else {
                writer.put(' ');
            }
            after_space = true;
        } else if is_break(character) {
            writer.put_break(character);
            after_break = true;
        } else {
            if after_break {
                writer.new_line();
            }
            if character == '\'' {
                writer.put('\'');
            }
            writer.put(character);
            writer.occupy();
            after_space = false;
            after_break = false;
        }
    }
    writer.follow("'");
}

pub(super) fn write_double_quoted(writer: &mut Writer, text: &str, role: Role) {
    writer.begin("\"");
    // go-yaml escapes every character of a text that starts with a byte order mark.
    let escape_all = text.starts_with('\u{feff}');
    let mut after_space = false;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|&(_, next)| next);
        if escape_all || needs_escape(character) {
            escape(character).chars().for_each(|part| writer.put(part));
        } else if character == ' ' {
            let inside = at > 0 && next.is_some();
            if role == Role::Value && !after_space && writer.column > WIDTH && inside {
                writer.new_line();
                if next == Some(' ') {
                    writer.put('\\');
                }
            } else {
                writer.put(' ');
            }
        } else {
            writer.put(character);
        }
        after_space = character == ' ' && !escape_all;
    }
    writer.follow("\"");
}

pub(super) fn write_literal(writer: &mut Writer, text: &str) {
    writer.begin("|");
    if text.starts_with(' ') || text.starts_with(is_break) {
        writer.follow("2");
    }
    match trailing_breaks(text) {
        0 => writer.follow("-"),
        1 if text.chars().nth(1).is_some() => {}
        _ => writer.follow("+"),
    }
    writer.begin_lines();
    let mut after_break = true;
    for character in text.chars() {
        if is_break(character) {
            writer.put_break(character);
            after_break = true;
        } else {
            if after_break {
                writer.new_line();
            }
            writer.put(character);
            writer.occupy();
            after_break = false;
        }
    }
}

/// How many characters at the end of a text end lines.
fn trailing_breaks(text: &str) -> usize {
    text.chars().rev().take_while(|&character| is_break(character)).count()
}

/// A text in single quotes on one line.
pub(crate) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes on one line.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if needs_escape(character) {
            quoted.push_str(&escape(character));
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    quoted
}

fn needs_escape(character: char) -> bool {
    !is_printable(character) || is_break(character) || character == '"' || character == '\\'
}

/// The escape of a character in double quotes.
fn escape(character: char) -> String {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(character);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}
