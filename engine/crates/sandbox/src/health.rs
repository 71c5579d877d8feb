//! The second export of a step: what it says of the health of a stage.

use serde_json::{Value, json};
use wasmtime::Store;
use wasmtime::component::{ComponentType, Lift};
use windlass_model::outcome::{Outcome, Status};
use windlass_ports::step_runner::{Ending, RunRequest};

use crate::abi::v0_1::bindings::StepPre;
use crate::abi::v0_1::bindings::windlass::step::types::Error;
use crate::guest::Guest;
use crate::returned;
use crate::run::ended;

/// The interface, and its function.
const INTERFACE: &str = "windlass:step/health@0.1.0";
const FUNCTION: &str = "check";

/// `health.level`.
#[expect(dead_code, reason = "guests make them")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
enum Level {
    #[component(name = "healthy")]
    Healthy,
    #[component(name = "progressing")]
    Progressing,
    #[component(name = "unknown")]
    Unknown,
    #[component(name = "unhealthy")]
    Unhealthy,
}

/// `health.report`.
#[derive(Debug, Clone, PartialEq, Eq, ComponentType, Lift)]
#[component(record)]
struct Report {
    level: Level,
    issues: Vec<String>,
    output: String,
}

/// Evaluates the check that is the configuration of `request`.
pub(crate) fn check(store: &mut Store<Guest>, step: &StepPre<Guest>, request: &RunRequest) -> Ending {
    let input = request.input.config.to_string();
    let checked = (|| {
        let instance = step.instance_pre().instantiate(&mut *store)?;
        let interface = instance.get_export_index(&mut *store, None, INTERFACE);
        let function = interface
            .and_then(|interface| instance.get_export_index(&mut *store, Some(&interface), FUNCTION))
            .ok_or_else(|| wasmtime::Error::msg(format!("the step does not export {INTERFACE}")))?;
        let check = instance.get_typed_func::<(String,), (Result<Report, Error>,)>(&mut *store, function)?;
        check.call(&mut *store, (input,))
    })();
    match checked {
        Ok((Ok(report),)) => match outcome(report) {
            Ok(outcome) => Ending::Returned(outcome),
            Err(message) => Ending::Ended(Outcome::errored_terminal(message)),
        },
        Ok((Err(error),)) => Ending::Returned(Outcome::errored(error.message)),
        Err(error) => Ending::Ended(ended(store, &error)),
    }
}

fn outcome(report: Report) -> Result<Outcome, String> {
    let output: Value = returned::read("output", &report.output)?;
    let level = match report.level {
        Level::Healthy => "Healthy",
        Level::Progressing => "Progressing",
        Level::Unknown => "Unknown",
        Level::Unhealthy => "Unhealthy",
    };
    let output = json!({ "level": level, "issues": report.issues, "output": output });
    Ok(Outcome { output: Some(output), ..Outcome::new(Status::Succeeded, "") })
}
