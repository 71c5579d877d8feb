//! Functions of lists, maps and numbers.

use serde_json::json;
use windlass_expr::ErrorClass::{Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn lists() {
    check(&[
        ("first(vars.list)", json!(5)),
        ("last([])", json!(null)),
        ("first(vars.nothing)", json!(null)),
        ("take(vars.list, 2)", json!([5, 3])),
        ("take([1], 9)", json!([1])),
        ("reverse(1..3)", json!([3, 2, 1])),
        ("uniq([1, 1.0, \"1\", [2], [2]])", json!([1, "1", [2]])),
        ("concat([1], split(\"a,b\", \",\"))", json!([1, "a", "b"])),
        ("concat([])", json!(null)),
        ("flatten([1, [2, [3, []]], nil])", json!([1, 2, 3, null])),
        ("get(vars.list, -1)", json!(1)),
        ("get(vars.list, 99)", json!(null)),
        ("len(vars.names)", json!(3)),
        ("len(\"çelik\")", json!(5)),
    ]);
    refuse(
        Type,
        &["first(\"abc\")", "take([1], 1.0)", "reverse(\"a\")", "concat([1], 2)", "len(5)", "get(nil, 1)"],
    );
    refuse(Runtime, &["take(vars.list, vars.n)", "take([1], -1)", "len(vars.n)", "get(vars.list, vars.s)"]);
}

#[test]
fn sorting() {
    check(&[
        ("sort([3, 1.5, 2])", json!([1.5, 2, 3])),
        ("sort(vars.list, \"desc\")", json!([9, 5, 3, 1])),
        ("sort([\"b\", \"A\", \"a\"])", json!(["A", "a", "b"])),
        ("sort([nil])", json!([null])),
        ("sort(map([float(\"nan\"), 2, 1], # > 0 ? # : 0))", json!([0, 1, 2])),
        // What is no list of sortable type gives none, as in expr-lang.
        ("sort(vars.s)", json!(null)),
    ]);
    refuse(Runtime, &["sort([1, \"a\"])", "sort([1], \"bad\")", "sort([nil, nil])"]);
    refuse(Type, &["sort(5)", "sort(\"cab\")"]);
}

#[test]
fn maps() {
    check(&[
        ("keys(vars.map)", json!(["a", "b"])),
        ("values({\"b\": 1, \"a\": 2})", json!([2, 1])),
        ("toPairs({\"b\": 1, \"a\": 2})", json!([["a", 2], ["b", 1]])),
        ("fromPairs([[\"a\", 1], [\"a\", 2]]).a", json!(2)),
        ("fromPairs([[1, \"int\"], [1.0, \"float\"]])[1]", json!("int")),
        ("get(vars.map, \"b\")", json!(2)),
        ("get(vars.map, \"nope\")", json!(null)),
        ("len({\"a\": 1})", json!(1)),
    ]);
    refuse(Type, &["keys([1])", "values(5)", "fromPairs(1)"]);
    refuse(Runtime, &["fromPairs([1])", "fromPairs([[1]])", "fromPairs([[[1], 2]])", "keys(vars.list)"]);
}

#[test]
fn aggregates() {
    check(&[
        ("max(1, [9, [10]], 2)", json!(10)),
        ("min(2, 1.0)", json!(1)),
        ("max([])", json!(null)),
        ("max(vars.s)", json!("hello")),
        ("max(duration(\"1h\"), duration(\"2h\")).Hours()", json!(2)),
        ("mean([1, 2, 3, 4])", json!(2.5)),
        ("mean([])", json!(0)),
        ("median(5, 1, 3)", json!(3)),
        ("median([4, 1, 3, 2])", json!(2.5)),
    ]);
    refuse(Type, &["max(\"a\", \"b\")", "max()", "mean(true)"]);
    refuse(Runtime, &["max(vars.s, 1)", "mean([\"a\"])", "max([nil])"]);
}

#[test]
fn numbers() {
    check(&[
        ("abs(-5)", json!(5)),
        ("ceil(-1.2)", json!(-1)),
        ("floor(1.7)", json!(1)),
        ("round(2.5)", json!(3)),
        ("round(-2.5)", json!(-3)),
        ("bitand(12, 10)", json!(8)),
        ("bitor(12, 10)", json!(14)),
        ("bitxor(12, 10)", json!(6)),
        ("bitnand(12, 10)", json!(4)),
        ("bitnot(0)", json!(-1)),
        ("bitshl(1, 70)", json!(0)),
        ("bitshr(-8, 70)", json!(-1)),
        ("bitushr(-1, 60)", json!(15)),
        ("int(\"-42\")", json!(-42)),
        ("int(-5.9)", json!(-5)),
        ("float(\"1_0.5\")", json!(10.5)),
        ("string(vars.n / 2)", json!("3.5")),
        ("string([1, \"a\", nil, {\"k\": 1e6}])", json!("[1 a <nil> map[k:1e+06]]")),
        ("type(1) + type(vars.n) + type([]) + type({}) + type(nil)", json!("intfloatarraymapnil")),
        ("type(duration(\"1s\"))", json!("time.Duration")),
    ]);
    refuse(Type, &["abs(\"5\")", "bitand(1.5, 1)", "int(true)", "int(nil)"]);
    refuse(Runtime, &["int(\"4.2\")", "int(\"\")", "float(\"1e999\")", "bitand(vars.n, 1)", "bitshl(1, -1)"]);
}
