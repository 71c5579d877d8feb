//! Documents that are given on the command line: JSON or YAML, in a file or on standard input.

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;

/// The name of standard input.
pub(crate) const STDIN: &str = "-";

/// Reads a document: JSON if it is that, else YAML as manifests are read.
///
/// # Errors
/// If it cannot be read, or is neither.
pub(crate) fn read(path: &Path) -> Result<Value, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::input(format!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    if path == Path::new(STDIN) {
        std::io::stdin().read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    } else {
        bytes = std::fs::read(path).map_err(|e| failed(&e))?;
    }
    if let Ok(json) = serde_json::from_slice(&bytes) {
        return Ok(json);
    }
    let text = windlass_yaml::decode_utf8(&bytes).map_err(|e| failed(&e))?;
    windlass_yaml::to_json(text).map_err(|e| failed(&e))
}
