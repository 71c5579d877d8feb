//! Every source file says what it is for and stays short; nothing that is made is committed.

use std::path::Path;

use crate::Failed;
use crate::command::Run;

/// Lines of a file, its own tests not counted.
const MOST_LINES: usize = 500;

/// Endings of files that are built and never committed.
const BUILT: [&str; 5] = [".wasm", ".cwasm", ".so", ".a", ".o"];

pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let listed = Run::new("git")
        .dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()?;
    for name in listed.lines() {
        if BUILT.iter().any(|ending| name.ends_with(ending)) {
            wrong.push(format!("{name} is built, and must not be committed"));
        }
        let path = root.join(name);
        if name.ends_with(".rs") && path.exists() {
            check_source(name, &super::read(&path)?, wrong);
        }
    }
    Ok(())
}

fn check_source(name: &str, text: &str, wrong: &mut Vec<String>) {
    if !text.starts_with("//!") {
        wrong.push(format!("{name} does not begin with what it is for (//!)"));
    }
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    if lines > MOST_LINES {
        wrong.push(format!(
            "{name} has {lines} lines; split what does more than one thing ({MOST_LINES} at most)"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_they_are_for_and_are_short() {
        let check = |text: &str| {
            let mut wrong = Vec::new();
            check_source("a.rs", text, &mut wrong);
            wrong.len()
        };
        assert_eq!(check("//! What.\n"), 0);
        assert_eq!(check("fn main() {}\n"), 1);
        assert_eq!(check(&format!("//! What.\n{}", "\n".repeat(MOST_LINES))), 1);
        assert_eq!(check(&format!("//! What.\n#[cfg(test)]\n{}", "\n".repeat(MOST_LINES))), 0);
    }
}
