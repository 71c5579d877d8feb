//! Inputs that broke something, kept for whoever mends it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use crate::corpus::target_dir;

/// Keeps inputs of a target that broke something, and says how to try them again. Several are kept as a directory.
pub(crate) fn keep(target: &str, inputs: &[Vec<u8>], broken: &str) -> String {
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    let path = target_dir().join("fuzz").join(format!("{target}-{:016x}", hasher.finish()));
    let kept = match inputs {
        [only] => write(&path, only),
        many => many
            .iter()
            .enumerate()
            .try_for_each(|(n, input)| write(&path.join(format!("{n:04}.yaml")), input)),
    };
    let kept = match kept {
        Ok(()) => format!("try it again with\n  cargo xtask fuzz {target} --replay {}", path.display()),
        Err(error) => format!("it could not be kept: {}: {error}", path.display()),
    };
    format!("fuzz {target}: {broken}\n{kept}")
}

fn write(path: &PathBuf, input: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(path.parent().unwrap_or(path))?;
    std::fs::write(path, input)
}
