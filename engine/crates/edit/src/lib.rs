//! Edits of texts that change the bytes of one value and nothing else. Text comes in and text goes out; no file, clock or
//! network is touched here.
//!
//! [`split_key`] reads the keys by which values of YAML and TOML are named. [`set_json`] sets a value in a JSON text.

mod json;
mod key;

pub use json::{JsonError, set_json};
pub use key::{KeyError, split_key};
