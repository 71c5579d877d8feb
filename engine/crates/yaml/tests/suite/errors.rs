//! Mistakes: what is said, and where.

use windlass_yaml::{DuplicateKeys, ErrorKind, ReadOptions, YamlError, decode_utf8, read, to_json};

fn error(text: &str) -> YamlError {
    read(text, &ReadOptions::strict()).expect_err(text)
}

/// Checks kind, place (line, column) and message.
fn check(text: &str, kind: ErrorKind, place: (u32, u32), message: &str) {
    let error = error(text);
    assert_eq!(error.kind, kind, "{text:?}: {error}");
    assert_eq!((error.span.start.line, error.span.start.column), place, "{text:?}: {error}");
    assert_eq!(error.message, message, "{text:?}");
}

#[test]
fn syntax_errors_have_a_place_and_a_reason() {
    let syntax = |text, place, message| check(text, ErrorKind::Syntax, place, message);
    syntax("a:\n\tb: 1\n", (2, 1), "a tab cannot indent");
    syntax("a: 'x\nb: 1\n", (1, 4), "this quoted text is never closed");
    syntax("a: \"x\n", (1, 4), "this quoted text is never closed");
    syntax("a: [1, 2\n", (1, 4), "no `]` closes this");
    syntax("a: [1, 2\nb: 3\n", (2, 2), "a `,` or `]` must stand here");
    syntax("a: {b: 1\n", (1, 4), "no `}` closes this");
    syntax("a: 1\n  b: 2\n", (2, 4), "a `:` that makes a key cannot stand here");
    syntax("a: b: c\n", (1, 5), "a `:` that makes a key cannot stand here");
    syntax("a: 1\nb\nc: 2\n", (2, 1), "this line stands where a key must be, but has no `: `");
    syntax("a:\n  - 1\n - 2\n", (3, 2), "a key must start this line, as it is part of a mapping");
    syntax("- a\nb: c\n", (2, 1), "a `- ` must start this line, as it is part of a list");
    syntax("a: - b\n", (1, 4), "a list item cannot start here");
    syntax("a: @x\n", (1, 4), "`@` cannot start a value");
    syntax("a: \"x\\q\"\n", (1, 6), "unknown escape in double-quoted text");
    syntax("a: \"\\ud83d\"\n", (1, 5), "this escape is no Unicode character");
    syntax("a: |x\n", (1, 5), "nothing but a comment can follow `|` or `>` on its line");
    syntax("a: |\n\tx\n", (2, 1), "a tab cannot indent block text");
    syntax("%YAML 1.2\n---\na\n", (1, 1), "only YAML 1.1 is known here");
    syntax("a: 1\n...\nb: 2\n", (3, 1), "a new document must start with `---`");
    syntax("a: *b.c\n", (1, 4), "the name of an alias is made of letters, digits, `-` and `_`");
    syntax("a: ]\n", (1, 4), "a `]` cannot stand here");
    syntax("!e!x 1\n", (1, 1), "the tag handle `!e!` is not declared");
}

#[test]
fn other_errors_have_a_place_and_a_reason() {
    check("a: *x\n", ErrorKind::Alias, (1, 4), "no anchor `x` stands before this alias");
    check("a: &x [*x]\n", ErrorKind::Alias, (1, 8), "the value of the anchor `x` contains itself");
    check("a: 1\nb: \u{7}\n", ErrorKind::Encoding, (2, 4), "the character U+0007 is not allowed");
}

#[test]
fn a_place_is_given_in_bytes_and_in_characters() {
    let error = error("ключ: é@\nдва: @\n");
    assert_eq!((error.span.start.byte, error.span.start.line, error.span.start.column), (22, 2, 6));
    assert_eq!(error.to_string(), "`@` cannot start a value (line 2, column 6)");
    assert_eq!(error.hint.as_deref(), Some("quote the text"));
}

#[test]
fn duplicates_name_both_places() {
    let error = error("a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n");
    assert_eq!(error.message, "the key `x` stands twice, first at line 3, column 3");
    assert_eq!((error.span.start.line, error.span.start.column), (5, 3));
    let ErrorKind::DuplicateKey { first } = error.kind else { panic!("{error}") };
    assert_eq!((first.start.line, first.start.column, first.bytes()), (3, 3, 10..11));
}

#[test]
fn duplicates_are_judged_as_in_json() {
    for text in
        ["{yes: 1, true: 2}", "{1: a, 0x1: b}", "{a: 1, \"a\": 2}", "- {? a : 1, a: 2}", "{1: a, '1': b}"]
    {
        assert!(matches!(error(text).kind, ErrorKind::DuplicateKey { .. }), "{text}");
    }
    for text in
        ["{a: 1, A: 2}", "x: &x {a: 1}\ny: {<<: *x, a: 2}", "{<<: {a: 1}, <<: {a: 2}}", "{[a]: 1, [a]: 2}"]
    {
        assert!(read(text, &ReadOptions::strict()).is_ok(), "{text}");
    }
}

#[test]
fn the_last_duplicate_wins_by_default() {
    assert_eq!(ReadOptions::default().duplicate_keys, DuplicateKeys::LastWins);
    assert_eq!(to_json("a: 1\nb: 2\na: 3\n"), Ok(serde_json::json!({"a": 3, "b": 2})));
}

#[test]
fn what_json_cannot_hold_is_an_error_there_only() {
    let json_error = |text: &str| {
        let documents = read(text, &ReadOptions::default()).expect(text);
        let error = documents[0].root.to_json().expect_err(text);
        (error.kind, error.span.start.line, error.span.start.column)
    };
    assert_eq!(json_error("a: .inf\n"), (ErrorKind::NotJson, 1, 4));
    assert_eq!(json_error("a: [1, .nan]\n"), (ErrorKind::NotJson, 1, 8));
    assert_eq!(json_error("~: a\n"), (ErrorKind::NotJson, 1, 1));
    assert_eq!(json_error("a: {{ .Values.x }}\n"), (ErrorKind::NotJson, 1, 5));
    assert_eq!(json_error("a: 1\nb:\n  <<: 1\n"), (ErrorKind::Merge, 3, 7));
    assert_eq!(json_error("a: !!int x\n"), (ErrorKind::Tag, 1, 10));
}

#[test]
fn bytes_that_are_not_utf8_have_a_place() {
    assert_eq!(decode_utf8("é".as_bytes()), Ok("é"));
    let error = decode_utf8(b"a: 1\nb: \xc3\xa9\xff\n").expect_err("0xff is never UTF-8");
    assert_eq!(error.kind, ErrorKind::Encoding);
    assert_eq!((error.span.start.byte, error.span.start.line, error.span.start.column), (10, 2, 5));
}
