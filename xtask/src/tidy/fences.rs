//! Who may use whom: the manifests against the table in `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::Failed;

/// Where packages are, and whether each directory below holds one.
const PLACES: [(&str, bool); 6] = [
    ("engine", false),
    ("engine/crates", true),
    ("steps-sdk", false),
    ("tests", false),
    ("tests/fuzz", false),
    ("tests/replay", false),
];

/// Rooms that built-in steps may use: those without I/O of their own.
const FOR_STEPS: [&str; 7] = ["step", "edit", "expr", "extract", "model", "versions", "yaml"];

/// One line of the table.
#[derive(Debug, Default, PartialEq)]
struct Fence {
    may_use: BTreeSet<String>,
    alone: BTreeSet<String>,
}

pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let fences = table(&super::read(&root.join("docs/architecture.md"))?);
    for dir in packages(root)? {
        let manifest = super::read(&dir.join("Cargo.toml"))?;
        let package: toml::Table = manifest.parse().map_err(|e| format!("{}: {e}", dir.display()))?;
        let Some(room) = package["package"]["name"].as_str().map(room_of) else { continue };
        let Some(fence) = fences.get(&room) else {
            wrong.push(format!("docs/architecture.md does not have the room {room}"));
            continue;
        };
        check_dependencies(&room, fence, &fences, &package, wrong);
        check_form(&dir, &package, wrong);
    }
    for entry in entries(&root.join("builtin-steps"))? {
        let Ok(manifest) = std::fs::read_to_string(entry.join("Cargo.toml")) else { continue };
        let package: toml::Table = manifest.parse().map_err(|e| format!("{}: {e}", entry.display()))?;
        check_form(&entry, &package, wrong);
        for used in dependencies(&package, "dependencies").filter_map(|name| name.strip_prefix("windlass-")) {
            if !FOR_STEPS.contains(&used) {
                wrong.push(format!(
                    "{} uses {used}, and steps may use only {}",
                    entry.display(),
                    FOR_STEPS.join(", ")
                ));
            }
        }
    }
    Ok(())
}

fn packages(root: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for (place, holds_many) in PLACES {
        let dir = root.join(place);
        if holds_many { found.extend(entries(&dir)?) } else { found.push(dir) }
    }
    Ok(found)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}

fn room_of(package: &str) -> String {
    package.strip_prefix("windlass-").unwrap_or(package).to_owned()
}

fn dependencies<'p>(package: &'p toml::Table, section: &str) -> impl Iterator<Item = &'p str> {
    package
        .get(section)
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(|table| table.keys().map(String::as_str))
}

fn check_dependencies(
    room: &str,
    fence: &Fence,
    fences: &BTreeMap<String, Fence>,
    package: &toml::Table,
    wrong: &mut Vec<String>,
) {
    for name in dependencies(package, "dependencies") {
        if let Some(used) = name.strip_prefix("windlass-") {
            if !fence.may_use.contains(used) {
                wrong.push(format!("{room} uses {used}, which docs/architecture.md does not allow"));
            }
            continue;
        }
        let owners: Vec<&String> =
            fences.iter().filter(|(_, fence)| fence.alone.contains(name)).map(|(owner, _)| owner).collect();
        if !owners.is_empty() && !owners.iter().any(|owner| *owner == room) {
            wrong.push(format!("{room} uses {name}, which belongs to {} alone", owners[0]));
        }
    }
    let used: BTreeSet<&str> =
        dependencies(package, "dependencies").filter_map(|name| name.strip_prefix("windlass-")).collect();
    for unused in fence.may_use.iter().filter(|name| !used.contains(name.as_str())) {
        wrong.push(format!("docs/architecture.md lets {room} use {unused}, and it does not"));
    }
}

/// Lints and versions come from the workspace.
fn check_form(dir: &Path, package: &toml::Table, wrong: &mut Vec<String>) {
    let lints = package.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    if lints != Some(true) {
        wrong.push(format!("{}/Cargo.toml does not take the workspace's lints", dir.display()));
    }
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let table = package.get(section).and_then(toml::Value::as_table);
        for (name, value) in table.into_iter().flatten() {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                wrong.push(format!("{}/Cargo.toml gives {name} a version of its own", dir.display()));
            }
        }
    }
}

/// The lines of the first table.
fn table(text: &str) -> BTreeMap<String, Fence> {
    let lines = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let names = |cell: &str| {
        cell.split(',').map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
    };
    rows.filter_map(|row| {
        let mut cells = row.trim_matches('|').split('|');
        let room = cells.next()?.trim().to_owned();
        Some((room, Fence { may_use: names(cells.next()?), alone: names(cells.next().unwrap_or_default()) }))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let fences = table(
            "x\n| room | may use | alone |\n|---|---|---|\n| git | egress, model | git2 |\n| model | | |\n\ny",
        );
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        assert_eq!(fences["git"], Fence { may_use: set(&["egress", "model"]), alone: set(&["git2"]) });
        assert_eq!(fences["model"], Fence::default());
    }

    #[test]
    fn what_the_table_does_not_list_is_wrong() {
        let fences = table("|---|\n| git | model | git2 |\n| store | model, yaml | |\n");
        let package: toml::Table =
            "[dependencies]\nwindlass-model.workspace = true\nwindlass-git.workspace = true\ngit2.workspace = true"
                .parse()
                .unwrap();
        let mut wrong = Vec::new();
        check_dependencies("store", &fences["store"], &fences, &package, &mut wrong);
        assert_eq!(
            wrong,
            [
                "store uses git2, which belongs to git alone",
                "store uses git, which docs/architecture.md does not allow",
                "docs/architecture.md lets store use yaml, and it does not",
            ]
        );
    }
}
