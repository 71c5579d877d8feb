//! Members, indices, slices, optional chains.

use serde_json::json;
use windlass_expr::ErrorClass::{Parse, Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn members_and_indices() {
    check(&[
        ("ctx.meta.promotion.rollback", json!(false)),
        ("outputs[\"step-1\"].value", json!("dashed")),
        ("vars[\"m\" + \"ap\"].a[\"deep\"]", json!("x")),
        ("vars.list[-1]", json!(1)),
        ("vars.list[1.5]", json!(3)),
        ("vars.mixed[4][0]", json!(3)),
        ("vars.nope", json!(null)),
        ("vars.s[0]", json!(104)),
        ("[1, 2, 3][vars.n - 5]", json!(3)),
        ("{\"a\": {\"b\": 1} }.a.b", json!(1)),
    ]);
    refuse(
        Runtime,
        &["vars.nope.x", "vars.list[4]", "vars.list[-5]", "vars.list[nil]", "vars.map[0]", "ctx.stage.x"],
    );
    refuse(Type, &["[1].x", "\"abc\"[0]", "[1][\"a\"]", "(5)[0]", "{\"a\": 1}[0]"]);
    refuse(Parse, &["vars.", "vars[", "vars[]", "vars.1", "nil.x", "true.x", "1.x"]);
}

#[test]
fn optional_chains() {
    check(&[
        ("missing?.a.b.c", json!(null)),
        ("missing?.a().b", json!(null)),
        ("missing?.[0]", json!(null)),
        ("missing?.[0].a", json!(null)),
        ("(missing?.a).b", json!(null)),
        ("vars.map?.a?.deep", json!("x")),
        ("vars.nothing?.x ?? \"d\"", json!("d")),
        ("vars?.nope?.x", json!(null)),
    ]);
    // An index ends the chain, and what is not nil is read for good.
    refuse(Runtime, &["missing?.a[0]", "missing?.a[1:]", "vars?.nope.x", "ctx.stage?.x"]);
}

#[test]
fn slices() {
    check(&[
        ("vars.s[1:3]", json!("el")),
        ("vars.s[:-1]", json!("hell")),
        ("vars.s[-3:]", json!("llo")),
        ("vars.s[:]", json!("hello")),
        ("vars.s[3:1]", json!("")),
        ("vars.s[:99]", json!("hello")),
        ("\"héllo\"[1:3]", json!("é")),
        ("\"é\"[:1]", json!("\u{fffd}")),
        ("vars.list[1:3]", json!([3, 9])),
        ("vars.list[-100:2]", json!([5, 3])),
        ("vars.list[100:]", json!([])),
        ("(1..5)[1:][0]", json!(2)),
        ("toPairs({\"a\": 1})[0][1:]", json!([1])),
    ]);
    refuse(Type, &["(5)[1:]", "vars.n; {}[1:]", "\"abc\"[1.5:]", "[1][\"a\":]"]);
    refuse(Runtime, &["vars.map[1:]", "vars.nothing[1:]", "vars.s[vars.s:]"]);
}
