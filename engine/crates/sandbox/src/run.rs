//! Runs one guest from start to end on the current thread.

use std::sync::Arc;

use tokio::runtime::Handle;
use wasmtime::{Engine, Store, Trap, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi::I32Exit;
use windlass_model::limits::Usage;
use windlass_model::outcome::{Fault, HealthCheck, Outcome, Status};
use windlass_ports::clock::Clock;
use windlass_ports::step_runner::{Ending, Entry, RunReport, RunRequest};

use crate::abi::v0_1::bindings::exports::windlass::step::run as contract;
use crate::guest::Guest;
use crate::load::Loaded;
use crate::output::{MAX_RESULT_BYTES, Standard};
use crate::returned;
use crate::stop::Stop;

/// Strings and lists that one call of a component may bring to the host, in bytes.
const HOSTCALL_BYTES: usize = 16 << 20;

/// Exit codes that mean that trying again is of no use (those of sysexits.h).
const TERMINAL_EXIT_CODES: std::ops::RangeInclusive<i32> = 64..=78;

/// Runs the guest of `request`. Blocks; what the guest asks for is answered on `runtime`.
pub(crate) fn run_guest(
    engine: &Engine,
    loaded: &Loaded,
    request: &RunRequest,
    clock: &Arc<dyn Clock>,
    runtime: &Handle,
) -> RunReport {
    let standard = match loaded {
        Loaded::Typed(_) => Standard::Log,
        Loaded::Command(_) | Loaded::Module(_) => Standard::Result,
    };
    let mut store = Store::new(engine, Guest::new(request, clock, runtime, standard));
    store.limiter(|guest| &mut guest.budget);
    store.set_hostcall_fuel(HOSTCALL_BYTES);
    store.set_max_component_handles(request.limits.handles as usize);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let guest = context.data_mut();
        guest.flush_output();
        guest.budget.check()?;
        Ok(UpdateDeadline::Continue(1))
    });
    let ending = match loaded {
        Loaded::Typed(step) if request.entry == Entry::CheckHealth => {
            crate::health::check(&mut store, step, request)
        }
        Loaded::Typed(step) => run_typed(&mut store, step, request),
        Loaded::Command(_) | Loaded::Module(_) if request.entry == Entry::CheckHealth => {
            Ending::Ended(Outcome::errored_terminal("the step has no checks of health: it is a command"))
        }
        Loaded::Command(command) => {
            let exit = command.instantiate(&mut store).and_then(|command| {
                command.wasi_cli_run().call_run(&mut store).map(|result| i32::from(result.is_err()))
            });
            command_ending(&mut store, exit)
        }
        Loaded::Module(module) => {
            let exit = module.instantiate(&mut store).and_then(|instance| {
                instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ()).map(|()| 0)
            });
            command_ending(&mut store, exit)
        }
    };
    let guest = store.data_mut();
    guest.output.finish();
    guest.flush_output();
    RunReport { ending, usage: usage(guest) }
}

fn usage(guest: &Guest) -> Usage {
    Usage {
        cpu_ms: u64::try_from(guest.budget.cpu_used().as_millis()).unwrap_or(u64::MAX),
        memory_bytes: guest.budget.memory_peak() as u64,
        disk_bytes: guest.disk_growth(),
        // These are counted where calls are answered.
        log_bytes: 0,
        calls: 0,
        egress_bytes: 0,
    }
}

fn run_typed(
    store: &mut Store<Guest>,
    step: &crate::abi::v0_1::bindings::StepPre<Guest>,
    request: &RunRequest,
) -> Ending {
    let input = contract::Request {
        config: request.input.config.to_string(),
        context: request.input.context.to_string(),
        state: request.input.state.as_ref().map(ToString::to_string),
        attempt: request.input.attempt,
    };
    let returned =
        step.instantiate(&mut *store).and_then(|step| step.windlass_step_run().call_run(&mut *store, &input));
    match returned {
        Ok(outcome) => match typed_outcome(outcome) {
            Ok(outcome) => Ending::Returned(outcome),
            Err(message) => Ending::Ended(Outcome::errored_terminal(message)),
        },
        Err(error) => Ending::Ended(ended(store, &error)),
    }
}

