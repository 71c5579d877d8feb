//! Random changes of random documents in random layouts: the value changes as asked, and no comment is lost.

use serde_json::{Map, Value};
use windlass_yaml::{
    KeyOrder, Kind, Node, PatchError, Patcher, Path, ReadOptions, Scalar, emit, read, to_json,
};

use crate::generate::{self, Dice};

const TEXTS: &[&str] =
    &["a", "yes", "1.10", "a: b", "it's", "two\nlines\n", "", "x #y", "é", "a,b", "end\n\n", "v1"];
const KEYS: &[&str] = &["name", "newTag", "a b", "n", "1", "x/y", "é", "z"];

/// A value whose layout is then chosen at random.
fn document(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth > 3 { 3 } else { 7 }) {
        0 => Value::from(dice.below(100)),
        1 => Value::Null,
        3 | 4 => (0..dice.below(4)).map(|_| document(dice, depth + 1)).collect(),
        5 | 6 => {
            let mut object = Map::new();
            for _ in 0..=dice.below(3) {
                object.insert(dice.pick(KEYS).to_owned(), document(dice, depth + 1));
            }
            Value::Object(object)
        }
        _ => Value::from(dice.pick(TEXTS)),
    }
}

/// Writes a document in a layout of its own: indentation, brackets, comments, blank lines, quotes.
struct Layout<'d> {
    dice: &'d mut Dice,
    text: String,
    comments: usize,
}

impl Layout<'_> {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# note {}!", self.comments)
    }

    fn line_end(&mut self) {
        if self.dice.one_in(4) {
            let comment = self.comment();
            self.text.push_str(&format!(" {comment}"));
        }
        self.text.push('\n');
    }

    fn before(&mut self, indent: usize) {
        if self.dice.one_in(6) {
            let comment = self.comment();
            self.text.push_str(&format!("{}{comment}\n", " ".repeat(indent)));
        }
        if self.dice.one_in(8) {
            self.text.push('\n');
        }
    }

    /// A scalar on one line, or nothing for null at times.
    fn one_line(&mut self, value: &Value, flow: bool) -> String {
        match value {
            Value::String(text) if text.contains('\n') || flow || self.dice.one_in(3) => {
                serde_json::to_string(text).expect("text is JSON")
            }
            Value::String(text) if self.dice.one_in(3) => format!("'{}'", text.replace('\'', "''")),
            Value::Null if !flow && self.dice.one_in(2) => String::new(),
            _ => emit(value, KeyOrder::Kept).expect("flat").trim_end_matches('\n').to_owned(),
        }
    }

    fn flow(&mut self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let parts: Vec<String> = items.iter().map(|item| self.flow(item)).collect();
                format!("[{}]", self.join(&parts))
            }
            Value::Object(entries) => {
                let parts: Vec<String> =
                    entries.iter().map(|(key, value)| format!("\"{key}\": {}", self.flow(value))).collect();
                format!("{{{}}}", self.join(&parts))
            }
            _ => self.one_line(value, true),
        }
    }

    fn join(&mut self, parts: &[String]) -> String {
        let separator = [",", ", ", ",\n      "][self.dice.below(3)];
        let trailing = if !parts.is_empty() && self.dice.one_in(6) { "," } else { "" };
        parts.join(separator) + trailing
    }

    /// Writes a value behind `key:` or `-`, and ends its line.
    fn value(&mut self, value: &Value, parent: usize, in_item: bool) {
        let block = match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(entries) => !entries.is_empty(),
            _ => false,
        };
        if !block || self.dice.one_in(4) {
            if let Value::String(text) = value
                && text.ends_with("lines\n")
                && self.dice.one_in(2)
            {
                let indent = " ".repeat(parent + 2);
                self.text.push_str(&format!(" |\n{indent}two\n{indent}lines\n"));
                return;
            }
            let flow = self.flow_or_scalar(value);
            if !flow.is_empty() {
                self.text.push_str(&format!(" {flow}"));
            }
            self.line_end();
            return;
        }
        let inline = in_item && self.dice.one_in(2);
        let indent = if inline {
            self.text.push(' ');
            parent + 2
        } else {
            self.line_end();
            let least = usize::from(in_item || value.is_object());
            parent + least + self.dice.below(3)
        };
        self.block(value, indent, inline);
    }

    fn flow_or_scalar(&mut self, value: &Value) -> String {
        if value.is_array() || value.is_object() { self.flow(value) } else { self.one_line(value, false) }
    }

    fn block(&mut self, value: &Value, indent: usize, mut inline: bool) {
        let start = |layout: &mut Self, inline: bool| {
            if !inline {
                layout.before(indent);
                layout.text.push_str(&" ".repeat(indent));
            }
        };
        match value {
            Value::Array(items) => {
                for item in items {
                    start(self, inline);
                    inline = false;
                    self.text.push('-');
                    self.value(item, indent, true);
                }
            }
            Value::Object(entries) => {
                for (key, value) in entries {
                    start(self, inline);
                    inline = false;
                    self.text.push_str(&format!("\"{key}\":"));
                    self.value(value, indent, false);
                }
            }
            _ => unreachable!("only collections are laid out as blocks"),
        }
    }
}

