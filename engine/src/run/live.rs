//! Shows a promotion while it runs: one line a step, in place on a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;

use windlass_model::call::log::Level;
use windlass_model::ids::PromotionName;
use windlass_model::promotion::StepStatus;
use windlass_ports::progress::{ProgressSink, Report};

use super::live_style::{Paint, duration};

/// Shows reports on standard output or, where that is for the result, on standard error.
pub(crate) struct LiveProgress {
    to_stderr: bool,
    is_verbose: bool,
    /// A line is shown that the next one replaces.
    transient: Mutex<bool>,
    is_terminal: bool,
}

impl LiveProgress {
    /// On standard output, or with `to_stderr` on standard error. `is_verbose` shows debug lines too.
    pub(crate) fn new(to_stderr: bool, is_verbose: bool) -> Self {
        let is_terminal =
            if to_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
        Self { to_stderr, is_verbose, transient: Mutex::new(false), is_terminal }
    }

    /// Shows a line for good.
    pub(crate) fn line(&self, text: &str) {
        self.write(&format!("{text}\n"), false);
    }

    fn write(&self, text: &str, is_transient: bool) {
        let mut transient = self.transient.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let clear = if std::mem::replace(&mut *transient, is_transient) { "\r\x1b[2K" } else { "" };
        // Nobody is left to tell if the terminal is gone.
        let _ = if self.to_stderr {
            let mut out = anstream::stderr();
            write!(out, "{clear}{text}").and_then(|()| out.flush())
        } else {
            let mut out = anstream::stdout();
            write!(out, "{clear}{text}").and_then(|()| out.flush())
        };
    }
}

impl ProgressSink for LiveProgress {
    fn report(&self, _promotion: &PromotionName, report: Report) {
        match report {
            Report::StepStarted { index, of, alias, uses, attempt } => {
                if self.is_terminal {
                    let again = if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
                    self.write(&format!("  {:>2}/{of} {alias} {uses}{again} …", index + 1), true);
                }
            }
            Report::StepEnded { index, of, alias, uses, status, message, took_micros } => {
                let paint = Paint::of(status);
                let took = if status == StepStatus::Skipped { String::new() } else { duration(took_micros) };
                self.line(&format!(
                    "  {:>2}/{of} {alias:<24} {uses:<20} {paint}{status:<9}{paint:#} {took:>9}",
                    index + 1,
                    status = status.to_string(),
                ));
                if !message.is_empty() {
                    for line in message.lines() {
                        self.line(&format!("        {}", shown(line)));
                    }
                }
            }
            Report::Log { alias, level, message } => {
                if level != Level::Debug || self.is_verbose {
                    self.line(&format!("        {alias}: {}", shown(&message)));
                }
            }
            Report::Progress { alias, progress } => {
                if self.is_terminal {
                    let of = progress.total.map(|total| format!("/{total}")).unwrap_or_default();
                    self.write(
                        &format!("        {alias}: {}{of} {}", progress.done, shown(&progress.message)),
                        true,
                    );
                }
            }
            Report::PromotionEnded { .. } => {}
        }
    }
}

/// What a step says, without the characters by which it could speak to the terminal in place of its reader.
fn shown(said: &str) -> String {
    let is_harmless = |c: char| !c.is_control() || c == '\t';
    said.chars().map(|c| if is_harmless(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
