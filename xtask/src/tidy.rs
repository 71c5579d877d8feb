//! Rules that no compiler knows: the fences between the rooms, the shape of files, pages for error codes.

mod errors;
mod fences;
mod files;
mod linked;

use crate::Failed;
use crate::workspace;

/// Checks every rule; all that is wrong at once.
pub(crate) fn run() -> Result<(), Failed> {
    let root = workspace::root();
    let mut wrong = Vec::new();
    files::check(&root, &mut wrong)?;
    fences::check(&root, &mut wrong)?;
    errors::check(&root, &mut wrong)?;
    linked::check(&root, &mut wrong)?;
    if wrong.is_empty() { Ok(()) } else { Err(format!("tidy:\n{}", wrong.join("\n"))) }
}

/// Reads a file of the repository.
fn read(path: &std::path::Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
