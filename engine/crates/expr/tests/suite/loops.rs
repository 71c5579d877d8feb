//! The functions that run an expression for each element.

use serde_json::json;
use windlass_expr::ErrorClass::{Parse, Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn predicates() {
    check(&[
        ("all(vars.list, # > 0)", json!(true)),
        ("any(vars.items, .size > 20)", json!(true)),
        ("none(vars.list, # > 9)", json!(true)),
        ("one(vars.list, # == 3)", json!(true)),
        ("one([2, 2], # == 2)", json!(false)),
        ("all([], missing.x)", json!(true)),
        ("filter(vars.items, .size >= 10 and not (.name == \"api\"))", json!([{"name": "web", "size": 10}])),
        ("filter(vars.items, {let s = .size; s > 5}) | len()", json!(2)),
        ("count(vars.list, # > 3)", json!(2)),
        ("count([true, false, true])", json!(2)),
        ("find(vars.list, # < 5)", json!(3)),
        ("find(vars.list, # > 99)", json!(null)),
        ("findIndex(vars.list, # == 9)", json!(2)),
        ("findLast(vars.list, # > 3)", json!(9)),
        ("findLastIndex([1, 2, 3, 2], # == 2)", json!(3)),
        ("filter(vars.list, any([3, 9], # == 3))", json!([5, 3, 9, 1])),
    ]);
    refuse(Type, &["filter([1], 1)", "all([1], #)", "any({}, true)", "map(5, #)", "map([1], nil)"]);
    refuse(Runtime, &["filter(vars.list, #)", "all(vars.nothing, true)", "count([1])", "count(vars.list)"]);
}

#[test]
fn only_as_many_elements_are_looked_at_as_are_needed() {
    check(&[
        ("filter([1, \"a\"], # > 0)[0]", json!(1)),
        ("first(filter([1, \"a\"], # > 0))", json!(1)),
        ("filter([\"a\", 2], # > 0)[-1]", json!(2)),
        ("first(filter([1], # > 5))", json!(null)),
        ("any([1, \"a\"], # > 0)", json!(true)),
        ("len(filter(vars.list, # > 3))", json!(2)),
    ]);
    refuse(Runtime, &["filter([1], # > 5)[0]", "filter([1, \"a\"], # > 0)[1]"]);
}

#[test]
fn mapping() {
    check(&[
        ("map(vars.items, .name)", json!(["web", "api", "web"])),
        ("map(1..3, {# * #index})", json!([0, 2, 6])),
        ("map([1, 2], [#, {\"k\": #}])", json!([[1, {"k": 1}], [2, {"k": 2}]])),
        ("map(vars.items, #?.nope)", json!([null, null, null])),
        ("map([[1, 2], [3]], map(#, # * 2))", json!([[2, 4], [6]])),
    ]);
    check(&[("map(vars.s, #)[:2]", json!([104, 101])), ("len(map(vars.map, 1))", json!(2))]);
    refuse(Runtime, &["map(vars.map, #)", "map(vars.list, #.x)"]);
    refuse(Type, &["map([1], #acc)", "filter([1], #index > 0)", "map(\"abc\", #)"]);
    refuse(Parse, &["map([1], x => x)", "map([1], #; #)", "#", ".name"]);
}

#[test]
fn sums_and_reductions() {
    check(&[
        ("sum(vars.list)", json!(18)),
        ("sum(vars.items, .size)", json!(45)),
        ("sum([])", json!(0)),
        // A list that is written out is added element to element.
        ("sum([duration(\"1h\"), duration(\"30m\")])", json!(5_400_000_000_000_i64)),
        ("sum([vars.s, vars.s])", json!("hellohello")),
        ("reduce(1..5, #acc * #, 1)", json!(120)),
        ("reduce([\"a\", \"b\"], #acc + \"-\" + #)", json!("a-b")),
        ("reduce([1, 2, 3], #acc + # * #index, 0)", json!(8)),
        ("reduce([5], missing.x)", json!(5)),
        ("reduce([], 1, 7)", json!(7)),
    ]);
    refuse(Runtime, &["reduce([], #acc + #)", "sum(vars.names)", "sum(vars.mixed)"]);
}

#[test]
fn grouping_and_sorting() {
    check(&[
        ("groupBy(vars.items, .name).web | map(.size)", json!([10, 5])),
        ("groupBy(vars.items, .name)[\"nope\"]", json!(null)),
        ("groupBy(1..6, # % 3)[2]", json!([2, 5])),
        ("keys(groupBy(vars.items, .name))", json!(["api", "web"])),
        ("sortBy(vars.items, .size) | map(.size)", json!([5, 10, 30])),
        ("sortBy(vars.items, .size, \"desc\") | map(.size)", json!([30, 10, 5])),
        // Equal keys keep their order.
        ("sortBy(vars.items, .name) | map(.size)", json!([30, 10, 5])),
        ("sortBy([], missing.x)", json!([])),
    ]);
    refuse(Runtime, &["groupBy(vars.items, #)", "sortBy([1, 2], #, vars.s)", "sortBy([1, \"a\"], #)"]);
    refuse(Type, &["sortBy([1], #, 1)"]);
    assert!(crate::support::value("groupBy(vars.items, .name)").unwrap().to_json().is_err());
}
