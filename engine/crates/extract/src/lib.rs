//! Outputs out of documents. Steps link it: it reads a file of the work directory through their context, and has no other
//! way to the world.
//!
//! [`evaluate`] gives the outputs that a configuration asks for, each the value of an expression over a document.
//! [`extract`] is all of a step that parses a file: the step only says, with a [`Format`], how its documents are read.

mod config;
mod evaluate;
mod file;
#[cfg(test)]
mod tests;

use windlass_expr::Value;
use windlass_step::{Context, Outcome};

pub use config::{Config, Output};
pub use evaluate::evaluate;

/// A kind of document.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// What messages call it: `JSON`.
    pub name: &'static str,
    /// How large a file may be, in bytes. What is read takes many times as much memory.
    pub max_bytes: u64,
    /// The value of a document; the error says what is wrong with it, and where.
    pub parse: fn(&[u8]) -> Result<Value, String>,
}

/// Why there are no outputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// For people.
    pub message: String,
    /// Whether every other attempt would end in the same way.
    pub is_terminal: bool,
}

impl Failure {
    fn retryable(message: String) -> Self {
        Self { message, is_terminal: false }
    }

    fn terminal(message: String) -> Self {
        Self { message, is_terminal: true }
    }

    fn in_context(mut self, doing: &str) -> Self {
        self.message = format!("{doing}: {}", self.message);
        self
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        if failure.is_terminal {
            Self::errored_terminal(failure.message)
        } else {
            Self::errored(failure.message)
        }
    }
}

/// Runs an attempt of a step that parses a file: reads the document and succeeds with the outputs.
#[must_use]
pub fn extract(config: &Config, context: &Context, format: &Format) -> Outcome {
    let revealed = match config.revealed(context) {
        Ok(outputs) => outputs,
        Err(error) => return Outcome::from_error(&error).in_context("error revealing secrets"),
    };
    let outputs = file::read(context, &config.path, format).and_then(|document| {
        evaluate(&revealed, &document).map_err(|failure| failure.in_context("failed to extract outputs"))
    });
    outputs.map_or_else(Outcome::from, |outputs| Outcome::succeeded().with_output(outputs.into()))
}
