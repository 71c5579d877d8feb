//! Edits of texts that change the bytes of one value and nothing else. Text comes in and text goes out; no file, clock or
//! network is touched here.
//!
//! [`split_key`] reads the keys by which values are named.

mod key;

pub use key::{KeyError, split_key};