fn typed_outcome(outcome: contract::Outcome) -> Result<Outcome, String> {
    let optional = |what, text: Option<String>| text.map(|text| returned::read(what, &text)).transpose();
    Ok(Outcome {
        status: match outcome.status {
            contract::Status::Succeeded => Status::Succeeded,
            contract::Status::Skipped => Status::Skipped,
            contract::Status::Running => Status::Running,
            contract::Status::Failed => Status::Failed,
            contract::Status::Errored => Status::Errored,
        },
        message: outcome.message,
        output: optional("output", outcome.output)?,
        fault: outcome.fault.map(|fault| match fault {
            contract::Fault::Retryable => Fault::Retryable,
            contract::Fault::Terminal => Fault::Terminal,
        }),
        state: optional("state", outcome.state)?,
        retry_after_ms: outcome.retry_after_ms,
        wake_on: outcome
            .wake_on
            .iter()
            .map(|text| returned::read("wake-on", text))
            .collect::<Result<_, _>>()?,
        health: outcome
            .health
            .into_iter()
            .map(|check| {
                Ok(HealthCheck { kind: check.kind, input: returned::read("health check", &check.input)? })
            })
            .collect::<Result<_, String>>()?,
    })
}

/// The ending of a command step, by its exit code and what it wrote.
fn command_ending(store: &mut Store<Guest>, exit: wasmtime::Result<i32>) -> Ending {
    let code = match exit {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => *code,
            None => return Ending::Ended(ended(store, &error)),
        },
    };
    store.data().output.finish();
    // A program that handles the refusal itself (Go's runtime does) ends by its own code, and says nothing of use.
    if code != 0
        && let Some(outcome) = out_of_memory(store)
    {
        return Ending::Ended(outcome);
    }
    let output = &store.data().output;
    if code == 0 {
        return match output.result().as_deref().map(command_outcome) {
            Some(Ok(outcome)) => Ending::Returned(outcome),
            Some(Err(message)) => Ending::Ended(Outcome::errored_terminal(message)),
            None => Ending::Ended(Outcome::errored_terminal(format!(
                "the step wrote more than {MAX_RESULT_BYTES} bytes to its standard output"
            ))),
        };
    }
    let last_line = output.last_error_line();
    let message =
        if last_line.is_empty() { format!("the step ended with exit code {code}") } else { last_line };
    Ending::Returned(match code {
        1 => Outcome::failed_terminal(message),
        code if TERMINAL_EXIT_CODES.contains(&code) => Outcome::errored_terminal(message),
        _ => Outcome::errored(message),
    })
}

/// Exit 0: nothing is success, an object is the output, an object with the member `windlass` holds the outcome.
fn command_outcome(stdout: &[u8]) -> Result<Outcome, String> {
    if stdout.trim_ascii().is_empty() {
        return Ok(Outcome::new(Status::Succeeded, ""));
    }
    let wrong = |what: String| format!("the step's standard output must be empty or one JSON object: {what}");
    let value: serde_json::Value = serde_json::from_slice(stdout).map_err(|e| wrong(e.to_string()))?;
    returned::check_depth("result", &value)?;
    match value {
        serde_json::Value::Object(mut object) => match object.remove("windlass") {
            Some(outcome) => serde_json::from_value(outcome).map_err(|e| wrong(format!("windlass: {e}"))),
            None => Ok(Outcome {
                output: Some(serde_json::Value::Object(object)),
                ..Outcome::new(Status::Succeeded, "")
            }),
        },
        other => Err(wrong(format!("it is {other}"))),
    }
}

/// What a guest that did not return becomes.
pub(crate) fn ended(store: &Store<Guest>, error: &wasmtime::Error) -> Outcome {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return Outcome::errored_terminal(stop.to_string());
    }
    if let Some(outcome) = out_of_memory(store) {
        return outcome;
    }
    let last_line = store.data().output.last_error_line();
    let said = if last_line.is_empty() { String::new() } else { format!(" (it last said: {last_line})") };
    match error.downcast_ref::<Trap>() {
        Some(trap) => Outcome::errored_terminal(format!("the step trapped: {trap}{}{said}", place(error))),
        None => Outcome::errored_terminal(format!("the step failed: {error:#}{said}")),
    }
}

/// What a guest becomes that was refused memory and did not come to a good end.
fn out_of_memory(store: &Store<Guest>) -> Option<Outcome> {
    let mib = store.data().budget.memory_refused()? >> 20;
    Some(Outcome::errored_terminal(format!(
        "the step asked for more memory than its {mib} MiB; give it less to do, or raise the limit memoryBytes"
    )))
}

/// The innermost named function of a trap, where there is one.
fn place(error: &wasmtime::Error) -> String {
    let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
    frames
        .iter()
        .find_map(|frame| {
            let name = frame.func_name()?;
            let source = frame.symbols().first().and_then(|s| Some((s.file()?, s.line()?)));
            let source = source.map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
            Some(format!(" in {name}{source}"))
        })
        .unwrap_or_default()
}
