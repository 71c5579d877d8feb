//! The textual habits of Go that Kargo's users see: how numbers, strings, times, durations and patterns are
//! read and written there. Each file follows the documented behaviour of one part of Go's standard library.

pub(crate) mod duration;
pub(crate) mod float;
pub(crate) mod format_time;
pub(crate) mod layout;
pub(crate) mod parse_time;
pub(crate) mod pattern;
pub(crate) mod quote;
pub(crate) mod text;
pub(crate) mod time;
