//! Golden cases: what a step is given, what the host answers, and all that must come of it.
//!
//! A case is a directory with `case.json` and, where files matter, the work directory before (`in/`) and after (`out/`;
//! without it nothing may change). `case.json` has
//!
//! | member | meaning |
//! |---|---|
//! | `about` | what the case shows, in words |
//! | `example` | `true`: it is shown on the step's page |
//! | `config` | the evaluated configuration |
//! | `context`, `state`, `attempt` | as the step gets them; may be absent |
//! | `answers` | what the host answers, in order: `{"fn": "git.clone", "ok": …}` or `{"fn": …, "err": {"kind", "code", "message", "details"}}` |
//! | `calls` | every call that must be made, in order: `{"fn": "git.clone", "args": …}`; absent: none |
//! | `outcome` | the whole outcome in the engine's JSON form |
//! | `refused` | in the place of an outcome: the configuration does not fit the schema, and these texts say why |

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Harness, error, files, problems};
use crate::context::StepContext;
use crate::step::Step;
use crate::{Error, ErrorKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[serde(rename = "about")]
    _about: String,
    #[serde(rename = "example", default)]
    _example: bool,
    config: Value,
    #[serde(default)]
    context: StepContext,
    state: Option<Value>,
    attempt: Option<u32>,
    #[serde(default)]
    answers: VecDeque<Scripted>,
    #[serde(default)]
    calls: Vec<Value>,
    outcome: Option<Value>,
    #[serde(default)]
    refused: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scripted {
    #[serde(rename = "fn")]
    function: String,
    #[serde(default)]
    ok: Value,
    err: Option<ScriptedError>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptedError {
    kind: String,
    code: String,
    message: String,
    #[serde(default)]
    details: Value,
}

/// Replays every case of a directory.
///
/// # Panics
/// If a case comes out otherwise, with all that differs; if there is none, or one cannot be read.
pub fn replay_cases<S: Step>(dir: &Path) {
    let mut failures = String::new();
    let cases = directories(dir);
    assert!(!cases.is_empty(), "{} has no cases", dir.display());
    for case in cases {
        for difference in replay::<S>(&case) {
            let name = case.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let _ = writeln!(failures, "{name}: {difference}");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

fn directories(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).expect("the directory of the cases can be listed");
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// What comes out otherwise.
fn replay<S: Step>(dir: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(dir.join("case.json")).expect("a case has a case.json");
    let case: Case = match serde_json::from_str(&text) {
        Ok(case) => case,
        Err(error) => return vec![format!("case.json is not understood: {error}")],
    };
    let problems = problems::<S>(&case.config);
    let Some(wanted) = &case.outcome else { return missing(&case.refused, &problems) };
    if !problems.is_empty() {
        return vec![format!("the configuration does not fit the schema: {}", problems.join("; "))];
    }
    let mut harness = Harness::new().files_of(&dir.join("in")).context(case.context);
    harness.state = case.state;
    harness.attempt = case.attempt.unwrap_or(1);
    let harness = script(harness, case.answers);
    let outcome = json!(harness.run::<S>(case.config));
    let mut differences = Vec::new();
    compare(&mut differences, "the outcome", &outcome, wanted);
    let calls: Vec<Value> = harness
        .calls()
        .into_iter()
        .map(|call| json!({"fn": call.function, "args": call.arguments}))
        .collect();
    compare(&mut differences, "the calls", &json!(calls), &json!(case.calls));
    differences.extend(changed_files(&harness, dir));
    differences
}

/// The texts that no problem has.
fn missing(texts: &[String], problems: &[String]) -> Vec<String> {
    if texts.is_empty() {
        return vec!["the case says neither outcome nor refused".to_owned()];
    }
    texts
        .iter()
        .filter(|text| !problems.iter().any(|problem| problem.contains(text.as_str())))
        .map(|text| format!("no problem of the configuration says {text:?}: {problems:?}"))
        .collect()
}

fn script(harness: Harness, answers: VecDeque<Scripted>) -> Harness {
    let mut functions: Vec<String> = answers.iter().map(|answer| answer.function.clone()).collect();
    functions.sort();
    functions.dedup();
    let answers = std::rc::Rc::new(RefCell::new(answers));
    functions.into_iter().fold(harness, |harness, function| {
        let answers = std::rc::Rc::clone(&answers);
        harness.answer(&function.clone(), move |_| {
            let mut answers = answers.borrow_mut();
            let at = answers.iter().position(|answer| answer.function == function);
            at.and_then(|at| answers.remove(at)).map_or_else(
                || {
                    Err(error(
                        ErrorKind::Denied,
                        "no-answer",
                        &format!("the case has no more answers of {function}"),
                    ))
                },
                Scripted::answer,
            )
        })
    })
}

impl Scripted {
    fn answer(self) -> Answer {
        let Some(err) = self.err else { return Ok(self.ok) };
        let details = if err.details.is_null() { json!({}) } else { err.details };
        let made = error(kind(&err.kind), &err.code, &err.message);
        Err(Error { details: details.to_string(), ..made })
    }
}

/// # Panics
/// If there is no such kind.
fn kind(name: &str) -> ErrorKind {
    match name {
        "invalid" => ErrorKind::Invalid,
        "denied" => ErrorKind::Denied,
        "not-found" => ErrorKind::NotFound,
        "already-exists" => ErrorKind::AlreadyExists,
        "conflict" => ErrorKind::Conflict,
        "unavailable" => ErrorKind::Unavailable,
        "throttled" => ErrorKind::Throttled,
        "timed-out" => ErrorKind::TimedOut,
        "limit" => ErrorKind::Limit,
        "cancelled" => ErrorKind::Cancelled,
        "withheld" => ErrorKind::Withheld,
        "in-doubt" => ErrorKind::InDoubt,
        "internal" => ErrorKind::Internal,
        other => panic!("{other:?} is no kind of error"),
    }
}

fn compare(differences: &mut Vec<String>, what: &str, got: &Value, wanted: &Value) {
    if got != wanted {
        differences.push(format!("{what} is\n{got:#}\nand should be\n{wanted:#}"));
    }
}

fn changed_files(harness: &Harness, dir: &Path) -> Vec<String> {
    let wanted = if dir.join("out").is_dir() { "out" } else { "in" };
    let (got, wanted) = (harness.files(), files::below(&dir.join(wanted)));
    let paths: std::collections::BTreeSet<&String> = got.keys().chain(wanted.keys()).collect();
    let text = |content: Option<&Vec<u8>>| match content {
        Some(content) => String::from_utf8_lossy(content).into_owned(),
        None => "(no file)".to_owned(),
    };
    paths
        .into_iter()
        .filter(|path| got.get(*path) != wanted.get(*path))
        .map(|path| format!("{path} is\n{}\nand should be\n{}", text(got.get(path)), text(wanted.get(path))))
        .collect()
}
