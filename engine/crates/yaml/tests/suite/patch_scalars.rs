//! Scalars replaced: what is written, and that nothing else changes.

use windlass_yaml::{Limits, PatchError, Patcher, Path, Quotes, ReadOptions, Scalar, WhichDuplicate};

fn path(pointer: &str) -> Path {
    pointer.parse().expect("a good pointer")
}

fn replace(text: &str, pointer: &str, value: impl Into<Scalar>) -> Result<String, PatchError> {
    let mut patcher = Patcher::new(text).expect("good YAML");
    patcher.replace_scalar(&path(pointer), &value.into())?;
    Ok(patcher.into_text())
}

#[track_caller]
fn check(text: &str, pointer: &str, value: impl Into<Scalar>, want: &str) {
    assert_eq!(replace(text, pointer, value).as_deref(), Ok(want));
}

#[test]
fn the_style_stays_if_it_can_hold_the_value() {
    check("a: old # c\n", "/a", "new", "a: new # c\n");
    check("a: 'old' # c\n", "/a", "new", "a: 'new' # c\n");
    check("a: 'old' # c\n", "/a", "it's 1.10", "a: 'it''s 1.10' # c\n");
    check("a: \"old\" # c\n", "/a", "1.10", "a: \"1.10\" # c\n");
    check("a:    \"x # y\"   # real\n", "/a", "n", "a:    \"n\"   # real\n");
    check("a: 'old'\n", "/a", "two\nlines", "a: \"two\\nlines\"\n");
    check("a: 'old'\n", "/a", "tab\t", "a: \"tab\\t\"\n");
}

#[test]
fn plain_text_is_quoted_where_it_must() {
    for text in [
        "1.10",
        "1e3",
        "yes",
        "n",
        "null",
        "~",
        "",
        "0x10",
        "0644",
        "1_000",
        "12:30:45",
        "2001-01-01",
        ".inf",
    ] {
        check("a: old\n", "/a", text, &format!("a: \"{text}\"\n"));
    }
    for text in ["a: b", "x #y", "- x", "[1]", "{a}", " lead", "*x", "&x", "!x", "#", "%", "@", "`", "trail "]
    {
        check("a: old\n", "/a", text, &format!("a: '{text}'\n"));
    }
    for text in ["1.2.3", "v1", "a:b", "x#y", "a,b", "it's", "sha256:0123", "-x", "<<", "=", "é"] {
        check("a: old\n", "/a", text, &format!("a: {text}\n"));
    }
    check("a: [old, z]\n", "/a/0", "a:b", "a: ['a:b', z]\n");
    check("a: [old, z]\n", "/a/0", "v1", "a: [v1, z]\n");
    check("a: {b: old}\n", "/a/b", "x,y", "a: {b: 'x,y'}\n");
}

#[test]
fn quotes_can_be_chosen_for_what_has_none() {
    let quote = |text: &str, pointer: &str, value: &str| {
        let mut patcher = Patcher::new(text).expect("good YAML");
        patcher.replace_scalar_quoted(&path(pointer), &value.into(), Quotes::Double).expect("it is replaced");
        patcher.into_text()
    };
    assert_eq!(quote("a: old # c\n", "/a", "t"), "a: \"t\" # c\n");
    assert_eq!(quote("a: [old, z]\n", "/a/0", "[1]"), "a: [\"[1]\", z]\n");
    assert_eq!(quote("a: 'old'\n", "/a", "t"), "a: 't'\n");
    assert_eq!(quote("a: !!str old\n", "/a", "1"), "a: !!str \"1\"\n");
    assert_eq!(quote("a:\n", "/a", "t"), "a: \"t\"\n");
    assert_eq!(quote("a: |\n  old\nb: 1\n", "/a", "t\n"), "a: |\n  t\nb: 1\n");
}

#[test]
fn a_collection_can_take_the_place_of_a_scalar() {
    let put = |text: &str, pointer: &str, value: serde_json::Value| {
        let mut patcher = Patcher::new(text).expect("good YAML");
        patcher.replace_scalar_by_collection(&path(pointer), &value)?;
        Ok::<_, PatchError>(patcher.into_text())
    };
    let list = serde_json::json!(["a", 1, true, "no"]);
    assert_eq!(put("a: 'old' # c\n", "/a", list.clone()).unwrap(), "a: [a, 1, true, \"no\"] # c\n");
    assert_eq!(
        put("a: &x !!str old\nb: *x\n", "/a", list.clone()).unwrap(),
        "a: &x [a, 1, true, \"no\"]\nb: *x\n"
    );
    assert_eq!(put("a:\n", "/a", serde_json::json!({ "x": {} })).unwrap(), "a: {x: {}}\n");
    assert_eq!(
        put("a: |  # c\n  x\nb: 1\n", "/a", list.clone()).unwrap(),
        "a: [a, 1, true, \"no\"]  # c\nb: 1\n"
    );
    assert!(matches!(put("a: [1]\n", "/a", list), Err(PatchError::WrongKind { .. })));
}

