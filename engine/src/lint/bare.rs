//! Expressions without delimiters that are not part of a template: of some steps' configurations, of links, filters,
//! criteria and webhooks.

use serde_json::Value;
use windlass_expr::{Base, Reference};

use super::finding::{Finding, suggestion};
use super::functions;
use crate::manifests::{Rule, Texts};

/// What an expression without delimiters can see.
pub(super) struct Sight {
    /// Its variables; none if they depend on what is read.
    pub(super) variables: Option<&'static [&'static str]>,
    pub(super) functions: &'static [&'static str],
}

/// Complains about variables and functions that are not there.
pub(super) fn check<'r>(references: impl Iterator<Item = &'r Reference>, sight: &Sight) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reference in references {
        match &reference.base {
            Base::Variable(name) => {
                let Some(variables) = sight.variables else { continue };
                if variables.contains(&&**name) {
                    continue;
                }
                let message = format!("there is no variable {name} here, so it is null");
                let hint = suggestion(name, "the variables here are", variables.iter().copied());
                let finding = Finding::error(Rule::UnknownVariable, reference.span.range(), message);
                findings.push(finding.hint(hint));
            }
            Base::Call(name, _) if sight.functions.contains(&&**name) => {}
            Base::Call(name, _) => {
                let is_elsewhere = windlass_promotion::evaluate::functions::SIGNATURES
                    .iter()
                    .any(|signature| signature.name == &**name);
                findings.push(if is_elsewhere {
                    let message = format!("{name}() does not exist in this place");
                    Finding::error(Rule::MisplacedFunction, reference.span.range(), message)
                } else {
                    functions::unknown(reference, name)
                });
            }
        }
    }
    findings
}

/// Where in the configuration of a step expressions stand without delimiters.
struct InStep {
    uses: &'static str,
    /// The way to them, with `*` for every entry of a list.
    way: &'static [&'static str],
    sight: Sight,
}

const fn of_response(way: &'static [&'static str]) -> InStep {
    InStep { uses: "http", way, sight: Sight { variables: Some(&["response"]), functions: &[] } }
}

/// What a document holds are the variables.
const fn of_document(uses: &'static str) -> InStep {
    InStep { uses, way: OUTPUTS, sight: Sight { variables: None, functions: &[] } }
}

const OUTPUTS: &[&str] = &["outputs", "*", "fromExpression"];

/// The steps of Kargo that have such expressions.
static IN_STEPS: [InStep; 7] = [
    of_response(OUTPUTS),
    of_response(&["successExpression"]),
    of_response(&["failureExpression"]),
    of_response(&["errorExpression"]),
    of_document("json-parse"),
    of_document("yaml-parse"),
    of_document("toml-parse"),
];

/// Complains about expressions in the configuration of a step.
pub(super) fn check_config(
    uses: &str,
    config: &Value,
    texts: &Texts,
    tell: &mut dyn FnMut(&[String], Finding),
) {
    for InStep { way, sight, .. } in IN_STEPS.iter().filter(|in_step| in_step.uses == uses) {
        walk(config, way, &mut vec!["config".to_owned()], &mut |path, text| {
            // What expressions of the template make of it is not known yet.
            if text.contains("${{") || text.contains("${%") {
                return;
            }
            match texts.expression(text) {
                Ok(expression) => {
                    check(expression.references(), sight).into_iter().for_each(|finding| tell(path, finding));
                }
                Err(error) => {
                    let message = format!("the expression: {}", error.message());
                    let finding = Finding::error(Rule::InvalidExpression, error.span().range(), message);
                    tell(path, finding.hint(error.hint().map(ToOwned::to_owned)));
                }
            }
        });
    }
}

/// Calls `found` for every text at the end of a way.
fn walk(value: &Value, way: &[&str], path: &mut Vec<String>, found: &mut dyn FnMut(&[String], &str)) {
    let Some((first, rest)) = way.split_first() else {
        if let Value::String(text) = value {
            found(path, text);
        }
        return;
    };
    let mut below = |segment: String, value: &Value| {
        path.push(segment);
        walk(value, rest, path, found);
        path.pop();
    };
    match value {
        Value::Array(items) if *first == "*" => {
            items.iter().enumerate().for_each(|(index, item)| below(index.to_string(), item));
        }
        Value::Object(members) => {
            if let Some(member) = members.get(*first) {
                below((*first).to_owned(), member);
            }
        }
        _ => {}
    }
}