/// All places of a value.
fn places(value: &Value, here: &Path, found: &mut Vec<Path>) {
    found.push(here.clone());
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                places(item, &here.join(at.to_string()), found);
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                places(value, &here.join(key), found);
            }
        }
        _ => {}
    }
}

/// Makes one change of the text and of the value; gives what the patcher answered.
fn change(
    dice: &mut Dice,
    patcher: &mut Patcher,
    value: &mut Value,
) -> Option<(String, Result<(), PatchError>)> {
    let mut all = Vec::new();
    places(value, &Path::root(), &mut all);
    let path = all[dice.below(all.len())].clone();
    let new = generate::value(dice, 3);
    let at = value.pointer_mut(&path.to_string()).expect("a place of the value");
    let what = format!("{path} of {at}, new {new}");
    match (dice.below(4), &mut *at) {
        (0, Value::Array(_) | Value::Object(_)) => None,
        (0, _) => {
            let scalar = generate::scalar(dice);
            let result = patcher.replace_scalar(&path, &Scalar::try_from(&scalar).expect("a scalar"));
            *at = scalar;
            Some((format!("replace {what}"), result))
        }
        (1, Value::Array(items)) => {
            items.push(new.clone());
            Some((format!("append {what}"), patcher.append_to_sequence(&path, &new)))
        }
        (2, Value::Object(entries)) => {
            let key = dice.pick(&["fresh", "1.10", "yes", "a: b"]);
            if entries.contains_key(key) {
                return None;
            }
            entries.insert(key.to_owned(), new.clone());
            Some((format!("insert {key} {what}"), patcher.insert_key(&path, key, &new)))
        }
        (3, _) => {
            let (parent, last) = path.split_last()?;
            match value.pointer_mut(&parent.to_string()).expect("the parent is there") {
                Value::Array(items) => drop(items.remove(last.parse().expect("an index"))),
                Value::Object(entries) => drop(entries.shift_remove(last)),
                _ => unreachable!("a parent is a collection"),
            }
            Some((format!("remove {what}"), patcher.remove(&path)))
        }
        _ => None,
    }
}

/// The value with numbers as JSON has them after a visit to YAML.
fn normal(value: &Value) -> Value {
    to_json(&emit(value, KeyOrder::Kept).expect("not deep")).expect("written YAML is good")
}

#[test]
fn changes_do_what_they_say_and_nothing_else() {
    let (mut done, mut refused) = (0, 0);
    for seed in 0..6000 {
        let mut dice = Dice::new(seed);
        let mut value = Value::Object([("top".to_owned(), document(&mut dice, 0))].into_iter().collect());
        let mut layout = Layout { dice: &mut dice, text: String::new(), comments: 0 };
        layout.block(&value, 0, false);
        let mut text = layout.text;
        if dice.one_in(3) {
            text = text.replace('\n', "\r\n");
        }
        if dice.one_in(4) {
            text = text.trim_end_matches(['\r', '\n']).to_owned();
        }
        // Text that ends without a line end may have lost one that was content.
        value = to_json(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut patcher = Patcher::new(text.clone()).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for _ in 0..4 {
            let before = patcher.text().to_owned();
            let value_before = value.clone();
            let Some((what, result)) = change(&mut dice, &mut patcher, &mut value) else { continue };
            if let Err(error) = result {
                assert!(matches!(error, PatchError::Refused { .. }), "seed {seed} {what}: {error}\n{before}");
                assert_eq!(patcher.text(), before);
                (refused, value) = (refused + 1, value_before);
                continue;
            }
            done += 1;
            let after = patcher.text();
            assert_eq!(to_json(after), Ok(normal(&value)), "seed {seed} {what}\n{before}\n----\n{after}");
            if !what.starts_with("remove") {
                for comment in before.split('#').skip(1).filter_map(|rest| rest.split_once('!')) {
                    let note = format!("#{}!", comment.0);
                    assert!(
                        !note.starts_with("# note") || after.contains(&note),
                        "seed {seed} {what}\n{before}\n----\n{after}"
                    );
                }
            }
        }
    }
    assert!(done > 5000, "only {done} changes");
    assert_eq!(refused, 0);
}

/// All paths of a tree, keys as they are written.
fn tree_places(node: &Node, here: &Path, found: &mut Vec<Path>) {
    found.push(here.clone());
    match node.kind() {
        Kind::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                tree_places(item, &here.join(at.to_string()), found);
            }
        }
        Kind::Mapping(mapping) => {
            for entry in mapping.entries() {
                if let Kind::Scalar(key) = entry.key.kind() {
                    tree_places(&entry.value, &here.join(key.text), found);
                }
            }
        }
        Kind::Scalar(_) => {}
    }
}

