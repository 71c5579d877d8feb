//! Functions of strings, JSON and base64.

use serde_json::json;
use windlass_expr::ErrorClass::{Budget, Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn trimming_and_case() {
    check(&[
        ("trim(\" a b\u{a0}\\n\")", json!("a b")),
        ("trim(\"xyaxy\", \"xy\")", json!("a")),
        ("trimPrefix(\"vv1\", \"v\")", json!("v1")),
        ("trimPrefix(\" a\")", json!("a")),
        ("trimSuffix(\"a.git\", \".git\")", json!("a")),
        ("upper(\"größe\")", json!("GRÖßE")),
        ("lower(\"İΣ\")", json!("iσ")),
    ]);
    refuse(Type, &["upper(1)", "trim()", "trim(\"a\", 1)"]);
    refuse(Runtime, &["upper(vars.nothing)", "trim(vars.n)"]);
}

#[test]
fn splitting_and_joining() {
    check(&[
        ("split(\"a,,b\", \",\")", json!(["a", "", "b"])),
        ("split(\"a,b,c\", \",\", 2)", json!(["a", "b,c"])),
        ("split(\"a,b\", \",\", 0)", json!(null)),
        ("split(\"a,b\", \",\", -1)", json!(["a", "b"])),
        ("split(\"日本\", \"\")", json!(["日", "本"])),
        ("split(\"\", \"\")", json!([])),
        ("split(\"\", \",\")", json!([""])),
        ("splitAfter(\"a,b\", \",\")", json!(["a,", "b"])),
        ("join([\"a\", \"b\"])", json!("ab")),
        ("join(split(\"a b\", \" \"), \"-\")", json!("a-b")),
        ("replace(\"aaa\", \"a\", \"b\", 2)", json!("bba")),
        ("replace(\"abc\", \"\", \"-\")", json!("-a-b-c-")),
        ("repeat(\"ab\", 2)", json!("abab")),
        ("repeat(\"ab\", vars.half + 1)", json!("ab")),
    ]);
    refuse(Type, &["repeat(\"a\", 2.0)", "join(5)", "split(\"a\", 1)"]);
    refuse(Runtime, &["repeat(\"a\", -1)", "join([1], \",\")", "join(1..2)", "join(vars.s)"]);
    refuse(Budget, &["repeat(\"\", 1000001)"]);
}

#[test]
fn searching() {
    check(&[
        ("indexOf(\"héllo\", \"l\")", json!(3)),
        ("indexOf(\"a\", \"z\")", json!(-1)),
        ("lastIndexOf(\"hello\", \"l\")", json!(3)),
        ("hasPrefix(\"hello\", \"he\")", json!(true)),
        ("hasSuffix(\"hello\", \"he\")", json!(false)),
    ]);
}

#[test]
fn json_and_base64() {
    check(&[
        (
            "toJSON({\"b\": [1, \"<\"], \"a\": nil})",
            json!("{\n  \"a\": null,\n  \"b\": [\n    1,\n    \"\\u003c\"\n  ]\n}"),
        ),
        ("toJSON(1e21)", json!("1e+21")),
        ("toJSON([])", json!("[]")),
        (
            "fromJSON(\" {\\\"a\\\": [1, 2.5, \\\"\\\\u00e9\\\\ud83d\\\\ude00\\\", null, true]} \").a",
            json!([1, 2.5, "é😀", null, true]),
        ),
        ("fromJSON(\"\\\"\\\\ud800\\\"\")", json!("\u{fffd}")),
        ("fromJSON(\"{\\\"a\\\": 1, \\\"a\\\": 2}\").a", json!(2)),
        ("type(fromJSON(\"1\"))", json!("float")),
        ("toBase64(\"日本?>\")", json!("5pel5pysPz4=")),
        ("fromBase64(\"aGVs\\nbG8=\")", json!("hello")),
        ("fromBase64(\"/w==\")", json!("\u{fffd}")),
    ]);
    refuse(
        Runtime,
        &[
            "fromJSON(\"{bad\")",
            "fromJSON(\"\")",
            "fromJSON(\"[1,]\")",
            "fromJSON(\"1e999\")",
            "fromJSON(\"01\")",
            "fromJSON(\"nul\")",
            "fromJSON(\"'a'\")",
            "fromJSON(\"\\\"\\u0001\\\"\")",
            "fromJSON(\"1 2\")",
            "fromBase64(\"aGVsbG8\")",
            "fromBase64(\"!!!\")",
            "toJSON(float(\"inf\"))",
            "toJSON(groupBy([1], #))",
            "toBase64(vars.n)",
        ],
    );
}
