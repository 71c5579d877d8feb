//! What the tests share: a scope with variables, and short ways to evaluate.

use serde_json::{Value as Json, json};
use windlass_expr::{
    ConfigTemplate, ErrorClass, Evaluated, ExprError, Expression, Map, NoFunctions, Scope, Template, Value,
};

/// 2024-02-29T12:34:56Z, the time of every scope here.
pub(crate) const NOW: i64 = 1_709_210_096;

/// The variables of every scope here.
pub(crate) fn variables() -> Map {
    let variables = json!({
        "ctx": {"stage": "prod", "project": "shop", "meta": {"promotion": {"rollback": false}}},
        "vars": {
            "n": 7, "half": 0.5, "s": "hello", "empty": "", "yes": true, "nothing": null, "big": 1e21,
            "list": [5, 3, 9, 1], "names": ["ana", "Bo", "çelik"], "mixed": [1, "two", null, true, [3]],
            "items": [{"name": "web", "size": 10}, {"name": "api", "size": 30}, {"name": "web", "size": 5}],
            "map": {"b": 2, "a": {"deep": "x"}}
        },
        "outputs": {"push": {"commit": "e83c5163316f"}, "step-1": {"value": "dashed"}}
    });
    Value::from_json(&variables).as_map().expect("an object").clone()
}

pub(crate) fn scope() -> Scope<'static> {
    Scope::new(variables(), &NoFunctions, jiff::Timestamp::from_second(NOW).expect("a time"))
}

/// The value of an expression by itself.
pub(crate) fn value(text: &str) -> Result<Value, ExprError> {
    Expression::parse(text)?.evaluate(&scope())
}

/// The value of an expression as JSON data; panics with the error if there is none.
pub(crate) fn eval(text: &str) -> Json {
    let value = value(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    value.to_json().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The error of an expression.
pub(crate) fn error(text: &str) -> ExprError {
    match value(text) {
        Ok(value) => panic!("{text} gave {value:?}"),
        Err(error) => error,
    }
}

/// Checks expressions against their values, all of them before it fails.
pub(crate) fn check(cases: &[(&str, Json)]) {
    let wrong = cases.iter().filter_map(|(text, want)| match value(text).map(|value| value.to_json()) {
        Ok(Ok(found)) if same(&found, want) => None,
        other => Some(format!("{text}\n    want {want}\n    got  {other:?}")),
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks that expressions are errors of a class, all of them before it fails.
pub(crate) fn refuse(class: ErrorClass, cases: &[&str]) {
    let wrong = cases.iter().filter_map(|text| match value(text) {
        Err(error) if error.class() == class => None,
        other => Some(format!("{text}: {other:?}")),
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The result of a template.
pub(crate) fn template(text: &str) -> Result<Evaluated, ExprError> {
    Template::parse(text)?.evaluate(&scope())
}

/// The result of a template as JSON data; panics with the error if there is none.
pub(crate) fn render(text: &str) -> Json {
    let evaluated = template(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    evaluated.to_json().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The result of a config.
pub(crate) fn config(config: &Json) -> Result<Evaluated, ExprError> {
    ConfigTemplate::parse(config)?.evaluate(&scope())
}

/// Whether two JSON values are the same when numbers compare as `f64`.
pub(crate) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
