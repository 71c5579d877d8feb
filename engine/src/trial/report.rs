//! How an attempt ended, as a script reads it and as a person does.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use windlass_model::outcome::{Fault, Outcome, Status};
use windlass_versions::GoDuration;

/// The exit code of a step that is to be run again.
const EXIT_RUNNING: u8 = 2;

/// The exit code of a step whose outcome is bad.
const EXIT_FAILED: u8 = 3;

/// The exit code of a step that could not be carried out.
const EXIT_ERRORED: u8 = 4;

/// How an attempt ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrialReport {
    /// `Succeeded`, `Skipped`, `Running`, `Failed` or `Errored`.
    status: &'static str,
    /// Whether trying again is of no use.
    terminal: bool,
    /// For people.
    message: String,
    /// The outputs; null if there are none at all.
    output: Option<Value>,
    /// When a running step wants to be run again, as Go writes durations.
    retry_after: Option<String>,
    #[serde(skip)]
    exit: u8,
}

impl TrialReport {
    pub(super) fn new(outcome: Outcome) -> Self {
        let (status, exit) = match outcome.status {
            Status::Succeeded => ("Succeeded", 0),
            Status::Skipped => ("Skipped", 0),
            Status::Running => ("Running", EXIT_RUNNING),
            Status::Failed => ("Failed", EXIT_FAILED),
            Status::Errored => ("Errored", EXIT_ERRORED),
        };
        let retry_after = outcome.retry_after_ms.map(Duration::from_millis).and_then(GoDuration::from_std);
        Self {
            status,
            terminal: outcome.fault == Some(Fault::Terminal),
            message: outcome.message,
            output: outcome.output,
            retry_after: retry_after.map(|duration| duration.to_string()),
            exit,
        }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// For people: the status, what there is to say, and the outputs.
    pub(crate) fn text(&self) -> String {
        let mut text = self.status.to_owned();
        if self.terminal {
            text.push_str(" (not tried again)");
        }
        if let Some(retry_after) = &self.retry_after {
            let _ = write!(text, " (to be run again after {retry_after})");
        }
        if !self.message.is_empty() {
            let _ = write!(text, "\n{}", self.message);
        }
        if let Some(output) = &self.output {
            let yaml = windlass_yaml::emit(output, windlass_yaml::KeyOrder::Kept);
            let shown = yaml.unwrap_or_else(|_| format!("{output:#}"));
            let _ = write!(text, "\noutput:");
            for line in shown.trim_end().lines() {
                let indent = if line.is_empty() { "" } else { "  " };
                let _ = write!(text, "\n{indent}{line}");
            }
        }
        text
    }
}
