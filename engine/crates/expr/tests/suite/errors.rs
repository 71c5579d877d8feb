//! What an author is told: the place, the reason, and what to do.

use serde_json::json;
use windlass_expr::{ErrorClass, Expression, FunctionError, Functions, Position, Scope, Template, Value};

use crate::support::{NOW, config, error, refuse, template, variables};

/// The text that the span of the error covers, its class, and its hint.
fn told(text: &str) -> (String, ErrorClass, Option<String>) {
    let error = error(text);
    (text[error.span().range()].to_owned(), error.class(), error.hint().map(str::to_owned))
}

#[test]
fn parse_errors_point_at_the_token() {
    for (text, want) in [
        ("1 +* 2", "*"),
        ("(1 + 2", ""),
        ("1 + 2)", ")"),
        ("foo bar", "bar"),
        ("vars.", ""),
        ("a = 1", "="),
        ("1 & 2", "&"),
        ("'abc", "'"),
        ("'a\\q'", "\\q"),
        ("/* x", "/*"),
        ("12ab", "12a"),
        ("a @ b", "@"),
        ("map([1])", ")"),
        ("a ?? b + c", "+"),
        ("[1, 2", ""),
        ("{1.5.2: 1}", ".2"),
        ("x not y", "y"),
        ("# + 1", "#"),
        ("9223372036854775808", "9223372036854775808"),
    ] {
        let (span, class, _) = told(text);
        assert_eq!((span.as_str(), class), (want, ErrorClass::Parse), "{text}");
    }
}

#[test]
fn type_errors_point_at_the_operator_or_argument() {
    for (text, want) in [
        ("1 + \"a\"", "+"),
        ("true ? 1 : 2 - \"x\"", "-"),
        ("\"a\" < 1", "<"),
        ("not 1", "not 1"),
        ("1 ? 2 : 3", "1"),
        ("nil.x", ".x"),
        ("[1].x", "x"),
        ("\"abc\"[0]", "0"),
        ("[1][\"x\"]", "\"x\""),
        ("upper(1)", "upper(1)"),
        ("filter([1], 5)", "5"),
        ("map(5, #)", "5"),
        ("let len = 1; len", "let len = 1; len"),
        ("date(\"2024-01-01\").Yaer()", "Yaer()"),
        ("\"a\" matches \"(\"", "\"(\""),
        ("1 == \"a\"", "=="),
    ] {
        let found = told(text);
        let class = if text == "nil.x" { ErrorClass::Parse } else { ErrorClass::Type };
        let want = if text == "nil.x" { "." } else { want };
        assert_eq!((found.0.as_str(), found.1), (want, class), "{text}");
    }
}

#[test]
fn runtime_errors_point_at_the_part_that_failed() {
    for (text, want) in [
        ("vars.nothing.x", "x"),
        ("1 + vars.list[9]", "[9]"),
        ("vars.s + vars.n", "+"),
        ("vars.n % 2", "%"),
        ("int(vars.s)", "int(vars.s)"),
        ("map(vars.list, #.name)", "name"),
        ("vars.s.x.y", "x"),
        ("vars.n ? 1 : 2", "vars.n"),
        ("nope(1)", "nope(1)"),
        ("vars.s.upper()", "upper()"),
    ] {
        let (span, class, _) = told(text);
        assert_eq!((span.as_str(), class), (want, ErrorClass::Runtime), "{text}");
    }
}

