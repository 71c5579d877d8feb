//! Evaluating simple expressions and templates that are compiled already, beside the same work written in Rust.

use std::hint::black_box;

use serde_json::{Value as Json, json};
use windlass_expr::{Expression, Map, NoFunctions, Scope, Template, Value};

use crate::line::{Line, Target, median, now_micros};

const ROUNDS: usize = 9;
const TIMES: usize = 100_000;

pub(crate) fn measure() -> Vec<Line> {
    let document = json!({
        "ctx": { "stage": "prod" },
        "vars": { "image": "ghcr.io/acme/web", "tag": "v1.4.0", "replicas": 3 },
    });
    let variables: Map = Value::from_json(&document).as_map().expect("it is an object").clone();
    let scope = Scope::new(variables, &NoFunctions, jiff::Timestamp::UNIX_EPOCH);
    let condition = Expression::parse("vars.replicas > 1 && ctx.stage == 'prod'").expect("it parses");
    let template = Template::parse("${{ vars.image }}:${{ vars.tag }}").expect("it parses");
    let evaluated = micros(|| {
        black_box(condition.evaluate(&scope).expect("it evaluates"));
        black_box(template.evaluate(&scope).expect("it evaluates"));
    });
    let raw = micros(|| {
        black_box(condition_in_rust(black_box(&document)));
        black_box(template_in_rust(black_box(&document)));
    });
    vec![
        Line { name: "expr-evaluation", value: evaluated / 2.0, unit: "us", target: Target::AtMost(1.0) },
        Line { name: "expr-evaluation-in-rust", value: raw / 2.0, unit: "us", target: Target::None },
        Line { name: "expr-evaluation-beside-rust", value: evaluated / raw, unit: "x", target: Target::None },
    ]
}

fn condition_in_rust(document: &Json) -> bool {
    document["vars"]["replicas"].as_f64().is_some_and(|replicas| replicas > 1.0)
        && document["ctx"]["stage"] == "prod"
}

fn template_in_rust(document: &Json) -> String {
    let text = |name: &str| document["vars"][name].as_str().unwrap_or_default();
    format!("{}:{}", text("image"), text("tag"))
}

/// Microseconds that `work` takes.
fn micros(mut work: impl FnMut()) -> f64 {
    let mut round = || {
        let start = now_micros();
        (0..TIMES).for_each(|_| work());
        (now_micros() - start) / TIMES as f64
    };
    median((0..ROUNDS).map(|_| round()).collect())
}
