//! What the tree tells of a text: documents, styles, spans, anchors, order.

use windlass_yaml::{Kind, Mapping, Node, ReadOptions, Scalar, ScalarStyle, decode_utf8, read, to_json};

fn roots(text: &str) -> Vec<Node> {
    read(text, &ReadOptions::default()).expect(text).into_iter().map(|document| document.root).collect()
}

fn root(text: &str) -> Node {
    roots(text).remove(0)
}

fn mapping(node: &Node) -> &Mapping {
    let Kind::Mapping(mapping) = node.kind() else { panic!("not a mapping") };
    mapping
}

#[test]
fn documents_without_content_are_left_out() {
    let count = |text: &str| roots(text).len();
    assert_eq!(count(""), 0);
    assert_eq!(count("# only a comment\n"), 0);
    assert_eq!(count("---\n---\n# c\n---\n"), 0);
    assert_eq!(count("---\na: 1\n---\n---\nb: 2\n...\n---\nc\n"), 3);
    assert_eq!(count("---\nnull\n---\n~\n---\n\"\"\n---\n!!str\n"), 4);
}

#[test]
fn the_first_document_is_what_one_reader_sees() {
    assert_eq!(to_json(""), Ok(serde_json::Value::Null));
    assert_eq!(to_json("---\n---\na: 1\n"), Ok(serde_json::Value::Null));
    assert_eq!(to_json("a: 1\n---\n]\n"), Ok(serde_json::json!({"a": 1})));
}

#[test]
fn byte_order_mark_and_line_ends_are_layout() {
    let text = decode_utf8(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n").expect("UTF-8");
    let node = root(text);
    assert_eq!(node.to_json(), Ok(serde_json::json!({"a": 1, "b": "x\ny\n"})));
    let key = mapping(&node).entries()[0].key.span();
    assert_eq!((key.start.byte, key.start.line, key.start.column), (3, 1, 1));
    let value = mapping(&node).entries()[1].value.span();
    assert_eq!(&text[value.bytes()], "|\r\n  x\r\n  y");
}

#[test]
fn spans_cover_the_text_of_values() {
    let text =
        "a: 'q' # c\nb: &x !!str  text of\n  two lines # c\nc: [1, {d: e}]\nf:\n- g\n- h: |\n    i\n\nj:\n";
    let node = root(text);
    let of = |name: &str| {
        let (_, value) = mapping(&node).get(name).expect(name);
        &text[value.span().bytes()]
    };
    assert_eq!(of("a"), "'q'");
    assert_eq!(of("b"), "text of\n  two lines");
    assert_eq!(of("c"), "[1, {d: e}]");
    assert_eq!(of("f"), "- g\n- h: |\n    i");
    assert_eq!(of("j"), "");
    assert_eq!(&text[node.span().bytes()], text.strip_suffix('\n').expect("ends its line"));
}

#[test]
fn styles_tags_and_anchors_are_kept() {
    let text = "- plain\n- 'single'\n- \"double\"\n- |\n  literal\n- >\n  folded\n- &n !t tagged\n- *n\n";
    let node = root(text);
    let Kind::Sequence(items) = node.kind() else { panic!("not a sequence") };
    let styles: Vec<ScalarStyle> = items
        .iter()
        .map(|item| match item.kind() {
            Kind::Scalar(scalar) => scalar.style,
            _ => panic!("not a scalar"),
        })
        .collect();
    use ScalarStyle::{DoubleQuoted, Folded, Literal, Plain, SingleQuoted};
    assert_eq!(styles, [Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Plain, Plain]);
    assert_eq!((items[5].anchor(), items[5].tag(), items[5].alias()), (Some("n"), Some("!t"), None));
    assert_eq!((items[6].anchor(), items[6].tag(), items[6].alias()), (None, None, Some("n")));
    assert_eq!(&text[items[6].span().bytes()], "*n");
}

#[test]
fn keys_keep_their_order() {
    let json = to_json("z: 1\na: 2\nm: {y2: 1, b: 2}\n").expect("plain data");
    assert_eq!(json.to_string(), r#"{"z":1,"a":2,"m":{"y2":1,"b":2}}"#);
}

#[test]
fn scalars_have_values() {
    let value = |text: &str| match root(text).kind() {
        Kind::Scalar(scalar) => scalar.value(),
        _ => panic!("not a scalar"),
    };
    assert_eq!(value("0644"), Ok(Scalar::Int(420)));
    assert_eq!(value("18446744073709551615"), Ok(Scalar::Uint(u64::MAX)));
    assert_eq!(value("18446744073709551616"), Ok(Scalar::Float(18_446_744_073_709_551_616.0)));
    assert_eq!(value("-.inf"), Ok(Scalar::Float(f64::NEG_INFINITY)));
    assert_eq!(value("off"), Ok(Scalar::Bool(false)));
    assert_eq!(value("'off'"), Ok(Scalar::from("off")));
    assert_eq!(value("2001-01-01"), Ok(Scalar::from("2001-01-01")));
    assert_eq!(value("~"), Ok(Scalar::Null));
    assert!(value("!!int x").is_err());
}

#[test]
fn entries_show_what_is_written_and_get_what_counts() {
    let node = root("x: &x {a: 1}\nw:\n  <<: *x\n  b: 2\n  b: 3\n");
    let (_, w) = mapping(&node).get("w").expect("w is there");
    let entries = mapping(w).entries();
    assert_eq!(entries.iter().map(|entry| entry.is_merge()).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(
        entries.iter().map(|entry| entry.name().map(String::from)).collect::<Vec<_>>(),
        [None, Some("b".to_owned()), Some("b".to_owned())]
    );
    let json = |name: &str| mapping(w).get(name).map(|(_, value)| value.to_json());
    assert_eq!(json("a"), Some(Ok(1.into())));
    assert_eq!(json("b"), Some(Ok(3.into())));
    assert_eq!(json("<<"), None);
}

#[test]
fn an_alias_stands_for_the_last_anchor_of_that_name() {
    assert_eq!(to_json("[&a 1, *a, &a 2, *a]\n"), Ok(serde_json::json!([1, 1, 2, 2])));
    assert_eq!(to_json("[&a [&a 1, *a], *a]\n"), Ok(serde_json::json!([[1, 1], 1])));
    assert_eq!(
        to_json("[&a [&b [*b_, 1]], 2]\n").map_err(|error| error.kind),
        Err(windlass_yaml::ErrorKind::Alias)
    );
}