#[test]
fn hints_name_what_was_meant() {
    for (text, part) in [
        ("outptus.push.commit", "there is no variable `outptus`; did you mean `outputs`?"),
        ("secrets.x", "the variables here are `ctx`, `outputs`, `vars`"),
        ("outputs.psuh.commit", "there is no `psuh` in the map before it; did you mean `push`?"),
        ("outputs[\"step-9\"].value", "did you mean `step-1`?"),
        ("vars.nothing.x", "`?.` gives nil instead of an error, and `?? value` replaces nil"),
        ("spilt(\"a\", \",\")", "did you mean `split`?"),
        ("date(\"2024-01-01\").Yaer()", "did you mean `Year`?"),
        ("duration(\"1h\").Days()", "the members here are `Abs`, `Hours`"),
        ("vars.items.name", "map(list, .name)"),
        ("vars.n % 2", "make them whole with int(x)"),
        ("vars.s + vars.n", "string(x) makes text of a number"),
        ("a = 1", "`==` compares"),
        ("a & b", "`&&`"),
        ("reduce([], #acc + #)", "reduce(list, #acc + #, 0)"),
        ("quote(vars.n)", "only templates have it"),
        ("duration(\"1 day\")", "the units are"),
        ("timezone(\"europe/zurich\")", "exactly this spelling"),
        ("vars.list[9]", "get(list, index)"),
        ("join([1], \",\")", "map(list, string(#))"),
        ("vars.nothing or true and vars.nothing", "`x ?? false`"),
    ] {
        let (_, _, hint) = told(text);
        assert!(hint.as_deref().is_some_and(|hint| hint.contains(part)), "{text}: {hint:?}");
    }
}

#[test]
fn positions_are_those_of_the_whole_template() {
    let text = "first line\nzweite Zéile ${{ 1 +\n  * 2 }} end";
    let error = template(text).unwrap_err();
    assert_eq!(&text[error.span().range()], "*");
    assert_eq!(error.position(), Position { line: 3, column: 3 });
    let text = "é: ${{ vars.nothing.x }}";
    let error = template(text).unwrap_err();
    assert_eq!(&text[error.span().range()], "x");
    assert_eq!(error.position(), Position { line: 1, column: 21 });
    assert_eq!(
        error.to_string(),
        "error at line 1, column 21: cannot read `x` of nil \
         (`?.` gives nil instead of an error, and `?? value` replaces nil)"
    );
}

#[test]
fn unclosed_expressions_are_shown_from_their_start() {
    let text = "a ${{ 1 }} b ${{ 2";
    let error = template(text).unwrap_err();
    assert_eq!((&text[error.span().range()], error.class()), ("${{ 2", ErrorClass::Parse));
    assert!(error.message().contains("`}}` is missing"), "{error}");
}

#[test]
fn errors_in_configs_say_in_which_string() {
    let parse = config(&json!({"steps": [{"a/b": "${{ 1 + }}"}]})).unwrap_err();
    assert_eq!((parse.pointer(), parse.class()), (Some("/steps/0/a~1b"), ErrorClass::Parse));
    let runtime = config(&json!({"a": 1, "x": {"y": "ok ${{ vars.nothing.x }}"}})).unwrap_err();
    assert_eq!((runtime.pointer(), runtime.position().column), (Some("/x/y"), 21));
    let infinite = config(&json!({"n": "${{ 'inf' }}"})).unwrap_err();
    assert_eq!((infinite.pointer(), infinite.message()), (Some("/n"), "+Inf is no JSON number"));
    assert!(config(&json!(["${{ 1 }}"])).is_err());
}

struct Refusing;

impl Functions for Refusing {
    fn call(&self, name: &str, _args: &[Value]) -> Option<Result<Value, FunctionError>> {
        let refusal = FunctionError::new("the freight has two such images").with_hint("name the warehouse");
        (name == "imageFrom").then_some(Err(refusal))
    }

    fn names(&self) -> &[&'static str] {
        &["imageFrom"]
    }
}

#[test]
fn errors_of_the_host_get_their_place() {
    let scope = Scope::new(variables(), &Refusing, jiff::Timestamp::from_second(NOW).unwrap());
    let text = "\"v\" + imageFrom('x').Tag";
    let error = Expression::parse(text).unwrap().evaluate(&scope).unwrap_err();
    assert_eq!(&text[error.span().range()], "imageFrom('x')");
    assert_eq!(error.message(), "the freight has two such images");
    assert_eq!((error.hint(), error.class()), (Some("name the warehouse"), ErrorClass::Runtime));
    let error = Expression::parse("imagefrom('x')").unwrap().evaluate(&scope).unwrap_err();
    assert_eq!(error.hint(), Some("did you mean `imageFrom`?"));
}

#[test]
fn quoting_functions_are_for_templates_only() {
    refuse(ErrorClass::Runtime, &["quote('a') == 'a'", "asJSON(1)"]);
    assert!(Template::parse("${{ quote(1) }}").is_ok());
}
