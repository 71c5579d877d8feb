//! Why a command could not do its work, as the user is told: what, why, what to do, and the exit code.

use std::fmt;

/// The exit code of a promotion that did not succeed.
pub(crate) const EXIT_FAILED: u8 = 1;

/// The exit code of wrong input: arguments, manifests, names.
pub(crate) const EXIT_INPUT: u8 = 2;

/// The exit code of an environment in which the command cannot work: files, network, database.
pub(crate) const EXIT_ENVIRONMENT: u8 = 3;

/// The exit code after an interruption, as shells have it.
pub(crate) const EXIT_INTERRUPTED: u8 = 130;

/// The exit code of wrong input where small codes tell how a step ended (`EX_USAGE` of sysexits.h).
pub(crate) const EXIT_STEP_USAGE: u8 = 64;

/// The exit code of an unfit environment there (`EX_UNAVAILABLE`).
const EXIT_STEP_UNAVAILABLE: u8 = 69;

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
    /// The message is rendered already, with marks and lines.
    is_rendered: bool,
}

impl Failure {
    fn new(message: impl Into<String>, code: u8) -> Self {
        Self { message: message.into(), hint: None, code, is_rendered: false }
    }

    /// The input is wrong.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(message, EXIT_INPUT)
    }

    /// The input is wrong, and has been shown.
    pub(crate) fn rendered(text: String) -> Self {
        Self { is_rendered: true, ..Self::new(text, EXIT_INPUT) }
    }

    /// The environment does not allow it.
    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self::new(message, EXIT_ENVIRONMENT)
    }

    /// The same with what to do.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the exit codes of commands whose small codes tell how a step ended.
    pub(crate) fn with_exit_codes_of_steps(mut self) -> Self {
        self.code = if self.code == EXIT_INPUT { EXIT_STEP_USAGE } else { EXIT_STEP_UNAVAILABLE };
        self
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_rendered {
            return f.write_str(self.message.trim_end());
        }
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  help: {hint}"),
            None => Ok(()),
        }
    }
}
