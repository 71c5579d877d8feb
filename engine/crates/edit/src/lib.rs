//! Edits of texts that change the bytes of one value and nothing else. Text comes in and text goes out; no file, clock or
//! network is touched here.
//!
//! [`split_key`] reads the keys by which values of YAML and TOML are named. [`set_json`] sets a value in a JSON text,
//! [`set_toml`] changes values in a TOML text.

mod json;
mod key;
mod toml;

pub use json::{JsonError, set_json};
pub use key::{KeyError, split_key};
pub use toml::{TomlEdit, TomlError, set_toml};
