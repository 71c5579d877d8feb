//! Literals, names, comments, pipes, `let`.

use serde_json::json;
use windlass_expr::ErrorClass::{Parse, Type};

use crate::support::{check, eval, refuse, value};

#[test]
fn numbers() {
    check(&[
        ("0xFF", json!(255)),
        ("0b1010", json!(10)),
        ("0o17", json!(15)),
        ("017", json!(17)),
        ("1_000_000", json!(1_000_000)),
        ("1_", json!(1)),
        ("5.", json!(5)),
        (".5e1", json!(5)),
        ("1E3", json!(1000)),
        ("9223372036854775807", json!(i64::MAX)),
    ]);
    refuse(Parse, &["9223372036854775808", "0x", "0b2", "1e", "1.2.3", "1e999", "1__x"]);
}

#[test]
fn strings() {
    check(&[
        (r#""a\tb\\""#, json!("a\tb\\")),
        (r"'it\'s'", json!("it's")),
        (r#""\x41\101\u00e9\U0001F600\u{1F600}""#, json!("AAé😀😀")),
        (r#""\ud800""#, json!("\u{fffd}")),
        ("`raw \\n ``tick```", json!("raw \\n `tick`")),
        ("\"// no comment\"", json!("// no comment")),
        ("b\"a\\xff\"", json!("Yf8=")),
        ("len(b\"\\xc3\\xa9\")", json!(2)),
    ]);
    let newlines = ["`a\n`", "'a\rb'", "'a\r\u{1}'"].map(eval);
    assert_eq!(newlines, [json!("a\n"), json!("a\nb"), json!("a\n\u{1}")]);
    refuse(
        Parse,
        &["'a", "'a\nb'", r"'\q'", r#""\'""#, r"'\400'", r"'\u{110000}'", r"b'\u0041'", "`a", "'a\\"],
    );
}

#[test]
fn collections() {
    check(&[
        ("[1, 2,]", json!([1, 2])),
        ("{a: 1, \"b\": 2, 3: 3, (\"c\" + \"d\"): 4,}", json!({"a": 1, "b": 2, "3": 3, "cd": 4})),
        ("{}", json!({})),
        ("{not_a_word: 1}.not_a_word", json!(1)),
    ]);
    refuse(Parse, &["[1,,2]", "{a}", "{a: 1,, b: 2}", "{[1]: 2}", "[1 2]"]);
}

#[test]
fn names() {
    check(&[
        ("undefined", json!(null)),
        ("$", json!(null)),
        ("_x1", json!(null)),
        ("größe", json!(null)),
        ("$env.vars.n", json!(7)),
        ("$env[\"ctx\"].stage", json!("prod")),
        ("\"vars\" in $env", json!(true)),
        ("{\"in\": 1, \"let\": 2}.in", json!(1)),
        ("{\"not\": 3}.not", json!(3)),
        ("NIL", json!(null)),
    ]);
    assert_eq!(value("len").unwrap().to_json().unwrap(), json!(null));
    refuse(Type, &["len == 3"]);
}

#[test]
fn comments_and_space() {
    check(&[
        ("1 // one", json!(1)),
        ("1 + // one\n 2", json!(3)),
        ("/* a\n b */ 1 /**/ + 1", json!(2)),
        ("\u{a0}1\n\t+\r\n1", json!(2)),
    ]);
    refuse(Parse, &["", " ", "// only", "/* open", "# hash\n1"]);
}

#[test]
fn declarations_and_sequences() {
    check(&[
        ("let x = 1; let y = x + 1; x + y", json!(3)),
        ("let x = 1; x; x + 1", json!(2)),
        ("1; 2; 3;", json!(3)),
        ("let vars = 5; vars", json!(5)),
        ("(let x = 2; x * x) + 1", json!(5)),
        ("let f = date(\"2024-02-29\").Year; f()", json!(2024)),
        ("let i = 1; map([1, 2], let j = #; i + j)", json!([2, 3])),
    ]);
    refuse(Parse, &["let x = 1", "let x = ; 1", "; 1", "let 1 = 2; 3", "(1;)", "1 + let x = 1; x", "1;; 2"]);
    refuse(Type, &["let x = 1; let x = 2; x", "let len = 1; len", "let map = 1; map", "let x = 1; x()"]);
}

#[test]
fn pipes() {
    check(&[
        ("\"a,b\" | split(\",\") | join(\"-\") | upper()", json!("A-B")),
        ("1 + 2 | string()", json!("3")),
        ("[3, 1] | filter(# > 1) | len()", json!(1)),
        ("5 | max(3, 9)", json!(9)),
        ("vars.items | map(.size) | sum()", json!(45)),
    ]);
    refuse(Parse, &["1 | 2", "1 | upper", "\"a,b\" | split(\",\")[0]"]);
}

#[test]
fn calls() {
    check(&[("::len(\"abc\")", json!(3)), ("max(1, 2,)", json!(2))]);
    refuse(Parse, &["len(1 2)", "len(,)", "len(1", "map()", "map([1])", "(len)(1)"]);
    refuse(Type, &["len()", "len(1, 2)", "split(\"a\")", "now(1)", "$env()"]);
}
