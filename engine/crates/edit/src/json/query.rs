//! Keys that are queries: `*` and `?` in names, `#` for all items of a list, `#(…)` for those that are like something.
//!
//! They find places of values, by the rules of `tidwall/gjson` 1.14. What is worked out and stands nowhere (the length of a
//! list, the result of a modifier such as `@reverse`, what comes behind `|`) has no place.

mod condition;
mod pattern;

use std::ops::Range;

use super::scan::{Items, Members, container};
use condition::Condition;

/// The modifiers that make a new value of one.
const MODIFIERS: [&str; 12] = [
    "flatten", "fromstr", "group", "join", "keys", "pretty", "reverse", "this", "tostr", "ugly", "valid",
    "values",
];

/// What a key leads to.
#[derive(Debug, Clone, PartialEq)]
enum Found {
    Nothing,
    One(Range<usize>),
    All(Vec<Range<usize>>),
    /// The length of a list, which is a number and stands nowhere.
    Length(usize),
}

/// The places that a key leads to.
pub(super) fn find(text: &[u8], key: &str) -> Vec<Range<usize>> {
    match get(text, 0, key) {
        Found::One(place) => vec![place],
        Found::All(places) => places,
        Found::Nothing | Found::Length(_) => Vec::new(),
    }
}

/// What a path leads to from the value that starts at `at`.
fn get(text: &[u8], at: usize, path: &str) -> Found {
    if is_worked_out(path) || path.starts_with("..") {
        return Found::Nothing;
    }
    match container(&text[at..]) {
        Some(start) => inside(text, at + start, path),
        None => Found::Nothing,
    }
}

fn inside(text: &[u8], start: usize, path: &str) -> Found {
    if text[start] == b'{' { in_object(text, start, path) } else { in_list(text, start, path) }
}

/// Whether a path begins with what makes a new value.
fn is_worked_out(path: &str) -> bool {
    match path.as_bytes() {
        [b'@', _, ..] => is_modifier(path),
        [b'!' | b'[' | b'{', _, ..] => true,
        _ => false,
    }
}

fn is_modifier(path: &str) -> bool {
    let name = path.trim_start_matches('@');
    let end = name.find(['.', '|', ':']).unwrap_or(name.len());
    MODIFIERS.contains(&&name[..end])
}

/// The first part of a path.
struct Step<'p> {
    name: String,
    is_pattern: bool,
    rest: Option<&'p str>,
}

fn in_object(text: &[u8], start: usize, path: &str) -> Found {
    let Some(step) = member_step(path) else { return Found::Nothing };
    for (name, value) in Members::new(text, start + 1) {
        let fits = if step.is_pattern { pattern::matches(&name, &step.name) } else { name == step.name };
        if !fits {
            continue;
        }
        let Some(rest) = step.rest else { return Found::One(value) };
        if matches!(text[value.start], b'{' | b'[') {
            let found = inside(text, value.start, rest);
            if found != Found::Nothing {
                return found;
            }
        }
    }
    Found::Nothing
}

/// None if a new value is made there.
fn member_step(path: &str) -> Option<Step<'_>> {
    let (mut name, mut is_pattern) = (String::new(), false);
    let mut characters = path.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '|' => return None,
            '.' => return Some(Step { name, is_pattern, rest: Some(behind_dot(&path[at + 1..])?) }),
            '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
            other => {
                is_pattern |= matches!(other, '*' | '?');
                name.push(other);
            }
        }
    }
    Some(Step { name, is_pattern, rest: None })
}

/// What stands behind a dot; none if it makes a new value.
fn behind_dot(rest: &str) -> Option<&str> {
    let makes_new = rest.starts_with(['[', '{']) || rest.starts_with('@') && is_modifier(rest);
    if makes_new { None } else { Some(rest) }
}

fn in_list(text: &[u8], start: usize, path: &str) -> Found {
    let mut items = Items::new(text, start + 1);
    if let Some(key) = path.strip_prefix("#.") {
        return Found::All(items.flat_map(|item| all(get(text, item.start, key))).collect());
    }
    if path.starts_with("#(") || path.starts_with("#[") {
        return Condition::read(path).map_or(Found::Nothing, |condition| like(text, items, &condition));
    }
    if path == "#" {
        return Found::Length(items.count());
    }
    let (index, rest) = match path.find(['.', '|']) {
        Some(at) if path[at..].starts_with('|') => return Found::Nothing,
        Some(at) => match behind_dot(&path[at + 1..]) {
            Some(rest) => (&path[..at], Some(rest)),
            None => return Found::Nothing,
        },
        None => (path, None),
    };
    let is_index = !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    let item = index.parse().ok().filter(|_| is_index).and_then(|index| items.nth(index));
    match (item, rest) {
        (Some(item), None) => Found::One(item),
        (Some(item), Some(rest)) if matches!(text[item.start], b'{' | b'[') => inside(text, item.start, rest),
        _ => Found::Nothing,
    }
}

fn all(found: Found) -> Vec<Range<usize>> {
    match found {
        Found::One(place) => vec![place],
        Found::All(places) => places,
        Found::Nothing | Found::Length(_) => Vec::new(),
    }
}

/// The items that are like a condition says, or what is inside of them.
fn like(text: &[u8], items: Items<'_>, condition: &Condition<'_>) -> Found {
    let mut places = Vec::new();
    for item in items {
        if !fits(text, &item, condition) {
            continue;
        }
        let found = match condition.rest {
            Some(rest) => get(text, item.start, rest),
            None => Found::One(item),
        };
        if !condition.is_for_all {
            return found;
        }
        places.extend(all(found));
    }
    Found::All(places)
}

fn fits(text: &[u8], item: &Range<usize>, condition: &Condition<'_>) -> bool {
    let is_container = matches!(text[item.start], b'{' | b'[');
    if !is_container {
        return condition.path.is_empty() && condition.holds_for(Some(&text[item.clone()]));
    }
    match get(text, item.start, condition.path) {
        Found::One(place) => condition.holds_for(Some(&text[place])),
        Found::Length(length) => condition.holds_for(Some(length.to_string().as_bytes())),
        Found::All(_) => condition.holds_for(Some(b"[]")),
        Found::Nothing => condition.holds_for(None),
    }
}
