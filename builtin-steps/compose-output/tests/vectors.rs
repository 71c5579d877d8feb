//! The recorded answers of Kargo's own step.

use std::path::Path;

use serde_json::{Value, json};
use windlass_step::testing::{Harness, problems};
use windlass_step_compose_output::ComposeOutput;
use windlass_yaml::to_json;

fn check(name: &str, case: &Value) {
    let want = &case["want"];
    // A step without a configuration has an empty one.
    let config = if case["config"].is_null() { json!({}) } else { case["config"].clone() };
    if !problems::<ComposeOutput>(&config).is_empty() {
        assert_eq!((&want["status"], &want["terminal"]), (&json!("Failed"), &json!(true)), "{name}: refused");
        return;
    }
    let outcome = json!(Harness::new().run::<ComposeOutput>(config));
    let status = want["status"].as_str().expect("a case wants a status").to_lowercase();
    assert_eq!(outcome["status"], status, "{name}: {outcome}");
    assert_eq!(outcome["fault"] == "terminal", want["terminal"], "{name}");
    assert_eq!(numbers_as_kargo(&outcome["output"]), numbers_as_kargo(&want["output"]), "{name}");
    for part in want["messageContains"].as_array().into_iter().flatten() {
        let (message, part) = (outcome["message"].as_str(), part.as_str().unwrap_or_default());
        assert!(message.is_some_and(|message| message.contains(part)), "{name}: {message:?}");
    }
}

/// Numbers compare by value: `-0.0` is `0`.
fn numbers_as_kargo(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().map(|number| number + 0.0)),
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), numbers_as_kargo(v))).collect(),
        other => other.clone(),
    }
}

#[test]
fn recorded_answers_are_ours() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/steps/compose-output");
    let mut count = 0;
    for entry in std::fs::read_dir(&vectors).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(path.join("case.yaml")).unwrap();
        check(&path.display().to_string(), &to_json(&text).unwrap());
        count += 1;
    }
    assert!(count > 0);
}
