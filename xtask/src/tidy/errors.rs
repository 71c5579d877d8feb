//! Every error code has a page in `docs/errors/`, and every page a code.

use std::collections::BTreeSet;
use std::path::Path;

use crate::Failed;
use crate::command::Run;

/// Functions of `CallError` whose first argument is a code.
const MAKERS: [&str; 5] = ["new(", "invalid(", "denied(", "not_found(", "unavailable("];

/// Codes that `CallError` itself knows.
const OWN: [&str; 3] = ["limit-exceeded", "cancelled", "internal"];

pub(super) fn check(root: &Path, wrong: &mut Vec<String>) -> Result<(), Failed> {
    let mut codes: BTreeSet<String> = OWN.map(ToOwned::to_owned).into();
    let listed = Run::new("git")
        .dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "engine/**/src/*.rs"])
        .output()?;
    for name in listed.lines().filter(|name| !name.contains("/testkit/")) {
        if let Ok(text) = std::fs::read_to_string(root.join(name)) {
            let source = text.split("#[cfg(test)]").next().unwrap_or_default();
            codes.extend(codes_in(source));
        }
    }
    let dir = root.join("docs/errors");
    let entries = std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let pages: BTreeSet<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".md").map(ToOwned::to_owned))
        .filter(|name| name != "README")
        .collect();
    wrong.extend(
        codes.difference(&pages).map(|code| format!("the error {code} has no page docs/errors/{code}.md")),
    );
    wrong.extend(
        pages
            .difference(&codes)
            .map(|code| format!("docs/errors/{code}.md is about no error of the program")),
    );
    Ok(())
}

/// The codes that a source file makes errors with.
fn codes_in(source: &str) -> impl Iterator<Item = String> {
    source.split("CallError::").skip(1).filter_map(|rest| {
        let rest = MAKERS.iter().find_map(|maker| rest.strip_prefix(maker))?;
        let mut arguments = rest.trim_start();
        if let Some(after_kind) = arguments.strip_prefix("ErrorKind::") {
            arguments = after_kind.split_once(',')?.1.trim_start();
        }
        let code = arguments.strip_prefix('"')?.split('"').next()?;
        Some(code.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found() {
        let source = r#"CallError::denied("no-grant", x); CallError::new(
            ErrorKind::Conflict,
            "git-ref-moved", y); CallError::invalid(code, z); CallError::limit("calls", z)"#;
        assert_eq!(codes_in(source).collect::<Vec<_>>(), ["no-grant", "git-ref-moved"]);
    }
}
