//! Every recorded answer of the original, and those parts of the status vectors that the language alone
//! decides.

use std::fs;

use serde_json::Value as Json;
use windlass_expr::{ConfigTemplate, Evaluated, ExprError, Map, NoFunctions, Scope, Template, Value};

use crate::support::same;

fn cases(file: &str) -> Vec<Json> {
    let path = format!("{}/../../../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(|line| serde_json::from_str(line).expect("a case in JSON")).collect()
}

fn evaluate(template: &Json, variables: &Json) -> Result<Evaluated, ExprError> {
    let variables = Value::from_json(variables).as_map().cloned().unwrap_or_default();
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    match template.as_str() {
        Some(text) => Template::parse(text)?.evaluate(&scope),
        None => ConfigTemplate::parse(template)?.evaluate(&scope),
    }
}

/// None if the answer is right, else what was wrong.
fn disagreement(case: &Json, result: &Result<Evaluated, ExprError>) -> Option<String> {
    let found = match result {
        Err(error) if case.get("error").is_some() => return drop_ok(error),
        Err(error) => error.to_string(),
        Ok(evaluated) => match (evaluated.to_json(), case.get("want"), case.get("wantSpecial")) {
            (Ok(found), Some(want), _) if same(&found, want) => return None,
            (Err(_), _, Some(special)) if evaluated.value.print() == special.as_str().unwrap_or("") => {
                return None;
            }
            (Ok(found), ..) => found.to_string(),
            (Err(_), ..) => evaluated.value.print(),
        },
    };
    Some(format!("{}: {}\n    want {case}\n    got  {found}", case["id"], case["template"]))
}

/// An error was wanted and came; it must say something.
fn drop_ok(error: &ExprError) -> Option<String> {
    error.message().is_empty().then(|| "an error without a message".to_owned())
}

#[test]
fn expressions_are_evaluated_as_recorded() {
    let cases = cases("expressions.jsonl");
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| disagreement(case, &evaluate(&case["template"], &case["env"])))
        .collect();
    assert!(cases.len() >= 689, "only {} cases", cases.len());
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Variables one after another, as the promotion evaluates them; None where a function of the host is used.
fn vars(case: &Json) -> Option<Result<Map, ExprError>> {
    let mut values = Map::new();
    let all = ["vars", "stepVars"].into_iter().filter_map(|key| case.get(key)?.as_array()).flatten();
    for var in all {
        let text = var.get("value").and_then(Json::as_str).unwrap_or("");
        if ["success(", "status(", "failure(", "ctx.", "target.", "task."]
            .iter()
            .any(|name| text.contains(name))
        {
            return None;
        }
        let variables: Map = [("vars", values.clone())].into_iter().collect();
        let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
        match Template::parse(text).and_then(|template| template.evaluate(&scope)) {
            Ok(evaluated) => values.insert(var["name"].as_str().expect("a name"), evaluated.to_value()),
            Err(error) => return Some(Err(error)),
        }
    }
    Some(Ok(values))
}

#[test]
fn variables_of_promotions_are_evaluated_as_recorded() {
    let mut seen = 0;
    for case in cases("status_functions.jsonl").iter().filter(|case| case["kind"] == "vars") {
        let Some(found) = vars(case) else { continue };
        seen += 1;
        let found =
            Value::from(found.unwrap_or_else(|error| panic!("{}: {error}", case["id"]))).to_json().unwrap();
        assert!(same(&found, &case["want"]), "{}: {found}", case["id"]);
    }
    assert!(seen >= 3, "only {seen} cases");
}

#[test]
fn configs_of_steps_are_evaluated_as_recorded() {
    let mut seen = 0;
    for case in cases("status_functions.jsonl").iter().filter(|case| case["kind"] == "config") {
        let Some(config) = case.get("config").filter(|config| !config.to_string().contains("task.")) else {
            continue;
        };
        seen += 1;
        let variables = serde_json::json!({"outputs": case.get("outputs").cloned().unwrap_or_default()});
        let mut case = case.clone();
        case["template"] = config.clone();
        let wrong = disagreement(&case, &evaluate(config, &variables));
        assert_eq!(wrong, None);
    }
    assert!(seen >= 5, "only {seen} cases");
}