#[test]
fn other_types_are_plain() {
    check("a: 'old' # c\n", "/a", Scalar::Int(-5), "a: -5 # c\n");
    check("a: 'old'\n", "/a", Scalar::Bool(true), "a: true\n");
    check("a: 'old'\n", "/a", Scalar::Null, "a: null\n");
    check("a: old\n", "/a", Scalar::Uint(u64::MAX), "a: 18446744073709551615\n");
    check("a: old\n", "/a", Scalar::Float(1.5), "a: 1.5\n");
    check("a: old\n", "/a", Scalar::Float(5.0), "a: 5\n");
    check("a: old\n", "/a", Scalar::Float(1e21), "a: 1e+21\n");
    check("a: old\n", "/a", Scalar::Float(f64::NEG_INFINITY), "a: -.inf\n");
    check("a: old\n", "/a", Scalar::Float(f64::NAN), "a: .nan\n");
    let from_json = Scalar::try_from(&serde_json::json!(2.5)).expect("a scalar");
    check("a: [1, 2]\n", "/a/1", from_json, "a: [1, 2.5]\n");
}

#[test]
fn anchors_stay_and_tags_stay_if_they_fit() {
    check("a: &x old # c\nb: *x\n", "/a", "new", "a: &x new # c\nb: *x\n");
    check("a: !!str old\n", "/a", "1.10", "a: !!str 1.10\n");
    check("a: !!str 12\n", "/a", Scalar::Int(5), "a: 5\n");
    check("a: !!int 12\n", "/a", Scalar::Int(5), "a: !!int 5\n");
    check("a: !!int 12\n", "/a", "x", "a: x\n");
    check("a: &x !!int 12\n", "/a", "yes", "a: &x \"yes\"\n");
    check("a: !own x\n", "/a", "12", "a: !own 12\n");
}

#[test]
fn an_alias_is_replaced_itself() {
    check("a: &x 1\nb: *x # c\n", "/b", Scalar::Int(2), "a: &x 1\nb: 2 # c\n");
    check("a: &x 1\nb: [*x, 3]\n", "/b/0", "t", "a: &x 1\nb: [t, 3]\n");
}

#[test]
fn values_that_are_left_out_are_filled_in() {
    check("a: # c\nb: 1\n", "/a", "v", "a: v # c\nb: 1\n");
    check("a:\n", "/a", "v", "a: v\n");
    check("a:", "/a", "v", "a: v");
    check("- \n- 1\n", "/0", "v", "- v\n- 1\n");
    check("-\n- 1\n", "/0", "v", "- v\n- 1\n");
    check("a: &x\nb: *x\n", "/a", "v", "a: &x v\nb: *x\n");
    check("a: {b, c: 1}\n", "/a/b", "v", "a: {b: v, c: 1}\n");
    check("a: {b: , c: 1}\n", "/a/b", "v", "a: {b: v , c: 1}\n");
}

#[test]
fn block_text_is_replaced_whole() {
    let text = "m: |  # c\n  line one\n  line two\n\nn: 1\n";
    check(text, "/m", "new\nlines\n", "m: |  # c\n  new\n  lines\n\nn: 1\n");
    check(text, "/m", "short", "m: |-  # c\n  short\n\nn: 1\n");
    check(text, "/m", "a\n\n  b", "m: |-  # c\n  a\n\n    b\n\nn: 1\n");
    check(text, "/m", " lead\n", "m: \" lead\\n\"  # c\n\nn: 1\n");
    check(text, "/m", "end\n\n", "m: \"end\\n\\n\"  # c\n\nn: 1\n");
    check(text, "/m", Scalar::Int(5), "m: 5  # c\n\nn: 1\n");
    check("m: >-\n    folded\n    text\nn: 1\n", "/m", "x\ny", "m: |-\n    x\n    y\nn: 1\n");
    check("m: |+\n  a\n\n\nn: 1\n", "/m", "b", "m: |-\n  b\n\n\nn: 1\n");
    check("m: |\n  a", "/m", "b\n", "m: |\n  b\n");
    check("m: |\n  a", "/m", "b", "m: |-\n  b");
    check("- |\n x\n- y\n", "/0", "z\n", "- |\n z\n- y\n");
    check("m: |\nn: 1\n", "/m", "b\n", "m: \"b\\n\"\nn: 1\n".replace("\"b\\n\"", "|\n  b").as_str());
}

#[test]
fn text_over_several_lines_is_replaced_whole() {
    check("a: \"one\n  two\" # c\nb: 1\n", "/a", "n", "a: \"n\" # c\nb: 1\n");
    check("a: one\n  two # c\nb: 1\n", "/a", "v", "a: v # c\nb: 1\n");
    check("l: [a,\n    b, # c\n    c]\n", "/l/1", "v", "l: [a,\n    v, # c\n    c]\n");
}

