//! Why a TOML text is not changed.

use crate::key::KeyError;

/// A change that is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TomlError {
    /// The text is not TOML.
    #[error("error parsing input: {what} (line {line}, column {column})")]
    Syntax {
        /// What is wrong.
        what: String,
        /// The line, from 1.
        line: usize,
        /// The letter of the line, from 1.
        column: usize,
    },
    /// A key is not well formed.
    #[error("error splitting key {key}: {source}")]
    Key {
        /// The key.
        key: String,
        /// What is wrong with it.
        source: KeyError,
    },
    /// Nothing is at a key.
    #[error("error finding key {key}: key path not found; only values that are there are changed")]
    NotFound {
        /// The key.
        key: String,
    },
    /// A table or an array is at a key.
    #[error(
        "error finding key {key}: key path addresses {kind} instead of a scalar node; name a value inside of it"
    )]
    NotScalar {
        /// The key.
        key: String,
        /// What is there.
        kind: &'static str,
    },
    /// Arrays, tables and null cannot be set.
    #[error(
        "error formatting value for key {key}: value is not a TOML scalar type: only texts, numbers and bools are set"
    )]
    Value {
        /// The key.
        key: String,
    },
}
