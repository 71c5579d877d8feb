//! The list of images in a file that has been laid out: entries by name, members in the order of Kustomize, texts
//! without quotes they do not need.

use serde_json::{Value, json};
use windlass_yaml::{KeyOrder, emit, to_json};

use crate::edit::IMAGES;
use crate::line;

/// The members of an entry, in Kustomize's order. Others follow.
const MEMBERS: [&str; 5] = ["name", "newName", "tagSuffix", "newTag", "digest"];

/// One entry.
struct Entry<'a> {
    name: String,
    /// The comments above it.
    comments: Vec<&'a str>,
    members: Vec<Member<'a>>,
}

/// One member of an entry.
struct Member<'a> {
    rank: usize,
    /// The comments above it.
    comments: Vec<&'a str>,
    /// The key and the value, and the comment behind them.
    line: String,
}

/// The text with its images in order; none if the list has something else in it than entries of single lines.
pub(crate) fn in_order(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.iter().position(|line| line.strip_prefix(IMAGES).is_some_and(is_empty_value))?;
    let (before, list) = lines.split_at(head + 1);
    let is_in_list = |line: &&str| line.starts_with([' ', '-', '#']) || line.is_empty();
    let end = list.iter().position(|line| !is_in_list(line)).unwrap_or(list.len());
    // Comments at the end are about what follows.
    let end = list[..end].iter().rposition(|line| line.starts_with([' ', '-'])).map_or(0, |last| last + 1);
    let (list, after) = list.split_at(end);
    let mut entries = entries(list)?;
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let mut out: Vec<String> = before.iter().map(ToString::to_string).collect();
    for entry in entries {
        entry.write(&mut out);
    }
    out.extend(after.iter().map(ToString::to_string));
    out.push(String::new());
    Some(out.join("\n"))
}

/// Whether a key is followed by nothing but a comment.
fn is_empty_value(rest: &str) -> bool {
    rest.strip_prefix(':').is_some_and(|rest| rest.is_empty() || rest.starts_with(" #"))
}

fn entries<'a>(lines: &[&'a str]) -> Option<Vec<Entry<'a>>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    let mut comments = Vec::new();
    for line in lines {
        if line.trim_start().starts_with('#') {
            comments.push(*line);
            continue;
        }
        if line.starts_with("- ") {
            let comments = std::mem::take(&mut comments);
            entries.push(Entry { name: String::new(), comments, members: Vec::new() });
        } else if !line.starts_with("  ") || line::indent(line) != 2 {
            return None;
        }
        let entry = entries.last_mut()?;
        let (name, member) = member(&line[2..], std::mem::take(&mut comments))?;
        if let Some(name) = name {
            entry.name = name;
        }
        entry.members.push(member);
    }
    // A comment behind the last entry belongs to it, wherever the entry goes.
    comments.is_empty().then_some(entries)
}

/// Reads a member; its value, if it is the name.
fn member<'a>(text: &str, comments: Vec<&'a str>) -> Option<(Option<String>, Member<'a>)> {
    let read = line::read(text).filter(|line| line.has_key && !line.opens_block)?;
    let Value::Object(mapping) = to_json(&read.text).ok()? else { return None };
    let (key, value) = mapping.into_iter().next()?;
    let written = match &value {
        Value::String(_) => emit(&json!({ key.as_str(): value }), KeyOrder::Kept).ok()?.trim_end().to_owned(),
        _ => read.text,
    };
    let line = match read.comment {
        Some(comment) => format!("{written} {comment}"),
        None => written,
    };
    let rank = MEMBERS.iter().position(|member| *member == key).unwrap_or(MEMBERS.len());
    let name = value.as_str().filter(|_| key == "name").map(ToOwned::to_owned);
    Some((name, Member { rank, comments, line }))
}

impl Entry<'_> {
    fn write(mut self, out: &mut Vec<String>) {
        self.members.sort_by_key(|member| member.rank);
        out.extend(self.comments.iter().map(ToString::to_string));
        for (number, member) in self.members.iter().enumerate() {
            let (dash, indent) = if number == 0 { ("- ", "") } else { ("  ", "  ") };
            out.extend(member.comments.iter().map(|comment| format!("{indent}{}", comment.trim_start())));
            out.push(format!("{dash}{}", member.line));
        }
    }
}

/// Whether two kustomizations are the same but for the order of the images.
pub(crate) fn same(mut one: Value, mut other: Value) -> bool {
    for kustomization in [&mut one, &mut other] {
        if let Some(Value::Array(images)) = kustomization.get_mut(IMAGES) {
            images.sort_by_key(|image| image["name"].as_str().unwrap_or_default().to_owned());
        }
    }
    one == other
}
