//! Environments that are no map of variables, and functions that stand in maps: what guests evaluate over.

use serde_json::{Value as Json, json};
use windlass_expr::{
    ErrorClass, ExprError, Expression, FunctionError, Map, NoFunctions, Scope, Taint, Template, Value,
};

fn over(environment: Value, text: &str) -> Result<Value, ExprError> {
    Expression::parse(text)?.evaluate(&Scope::over(environment, &NoFunctions, jiff::Timestamp::UNIX_EPOCH))
}

fn check(environment: &Value, cases: &[(&str, Json)]) {
    for (text, want) in cases {
        let found = over(environment.clone(), text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(found.to_json().ok().as_ref(), Some(want), "{text}");
    }
}

fn refuse(environment: &Value, text: &str) -> ExprError {
    match over(environment.clone(), text) {
        Ok(value) => panic!("{text} gave {value:?}"),
        Err(error) => error,
    }
}

#[test]
fn a_list_is_its_env() {
    let list = Value::from_json(&json!([{"name": "web"}, {"name": "api"}]));
    check(
        &list,
        &[
            ("$env[1].name", json!("api")),
            ("map($env, .name)", json!(["web", "api"])),
            ("len($env)", json!(2)),
            ("$env | filter(.name == 'web') | len()", json!(1)),
            ("get($env, 5)", json!(null)),
        ],
    );
    let error = refuse(&list, "name");
    assert_eq!((error.class(), error.span().range()), (ErrorClass::Runtime, 0..4));
    assert_eq!(error.message(), "there is no variable `name`: the environment is array");
    assert_eq!(error.hint(), Some("`$env` is all of it"));
}

#[test]
fn a_scalar_or_nothing_is_its_env() {
    check(&Value::from(5.0), &[("$env + 1", json!(6))]);
    check(&Value::from("text"), &[("upper($env)", json!("TEXT"))]);
    check(&Value::NIL, &[("$env", json!(null)), ("$env?.x", json!(null))]);
    for environment in [Value::from(5.0), Value::from("text"), Value::NIL] {
        assert_eq!(refuse(&environment, "name.x").class(), ErrorClass::Runtime);
    }
}

#[test]
fn what_is_read_has_the_taint_of_its_environment() {
    let secret = Taint::of("s");
    let map: Map = [("a", "x")].into_iter().collect();
    let list = Value::list(vec!["x".into()]).with_taint(&secret);
    for (environment, text) in
        [(Value::from(map).with_taint(&secret), "a"), (list.clone(), "$env[0]"), (list, "first($env)")]
    {
        assert_eq!(over(environment, text).unwrap().taint(), secret, "{text}");
    }
}

/// What the step `http` shows of an answer.
fn response() -> Value {
    let header = Value::function(|args| match args {
        [name] => match name.as_str() {
            Some("X-Id") => Ok("7".into()),
            Some(_) => Ok("".into()),
            None => Err(FunctionError::new("header() takes a string")),
        },
        _ => Err(FunctionError::new("header() takes 1 argument")),
    });
    let mut headers = Map::of_lists();
    headers.insert("X-Id", Value::strings(["7", "8"]));
    let mut response = Map::new();
    response.insert("status", 200);
    response.insert("header", header);
    response.insert("headers", headers);
    response.insert("body", Value::from_json(&json!({"state": "done"})));
    Map::from_iter([("response", response)]).into()
}

#[test]
fn functions_in_maps_are_called() {
    check(
        &response(),
        &[
            ("response.header('X-Id')", json!("7")),
            ("response.header('Nope')", json!("")),
            ("response?.header('X-Id')", json!("7")),
            ("let h = response.header; h('X-Id') + '!'", json!("7!")),
            ("map(['X-Id', 'b'], response.header(#))", json!(["7", ""])),
            ("response.status == 200 && response.body.state == 'done'", json!(true)),
            ("response.status in 200..299", json!(true)),
            ("type(response.header)", json!("func")),
            ("response.nope", json!(null)),
            ("'header' in response", json!(true)),
        ],
    );
    for (text, message) in [
        ("response.header(1)", "header() takes a string"),
        ("response.header()", "header() takes 1 argument"),
        ("response.status(1)", "int is no function"),
        ("response.nope(1)", "there is no method `nope` here to call"),
        ("header('X-Id')", "there is no function `header` here"),
    ] {
        assert_eq!(refuse(&response(), text).message(), message, "{text}");
    }
    assert!(over(response(), "response").unwrap().to_json().is_err());
}

#[test]
fn functions_at_the_root_are_called_by_their_name() {
    let double = Value::function(|args| Ok(Value::from(args[0].as_f64().unwrap_or(0.0) * 2.0)));
    let root: Map = [("double", double)].into_iter().collect();
    check(&root.clone().into(), &[("double(4)", json!(8)), ("[1, 2] | map(double(#))", json!([2, 4]))]);
    let scope = Scope::new(root, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    let found = Template::parse("${{ double(21) }}").unwrap().evaluate(&scope).unwrap();
    assert_eq!(found.value.as_f64(), Some(42.0));
}

#[test]
fn what_a_function_gives_is_tainted_by_its_arguments_and_by_itself() {
    let secret = Taint::of("s");
    let echo = || Value::function(|_| Ok("echoed".into()));
    let root: Map = [
        ("open", echo()),
        ("closed", echo().with_taint(&Taint::of("f"))),
        ("secret", Value::from("x").with_taint(&secret)),
    ]
    .into_iter()
    .collect();
    let labels = |text: &str| -> Vec<String> {
        over(root.clone().into(), text).unwrap().taint().labels().map(str::to_owned).collect()
    };
    assert_eq!(labels("open(1)"), Vec::<String>::new());
    assert_eq!(labels("open(secret)"), ["s"]);
    assert_eq!(labels("closed(secret)"), ["f", "s"]);
    let failing = Value::function(|args| Err(FunctionError::new(args[0].as_str().unwrap_or("").to_owned())));
    let root: Map =
        [("fail", failing), ("secret", Value::from("s3cret").with_taint(&secret))].into_iter().collect();
    let error = over(root.into(), "fail(secret)").unwrap_err().to_string();
    assert!(!error.contains("s3cret"), "{error}");
}

#[test]
fn maps_of_lists_have_empty_lists_where_nothing_is() {
    check(
        &response(),
        &[
            ("response.headers['X-Id'][1]", json!("8")),
            ("response.headers", json!({"X-Id": ["7", "8"]})),
            ("len(response.headers.nope)", json!(0)),
            ("response.headers.nope ?? 'none'", json!("none")),
            ("'nope' in response.headers", json!(false)),
        ],
    );
    assert_eq!(refuse(&response(), "response.headers.nope[0]").class(), ErrorClass::Runtime);
}