/// Texts with anchors, merge keys, tags, explicit keys and several documents: a change is made as asked, in its
/// document only, or refused.
#[test]
fn odd_texts_are_changed_rightly_or_not_at_all() {
    const PIECES: &[&str] = &[
        "a: &x 1\n",
        "b: *x\n",
        "c: &y {d: 1, e: [2, *x]}\n",
        "<<: *y\n",
        "f:\n  <<: [*y]\n  g: 2\n",
        "? h\n: i\n",
        "? [j]\n: k\n",
        "l: !!str 5\n",
        "m: !t\n",
        "n:\n",
        "o: # c\n",
        "p: |+\n  q\n\n",
        "r: >-\n  s\n  t\n",
        "u: [v, w: x, ]\n",
        "y: {z, a: }\n",
        "---\n",
        "--- # c\n",
        "...\n---\n",
        "- a\n- - b\n  - c\n",
        "-\n- d: e\n  f: g\n",
        "a: 2\n",
        "\"h\": 'i'\n",
        "- &z\n- *z\n",
        "# comment\n",
        "\n",
        "k: &x\n  l: 1\n",
        "q: \"r\n  s\"\n",
        "t: u\n  v\n",
        "w: {x: {y: [1,\n 2]}}\n",
    ];
    let (mut done, mut refused) = (0, 0);
    for seed in 0..20_000 {
        let mut dice = Dice::new(seed);
        let text: String = (0..=dice.below(6)).map(|_| dice.pick(PIECES)).collect();
        let Ok(mut patcher) = Patcher::new(text.clone()) else { continue };
        let documents = read(&text, &ReadOptions::default()).expect("read before").len();
        let document = dice.below(documents.max(1));
        patcher.select_document(document).expect("one of the documents");
        let mut all = vec![Path::root().join("new")];
        if let Some(root) = patcher.root() {
            tree_places(root, &Path::root(), &mut all);
        }
        let path = all[dice.below(all.len())].clone();
        let new = generate::value(&mut dice, 3);
        let change = dice.below(4);
        let result = match change {
            0 => patcher
                .replace_scalar(&path, &Scalar::try_from(&generate::scalar(&mut dice)).expect("a scalar")),
            1 => patcher.append_to_sequence(&path, &new),
            2 => patcher.insert_key(&path, "fresh", &new),
            _ => patcher.remove(&path),
        };
        let (before, after) = (json(&text), json(patcher.text()));
        if result.is_err() {
            assert_eq!(patcher.text(), text);
            refused += 1;
            continue;
        }
        done += 1;
        assert!(change == 0 || patcher.text() != text, "seed {seed} {path}");
        assert_eq!(after.len(), before.len().max(1), "seed {seed} {path}\n{text}\n----\n{}", patcher.text());
        for (at, (old, new)) in before.iter().zip(&after).enumerate() {
            assert!(at == document || old == new, "seed {seed} {path}\n{text}\n----\n{}", patcher.text());
        }
    }
    assert!(done > 2000 && refused > 500, "{done} changes, {refused} refusals");
}

/// The JSON of all documents, or why there is none.
fn json(text: &str) -> Vec<Result<Value, String>> {
    let documents = read(text, &ReadOptions::default()).expect("a patched text is good");
    documents
        .iter()
        .map(|document| document.root.to_json().map_err(|error| error.message.to_string()))
        .collect()
}
