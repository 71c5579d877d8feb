//! Recorded answers in JSON Lines: one case a line, answered by a function of the product. A file for each file of theirs.

mod availability;
mod expressions;
mod freight_functions;
mod freight_id;
mod inflation;
mod project;
mod selection;
mod status_functions;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::{Numbers, Rules, shorten, show};
use crate::deviations::Deviations;
use crate::folder::LineFile;
use crate::report::Case;

/// What the product says to a case.
#[derive(Debug)]
enum Answer {
    /// A value.
    Value(Value),
    /// A float that JSON cannot hold, as it is printed.
    Special(String),
    /// That it is wrong, and why.
    Refused(String),
    /// Nothing: this part of the product is not there yet.
    NotThere(&'static str),
}

/// An answer, or what makes the case itself unreadable.
type Answered = Result<Answer, String>;

impl Answer {
    /// The answer that a fallible function of the product gives.
    fn from_result<T: Into<Value>>(result: Result<T, impl ToString>) -> Self {
        match result {
            Ok(value) => Self::Value(value.into()),
            Err(error) => Self::Refused(error.to_string()),
        }
    }
}

/// Who answers the cases of a file; nobody if such cases are not known.
fn answerer(file: &str) -> Option<fn(&Value) -> Answered> {
    Some(match file {
        "analysis.jsonl" => |_| Ok(Answer::NotThere("verification")),
        "availability.jsonl" => availability::answer,
        "expressions.jsonl" => expressions::answer,
        "freight_functions.jsonl" => freight_functions::answer,
        "freight_id.jsonl" => freight_id::answer,
        "inflation.jsonl" => inflation::answer,
        "selection.jsonl" => selection::answer,
        "status_functions.jsonl" => status_functions::answer,
        _ => return None,
    })
}

/// Replays the cases of one file.
pub(crate) fn replay(file: &LineFile, deviations: &Deviations) -> Result<Vec<Case>, String> {
    let text = std::fs::read_to_string(&file.path).map_err(|e| format!("{}: {e}", file.path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Ok(lines.map(|(at, line)| replay_line(&file.name, at + 1, line, deviations)).collect())
}

fn replay_line(file: &str, number: usize, line: &str, deviations: &Deviations) -> Case {
    let mut id = format!("{file}:{number}");
    let case: Value = match serde_json::from_str(line) {
        Ok(case) => case,
        Err(error) => return Case::new(file, &id, Err(format!("the case cannot be read: {error}"))),
    };
    if let Some(own) = case["id"].as_str() {
        own.clone_into(&mut id);
    }
    let Some(answerer) = answerer(file) else {
        return Case::new(file, &id, Err("the replayer does not know such cases".to_owned()));
    };
    // A case that makes the product panic has fallen short; the others go on.
    let answered = catch_unwind(AssertUnwindSafe(|| answerer(&case)));
    match answered.unwrap_or_else(|_| Err("the product panicked".to_owned())) {
        Err(problem) => Case::new(file, &id, Err(problem)),
        Ok(Answer::NotThere(part)) => {
            let mut replayed = Case::new(file, &id, Err(format!("{part}: not there yet")));
            replayed.needs.push(part.to_owned());
            replayed
        }
        Ok(answer) => {
            let compare = |outcome: &Value| compare(&answer, outcome, numbers(&case));
            let verdict = deviations.judge(&id, compare(&case), |deviation| compare(&deviation.differences));
            Case::new(file, &id, verdict)
        }
    }
}

/// How the numbers of a case compare.
fn numbers(case: &Value) -> Numbers {
    if case["kind"] == "semverParse" { Numbers::Exact } else { Numbers::Float }
}

/// Compares an answer with an outcome: an object with `want`, `wantSpecial` or `error`. `wantSane` counts before all.
fn compare(answer: &Answer, outcome: &Value, numbers: Numbers) -> Result<(), String> {
    if let Answer::NotThere(part) = answer {
        return Err(format!("{part}: not there yet"));
    }
    let wanted = outcome.get("wantSane").or_else(|| outcome.get("want"));
    let special = outcome.get("wantSpecial").and_then(Value::as_str);
    match (answer, wanted, special) {
        (Answer::Value(found), Some(wanted), _) => {
            let difference = Rules::plain(numbers).difference(found, wanted);
            difference.map_or(Ok(()), |difference| Err(format!("the answer {difference}")))
        }
        (Answer::Special(found), None, Some(wanted)) if found == wanted => Ok(()),
        (Answer::Refused(message), None, None) if outcome["error"] == true => {
            if message.is_empty() {
                return Err("it is refused without a message".to_owned());
            }
            Ok(())
        }
        (answer, wanted, special) => {
            let should_be = match (wanted, special) {
                (Some(wanted), _) => format!("should be {}", show(wanted)),
                (None, Some(special)) => format!("should be {special}"),
                (None, None) if outcome["error"] == true => "should be refused".to_owned(),
                (None, None) => return Err("the case says no outcome".to_owned()),
            };
            Err(match answer {
                Answer::Value(found) => format!("the answer is {} and {should_be}", show(found)),
                Answer::Special(found) => format!("the answer is {found} and {should_be}"),
                Answer::Refused(message) => {
                    format!("it is refused ({}) and {should_be}", shorten(message, 200))
                }
                Answer::NotThere(part) => format!("{part}: not there yet"),
            })
        }
    }
}

/// A member of a case, its type's default if it is absent.
fn part<T: DeserializeOwned + Default>(case: &Value, key: &str) -> Result<T, String> {
    match case.get(key) {
        None => Ok(T::default()),
        Some(value) => serde_json::from_value(value.clone()).map_err(|e| format!("{key}: {e}")),
    }
}

/// A member of a case that is a text, empty if it is absent.
fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(answer: Answer, outcome: Value) -> bool {
        compare(&answer, &outcome, Numbers::Float).is_ok()
    }

    #[test]
    fn an_answer_fits_one_outcome() {
        assert!(fits(Answer::Value(json!(null)), json!({"want": null})));
        assert!(!fits(Answer::Value(json!(null)), json!({"want": 0})));
        assert!(!fits(Answer::Value(json!(null)), json!({"error": true})));
        assert!(!fits(Answer::Value(json!("NaN")), json!({"wantSpecial": "NaN"})));
        assert!(fits(Answer::Special("NaN".to_owned()), json!({"wantSpecial": "NaN"})));
        assert!(!fits(Answer::Special("NaN".to_owned()), json!({"wantSpecial": "+Inf"})));
        assert!(fits(Answer::Refused("no".to_owned()), json!({"error": true})));
        assert!(!fits(Answer::Refused(String::new()), json!({"error": true})));
        assert!(!fits(Answer::Refused("no".to_owned()), json!({"want": null})));
        assert!(!fits(Answer::Refused("no".to_owned()), json!({})));
        assert!(!fits(Answer::NotThere("x"), json!({"error": true})));
    }

    #[test]
    fn the_sane_answer_is_ours_where_there_is_one() {
        let outcome = json!({"want": 1, "wantSane": 2});
        assert!(fits(Answer::Value(json!(2)), outcome.clone()));
        assert!(!fits(Answer::Value(json!(1)), outcome));
    }
}
