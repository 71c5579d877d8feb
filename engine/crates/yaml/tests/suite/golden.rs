//! What Go `sigs.k8s.io/yaml` answered, see `tests/golden/README.md`.

use serde_json::Value;
use windlass_yaml::{ErrorKind, KeyOrder, ReadOptions, emit, read, to_json};

fn cases(text: &str) -> impl Iterator<Item = Value> {
    text.split('\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).expect(line))
}

#[test]
fn reads_what_go_reads() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases(include_str!("../golden/read.jsonl")) {
        count += 1;
        let text = case["in"].as_str().expect("in is text");
        let answer = to_json(text);
        let right = match (&answer, case.get("want")) {
            (Ok(answer), Some(want)) => answer == want,
            (Err(_), None) => case["error"] == true,
            _ => false,
        };
        if !right {
            failures.push(format!("{case}\n   got {answer:?}"));
        }
    }
    assert!(count > 1900, "only {count} cases");
    assert!(failures.is_empty(), "{} of {count}\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn refuses_duplicates_where_go_does() {
    let mut refused = 0;
    for case in cases(include_str!("../golden/read.jsonl")) {
        let text = case["in"].as_str().expect("in is text");
        if case.get("want").is_some() && case["strictError"] == true {
            let error = read(text, &ReadOptions::strict()).expect_err(text);
            assert!(matches!(error.kind, ErrorKind::DuplicateKey { .. }), "{text}: {error}");
            refused += 1;
        }
    }
    assert!(refused >= 5, "only {refused} cases");
}

#[test]
fn writes_what_go_writes() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases(include_str!("../golden/emit.jsonl")) {
        count += 1;
        let want = case["want"].as_str().expect("want is text");
        let got = emit(&case["value"], KeyOrder::Sorted).expect("the value is not deep");
        if got != want {
            failures.push(format!("{}\n  want {want:?}\n   got {got:?}", case["value"]));
        }
    }
    assert!(count > 2000, "only {count} cases");
    assert!(failures.is_empty(), "{} of {count}\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn a_key_that_would_merge_is_quoted() {
    let value = serde_json::json!({"<<": "x"});
    assert_eq!(emit(&value, KeyOrder::Sorted).expect("flat"), "\"<<\": x\n");
}

#[test]
fn control_characters_that_go_refuses_are_escaped() {
    let value = serde_json::json!("a\u{7f}\u{9f}\u{85}");
    let text = emit(&value, KeyOrder::Sorted).expect("flat");
    assert_eq!(text, "\"a\\x7F\\x9F\\N\"\n");
    assert_eq!(to_json(&text), Ok(value));
}

#[test]
fn keys_keep_their_order_if_asked_to() {
    let value = serde_json::json!({"b": 1, "a": {"d": [], "c": 2}});
    assert_eq!(emit(&value, KeyOrder::Kept).expect("flat"), "b: 1\na:\n  d: []\n  c: 2\n");
    assert_eq!(emit(&value, KeyOrder::Sorted).expect("flat"), "a:\n  c: 2\n  d: []\nb: 1\n");
}

/// go-yaml's comparison has cycles; the order must not depend on where the keys come from.
#[test]
fn sorted_keys_do_not_depend_on_their_order_before() {
    let one = serde_json::json!({"10": 1, "01": 2, "1e6": 3});
    let other = serde_json::json!({"1e6": 3, "01": 2, "10": 1});
    assert_eq!(emit(&one, KeyOrder::Sorted), emit(&other, KeyOrder::Sorted));
}
