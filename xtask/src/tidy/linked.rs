//! Crates that must not be linked, as `deny.toml` lists them.

use std::path::Path;

use crate::Failed;
use crate::command::Run;

pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let deny: toml::Table =
        super::read(&root.join("deny.toml"))?.parse().map_err(|e| format!("deny.toml: {e}"))?;
    let banned = deny["bans"]["deny"].as_array().into_iter().flatten();
    let banned: Vec<&str> = banned.filter_map(|entry| entry.get("crate")?.as_str()).collect();
    let tree = Run::new("cargo")
        .dir(root)
        .args(["tree", "--workspace", "--edges", "normal,build,dev", "--prefix", "none", "--format", "{p}"])
        .output()?;
    for name in banned {
        if tree.lines().any(|line| line.split(' ').next() == Some(name)) {
            wrong.push(format!("{name} is linked, which deny.toml forbids; see `cargo tree -i {name}`"));
        }
    }
    Ok(())
}
