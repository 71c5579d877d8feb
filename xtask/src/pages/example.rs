//! Examples for a step's page: golden cases that are marked as such, or recorded cases.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::{Failed, workspace};

/// The examples of a step, in the order of their names.
pub(super) fn of_step(name: &str, source: &Path) -> Result<Vec<String>, Failed> {
    let mut examples = Vec::new();
    for dir in directories(&source.join("cases")) {
        let case = read(&dir.join("case.json"))?;
        let case: Value = serde_json::from_str(&case).map_err(|e| format!("{}: {e}", dir.display()))?;
        if case["example"] == true {
            examples.push(show(name, &case, &files(&dir.join("in")), &files(&dir.join("out"))));
        }
    }
    if let Ok(recorded) = std::fs::read_to_string(source.join("example")) {
        for id in recorded.split_whitespace() {
            let dir = workspace::root().join("tests/vectors/steps").join(id);
            let case: Value = serde_yaml::from_str(&read(&dir.join("case.yaml"))?)
                .map_err(|e| format!("{}: {e}", dir.display()))?;
            let case = json!({
                "about": case["about"],
                "config": case["config"],
                "outcome": { "message": "", "output": case["want"]["output"] },
            });
            examples.push(show(name, &case, &files(&dir.join("in")), &files(&dir.join("out"))));
        }
    }
    Ok(examples)
}

fn show(
    name: &str,
    case: &Value,
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> String {
    let about = case["about"].as_str().unwrap_or_default();
    let step = json!([{ "uses": name, "config": case["config"] }]);
    let mut text = format!("{}:\n\n```yaml\n{}```\n", sentence(about), yaml(&step));
    for (path, content) in before {
        text.push_str(&file(path, "", content));
    }
    for (path, content) in after.iter().filter(|(path, content)| before.get(*path) != Some(*content)) {
        let state = if before.contains_key(path) { " becomes" } else { " is written" };
        text.push_str(&file(path, state, content));
    }
    for path in before.keys().filter(|path| !after.is_empty() && !after.contains_key(*path)) {
        text.push_str(&format!("\n`{path}` is gone.\n"));
    }
    let outcome = &case["outcome"];
    if outcome["output"].as_object().is_some_and(|output| !output.is_empty()) {
        text.push_str(&format!("\nThe outputs:\n\n```yaml\n{}```\n", yaml(&outcome["output"])));
    }
    if let Some(message) = outcome["message"].as_str().filter(|message| !message.is_empty()) {
        text.push_str(&format!("\nIt ends with the message `{message}`.\n"));
    }
    text
}

fn file(path: &str, state: &str, content: &str) -> String {
    let language = match path.rsplit_once('.') {
        Some((_, "yaml" | "yml")) => "yaml",
        Some((_, "json")) => "json",
        Some((_, "toml")) => "toml",
        _ => "",
    };
    let end = if content.ends_with('\n') || content.is_empty() { "" } else { "\n" };
    format!("\n`{path}`{state}:\n\n```{language}\n{content}{end}```\n")
}

/// The text with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap_or_default()
}

fn directories(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The text files beneath a directory, by their path in it.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for path in std::fs::read_dir(&next).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if let (Ok(text), Ok(name)) = (std::fs::read_to_string(&path), path.strip_prefix(dir)) {
                found.insert(name.display().to_string(), text);
            }
        }
    }
    found
}

fn read(path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_show_what_changes() {
        let case = json!({ "about": "a file is replaced", "config": { "path": "a" }, "outcome": { "message": "done", "output": { "n": 1 } } });
        let files = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let before = files(&[("a.json", "{}"), ("b", "b\n"), ("same", "s\n")]);
        let after = files(&[("a.json", "[]"), ("new", "n\n"), ("same", "s\n")]);
        assert_eq!(
            show("step", &case, &before, &after),
            "A file is replaced:\n\n```yaml\n- uses: step\n  config:\n    path: a\n```\n\
             \n`a.json`:\n\n```json\n{}\n```\n\n`b`:\n\n```\nb\n```\n\n`same`:\n\n```\ns\n```\n\
             \n`a.json` becomes:\n\n```json\n[]\n```\n\n`new` is written:\n\n```\nn\n```\n\n`b` is gone.\n\
             \nThe outputs:\n\n```yaml\nn: 1\n```\n\nIt ends with the message `done`.\n"
        );
    }
}