#[test]
fn line_ends_marks_and_missing_line_ends_stay() {
    check("a: 1\r\nb: 2\r\nc: 3\r\n", "/b", "new", "a: 1\r\nb: new\r\nc: 3\r\n");
    check("a: |\r\n  x\r\nb: 1\r\n", "/a", "y\nz\n", "a: |\r\n  y\r\n  z\r\nb: 1\r\n");
    check("\u{feff}a: x", "/a", "v", "\u{feff}a: v");
    check(
        "ключ: старое\nm: {ü: 1, 日本: old}\n",
        "/m/日本",
        "новое",
        "ключ: старое\nm: {ü: 1, 日本: новое}\n",
    );
    check("a  :   old\n? k\n: old\n", "/k", "v", "a  :   old\n? k\n: v\n");
}

#[test]
fn keys_are_found_as_written_and_as_in_json() {
    check("n: 1\n", "/n", "x", "n: x\n");
    check("n: 1\n", "/false", "x", "n: x\n");
    check("0x7: 1\n", "/0x7", "x", "0x7: x\n");
    check("0x7: 1\n", "/7", "x", "0x7: x\n");
    check("n: 1\n'false': 2\n", "/false", "x", "n: 1\n'false': x\n");
    check("\"quoted key\": 1\na/b: 2\n", "/a~1b", "x", "\"quoted key\": 1\na/b: x\n");
}

#[test]
fn one_document_of_several_is_changed() {
    let text = "a: 1\n---\n# nothing\n---\na: 2 # two\n...\n---\na: 3\n";
    let mut patcher = Patcher::new(text).expect("good YAML");
    patcher.select_document(1).expect("three documents");
    patcher.replace_scalar(&path("/a"), &Scalar::Int(9)).expect("a scalar");
    assert_eq!(patcher.text(), "a: 1\n---\n# nothing\n---\na: 9 # two\n...\n---\na: 3\n");
    assert_eq!(patcher.select_document(3), Err(PatchError::NoDocument { document: 3, count: 3 }));
}

#[test]
fn the_first_or_the_last_duplicate_is_changed() {
    let mut patcher = Patcher::new("a: 1\na: 2\n").expect("good YAML");
    patcher.replace_scalar(&path("/a"), &Scalar::Int(3)).expect("a scalar");
    assert_eq!(patcher.text(), "a: 1\na: 3\n");
    patcher.select_duplicate(WhichDuplicate::First);
    patcher.replace_scalar(&path("/a"), &Scalar::Int(4)).expect("a scalar");
    assert_eq!(patcher.text(), "a: 4\na: 3\n");
}

#[test]
fn what_cannot_be_changed_is_said_and_nothing_changes() {
    let text = "a: &x {c: 1}\nb: *x\nd:\n  <<: *x\nl: [1]\n? k\n";
    let mut patcher = Patcher::new(text).expect("good YAML");
    let mut error = |pointer: &str| {
        let error = patcher.replace_scalar(&path(pointer), &Scalar::Null).expect_err(pointer);
        assert_eq!(patcher.text(), text);
        error
    };
    assert_eq!(
        error("/b/c").to_string(),
        "`/b/c` is written elsewhere and brought in here by `*x` (line 2, column 4)"
    );
    assert_eq!(
        error("/d/c").to_string(),
        "`/d/c` is written elsewhere and brought in here by `<<` (line 4, column 3)"
    );
    assert_eq!(error("/a").to_string(), "`/a` is a mapping, not a scalar (line 1, column 7)");
    assert_eq!(error("/l").to_string(), "`/l` is a list, not a scalar (line 5, column 4)");
    assert_eq!(error("/b").to_string(), "`/b` is an alias, not a scalar (line 2, column 4)");
    assert_eq!(error("/a/z").to_string(), "there is nothing at `/a/z`; the way breaks off behind `/a`");
    assert_eq!(error("/l/1").to_string(), "there is nothing at `/l/1`; the way breaks off behind `/l`");
    assert_eq!(error("/k").to_string(), "`/k` cannot be changed here: the key has no `:`");
    let mut empty = Patcher::new("# c\n").expect("good YAML");
    assert!(matches!(
        empty.replace_scalar(&path(""), &Scalar::Null),
        Err(PatchError::NotFound { span: None, .. })
    ));
}

#[test]
fn limits_count_after_a_change_too() {
    let limits = Limits { nodes: 4, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    assert!(Patcher::with_options("a: [1, 2]\n", options).is_err());
    let mut patcher = Patcher::with_options("a: [1]\n", options).expect("four nodes");
    let list = serde_json::json!([1]);
    assert!(matches!(
        patcher.replace_scalar_by_collection(&path("/a/0"), &list),
        Err(PatchError::Refused { .. })
    ));
    assert_eq!(patcher.text(), "a: [1]\n");
}
