//! JSON text as Go's `encoding/json` writes and reads it.

pub(crate) mod decode;
pub(crate) mod encode;
