//! Operators: what they do, how they bind, and what they refuse.

use serde_json::json;
use windlass_expr::ErrorClass::{Parse, Runtime, Type};

use crate::support::{check, refuse};

#[test]
fn arithmetic() {
    check(&[
        ("7 / 2", json!(3.5)),
        ("2 ** 3 ** 2", json!(512)),
        ("-2 ** 2", json!(-4)),
        ("2 ^ -1", json!(0.5)),
        ("2 ** 0.5", json!(std::f64::consts::SQRT_2)),
        ("10 ** -310", json!(1e-310)),
        ("-7 % 3", json!(-1)),
        ("9223372036854775807 + 1", json!(i64::MIN)),
        ("1 + 2 * 3 - 4 / 2", json!(5)),
        ("--5", json!(5)),
        ("+vars.n", json!(7)),
        ("vars.n + 1", json!(8)),
        ("\"a\" + \"b\" + \"c\"", json!("abc")),
        ("1 / 0 > 5", json!(true)),
    ]);
    refuse(Type, &["1 + \"a\"", "nil + 1", "5.5 % 2", "5 % 0", "true * 2", "-\"a\""]);
    refuse(Runtime, &["vars.s + 1", "vars.n % 2", "vars.nothing + 1", "-vars.s", "5 % int(\"0\")"]);
}

#[test]
fn comparison() {
    check(&[
        ("1 < 2 < 3", json!(true)),
        ("1 < 3 < 2", json!(false)),
        ("1 == 1.0", json!(true)),
        ("vars.n == 7", json!(true)),
        ("[1, 2] == [1.0, 2]", json!(true)),
        ("{\"a\": 1} == {\"a\": 1.0}", json!(false)),
        ("\"B\" < \"a\"", json!(true)),
        ("vars.nothing == nil", json!(true)),
        ("missing == vars.nothing", json!(true)),
        ("nil == false", json!(false)),
        ("concat([]) == nil", json!(true)),
        ("toPairs({\"a\": 1}) == [[\"a\", 1]]", json!(false)),
        ("vars.s == vars.n", json!(false)),
        ("float(\"nan\") == float(\"nan\")", json!(false)),
        ("float(\"nan\") < 1 or float(\"nan\") >= 1", json!(false)),
    ]);
    refuse(Type, &["true == 1", "\"a\" < 1", "[1] < [2]", "1 == \"1\"", "true < false"]);
    // The types were known, yet the value is another one.
    refuse(Runtime, &["vars.n < \"a\"", "findIndex([1], # > 5) == 0", "mean(1, 2) == 1"]);
}

#[test]
fn logic() {
    check(&[
        ("not true or true", json!(true)),
        ("false && missing.x.y", json!(false)),
        ("true || missing.x.y", json!(true)),
        // A constant decides even on the right.
        ("missing.x.y && false", json!(false)),
        ("missing.x.y || true", json!(true)),
        // The right operand is not asked whether it is a bool.
        ("true && vars.n", json!(7)),
        ("false or \"x\" == \"x\"", json!(true)),
    ]);
    refuse(Type, &["true and 1", "nil or true", "!1"]);
    refuse(Runtime, &["vars.n and vars.yes", "not vars.s", "vars.nothing or vars.yes"]);
}

#[test]
fn membership() {
    check(&[
        ("3 in vars.list", json!(true)),
        ("\"a\" in vars.map", json!(true)),
        ("\"x\" not in vars.map", json!(true)),
        ("nil in vars.mixed", json!(true)),
        ("1 in vars.nothing", json!(false)),
        ("vars.s in [\"hello\", \"x\"]", json!(true)),
        ("3 in 1..9000000", json!(true)),
        ("[1] in [[1]]", json!(true)),
    ]);
    refuse(Type, &["1 in nil", "1 in {\"a\": 1}", "\"a\" in \"abc\"", "1 in [\"a\"]"]);
    // A list of strings that is written out takes strings only; any other list compares.
    refuse(Runtime, &["vars.n in [\"7\"]", "vars.n in vars.map", "\"l\" in vars.s"]);
    check(&[("vars.n in vars.names", json!(false)), ("vars.n in [\"7\", 7]", json!(true))]);
}

#[test]
fn text_operators() {
    check(&[
        ("vars.s contains \"ell\"", json!(true)),
        ("vars.s not startsWith \"x\"", json!(true)),
        ("vars.s endsWith \"lo\"", json!(true)),
        ("vars.nothing contains \"x\"", json!(false)),
        ("vars.s matches \"^h.*o$\"", json!(true)),
        ("vars.nothing matches \"x\"", json!(false)),
        ("vars.s matches \"(?i)HELL\"", json!(true)),
        ("\"é\" matches `^\\w$`", json!(false)),
        ("b\"ab\" matches \"b\"", json!(true)),
        ("filter([\"ab\", \"b\"], # matches (\"^\" + #[:1])) | len()", json!(2)),
    ]);
    refuse(Type, &["5 contains \"5\"", "\"a\" matches \"(\"", "\"a\" matches \"a(?=b)\""]);
    refuse(Runtime, &["vars.n contains \"7\"", "vars.s matches vars.n", "vars.s matches (vars.s + \"(\")"]);
}

#[test]
fn ranges() {
    check(&[
        ("1..3", json!([1, 2, 3])),
        ("3..1", json!([])),
        ("1..vars.half + 2", json!([1, 2])),
        ("1 + 1..2 + 2", json!([2, 3, 4])),
        ("len(1..999999)", json!(999_999)),
    ]);
    refuse(Type, &["1..3.0", "\"a\"..\"c\""]);
}

#[test]
fn choices() {
    check(&[
        ("true ? 1 : false ? 2 : 3", json!(1)),
        ("false ? 1 : false ? 2 : 3", json!(3)),
        ("vars.yes ?: 5", json!(true)),
        ("if vars.n > 5 { \"big\" } else if vars.n > 1 { \"mid\" } else { \"small\" }", json!("big")),
        ("if false { 1 } else { let x = 2; x * x }", json!(4)),
        ("missing ?? vars.nothing ?? \"d\"", json!("d")),
        ("1 + (missing ?? 2)", json!(3)),
        ("vars.n == missing ?? 7", json!(true)),
        ("concat([]) ?? \"none\"", json!("none")),
    ]);
    refuse(Type, &["1 ? 2 : 3", "nil ? 1 : 2"]);
    refuse(Runtime, &["vars.s ? 1 : 2", "missing.x ?? 1"]);
    refuse(Parse, &["missing ?? 1 + 2", "true ? 1", "if true { 1 }", "if true { 1 } else 2"]);
}
