//! Where the text of a scalar was written.

use serde_json::Value;
use windlass_yaml::{Kind, Mapping, Node, ReadOptions, ScalarNode, ScalarStyle, read};

/// What is written where the value of the key `k` says `part`.
fn origin_of<'s>(source: &'s str, part: &str) -> &'s str {
    let root = read(source, &ReadOptions::default()).expect(source).remove(0).root;
    let Kind::Mapping(mapping) = root.kind() else { panic!("{source}") };
    let Some(Kind::Scalar(scalar)) = mapping.get("k").map(|(_, value)| value.kind()) else {
        panic!("{source}")
    };
    let at = scalar.text.find(part).unwrap_or_else(|| panic!("{part:?} is not in {:?}", scalar.text));
    &source[scalar.origin(source, at..at + part.len())]
}

#[test]
fn parts_of_every_style_are_found() {
    let cases = [
        ("k: ${{ vars.a }} \n", "vars.a", "vars.a"),
        ("k: a\n  b ${{ vars.a }}\n\n  c\n", "vars.a", "vars.a"),
        ("k: a\n  b\n", "a b", "a\n  b"),
        ("k: 'it''s ${{ vars.a }}'\n", "vars.a", "vars.a"),
        ("k: 'it''s'\n", "t's", "t''s"),
        ("k: \"é \\u0041\\n\\\"${{ vars['a'] }}\\\"\"\n", "vars['a']", "vars['a']"),
        ("k: \"\\u0041\\tb\"\n", "A\t", "\\u0041\\t"),
        ("k: \"a \\\n   b\n   c\"\n", "b c", "b\n   c"),
        ("k: |\n  one\n    two ${{ vars.a }}\n", "vars.a", "vars.a"),
        ("k: |\n  one\n    two\n", "  two", "  two"),
        ("k: |+\n\n  one\n\n\n  two\n\n", "e\n\n\nt", "e\n\n\n  t"),
        ("k: >-\n  one\n  two\n\n    three\n  four\n", "two", "two"),
        ("k: >-\n  one\n  two\n\n    three\n  four\n", "  three\nfour", "  three\n  four"),
        ("k: >-\n  one\n  two\n", "e t", "e\n  t"),
        ("k: |2\n    one\n   two\n", " two", " two"),
        ("k: |\r\n  one\r\n  two\r\n", "two", "two"),
        ("k: &a !!str\n  text\n", "ext", "ext"),
    ];
    for (source, part, expected) in cases {
        assert_eq!(origin_of(source, part), expected, "{source:?}");
    }
}

#[test]
fn an_alias_leads_to_what_it_stands_for() {
    assert_eq!(origin_of("a: &a 'x''y'\nk: *a\n", "'y"), "''y");
}

#[test]
fn places_without_text_are_places() {
    let source = "k: \"ab\"\n";
    let root = read(source, &ReadOptions::default()).expect(source).remove(0).root;
    let Kind::Mapping(mapping) = root.kind() else { panic!() };
    let Some(Kind::Scalar(scalar)) = mapping.get("k").map(|(_, value)| value.kind()) else { panic!() };
    assert_eq!(scalar.origin(source, 1..1), 5..5);
    assert_eq!(scalar.origin(source, 2..2), 6..6);
    assert_eq!(scalar.origin(source, 9..12), 6..6);
}

/// Every character of every scalar of the recorded documents is where it is said to be: it stands there as it is, or an
/// escape or a line end does.
#[test]
fn characters_of_recorded_documents_are_found() {
    let mut count = 0;
    for line in include_str!("../golden/read.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect(line);
        let source = case["in"].as_str().expect("in is text");
        for document in read(source, &ReadOptions::default()).unwrap_or_default() {
            check(&document.root, source, &mut count);
        }
    }
    assert!(count > 9_000, "only {count} characters");
}

fn check(node: &Node, source: &str, count: &mut usize) {
    match node.kind() {
        Kind::Scalar(scalar) => check_scalar(&scalar, source, count),
        Kind::Sequence(items) => items.iter().for_each(|item| check(item, source, count)),
        Kind::Mapping(mapping) => {
            for entry in Mapping::entries(mapping) {
                check(&entry.key, source, count);
                check(&entry.value, source, count);
            }
        }
    }
}

fn check_scalar(scalar: &ScalarNode<'_>, source: &str, count: &mut usize) {
    let mut last = scalar.span.bytes().start;
    for (at, char) in scalar.text.char_indices() {
        let range = scalar.origin(source, at..at + char.len_utf8());
        let written = &source[range.clone()];
        let is_escape = scalar.style == ScalarStyle::DoubleQuoted && written.starts_with('\\');
        let is_quote = scalar.style == ScalarStyle::SingleQuoted && written == "''";
        let is_end = char.is_whitespace() && written.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        // What is chomped to one line end at the end of block text is behind its last line.
        let is_last = char == '\n' && written.is_empty() && range.start == scalar.span.bytes().end;
        assert!(
            written == char.to_string() || is_escape || is_quote || is_end || is_last,
            "{char:?} of {:?} is said to be {written:?} in {source:?}",
            scalar.text
        );
        assert!(range.start >= last, "{:?} goes back in {source:?}", scalar.text);
        last = range.start;
        *count += 1;
    }
}
