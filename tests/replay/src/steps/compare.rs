//! Compares what came of a case with what was recorded, or with what a deviation says in its place.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::archives;
use super::case::{Case, Link};
use super::files::{File, Tree, mode};
use super::placeholders::Placeholders;
use super::run::Reported;
use super::world::Observed;
use crate::answer::{Numbers, Rules, shorten};

/// The mode of files that Kargo's steps make for themselves alone, without being asked to.
const PRIVATE: u32 = 0o600;

/// What such files may have here: a command guest cannot say who may read a file, and Git records none of it.
const NEW_FILE: u32 = 0o644;

/// A line of a file is shown up to this many letters.
const MOST_OF_A_LINE: usize = 120;

/// What is wanted of a case.
pub(super) struct Wanted {
    /// Of each item.
    items: Vec<Value>,
    /// Of the case as a whole.
    all: Value,
    /// Files by path, without those that are described as archives.
    files: BTreeMap<String, Vec<u8>>,
    links: Vec<Link>,
    empty_dirs: Vec<String>,
    /// Whether the work directory counts.
    is_whole: bool,
}

impl Wanted {
    /// What was recorded.
    pub(super) fn recorded(case: &Case) -> Result<Self, String> {
        Self::read(case, case.wants(), case.want.clone(), &Map::new())
    }

    /// What is wanted where members of a deviation stand in the place of recorded ones.
    pub(super) fn deviating(case: &Case, deviation: &Value) -> Result<Self, String> {
        let (mut items, mut all) = (case.wants(), case.want.clone());
        let none = Map::new();
        let members = deviation.as_object().unwrap_or(&none);
        let files =
            members.get("files").map_or(Ok(&none), |files| files.as_object().ok_or("files: no mapping"))?;
        for (alias, changes) in members.get("steps").and_then(Value::as_object).unwrap_or(&none) {
            let number = alias.strip_prefix("step-").and_then(|number| number.parse::<usize>().ok());
            let item = number.and_then(|number| items.get_mut(number.checked_sub(1)?));
            let item = item.ok_or_else(|| format!("the case has no step {alias}"))?;
            overlay(item, changes);
        }
        let is_of_case = |name: &&String| !["files", "steps"].contains(&name.as_str());
        let changes: Map<String, Value> =
            members.keys().filter(is_of_case).map(|name| (name.clone(), members[name].clone())).collect();
        let changes = Value::Object(changes);
        overlay(&mut all, &changes);
        if let [single] = items.as_mut_slice() {
            overlay(single, &changes);
        }
        Self::read(case, items, all, files)
    }

    fn read(
        case: &Case,
        items: Vec<Value>,
        all: Value,
        changed: &Map<String, Value>,
    ) -> Result<Self, String> {
        let out = case.dir.join(if case.out_same_as_in { "in" } else { "out" });
        let mut files: BTreeMap<String, Vec<u8>> =
            Tree::read(&out)?.files.into_iter().map(|(path, file)| (path, file.content)).collect();
        let extra = part(&all, "extraFiles")?.unwrap_or_else(|| case.extra_files.clone());
        files.extend(extra.into_iter().map(|(path, text)| (path, text.into_bytes())));
        for (path, content) in changed {
            match content {
                Value::Null => files.remove(path),
                content => {
                    let text = content.as_str().ok_or_else(|| format!("files: {path} is no text"))?;
                    files.insert(path.clone(), text.as_bytes().to_vec())
                }
            };
        }
        let mut links = part(&all, "links")?.unwrap_or_else(|| case.links.clone());
        links.sort();
        let mut empty_dirs = part(&all, "emptyDirs")?.unwrap_or_else(|| case.empty_dirs.clone());
        empty_dirs.sort();
        let is_whole = all["workDirGone"] != true && !items.iter().any(is_of_a_crash);
        Ok(Self { items, all, files, links, empty_dirs, is_whole })
    }

    /// What is otherwise than wanted, all of it.
    pub(super) fn compare(&self, observed: &Observed, has_remote: bool) -> Result<(), String> {
        let mut wrong = Vec::new();
        let placeholders = &observed.placeholders;
        if self.items.len() != observed.reported.len() {
            return Err("the case does not say what it wants of each step".to_owned());
        }
        for (index, (reported, wanted)) in observed.reported.iter().zip(&self.items).enumerate() {
            let before = wrong.len();
            if let Some(reported) = reported {
                compare_step(reported, wanted, placeholders, &mut wrong);
            }
            if self.items.len() > 1 {
                wrong[before..]
                    .iter_mut()
                    .for_each(|text| text.insert_str(0, &format!("step-{}: ", index + 1)));
            }
        }
        if self.is_whole {
            self.compare_tree(observed, has_remote, &mut wrong);
            self.compare_remote(observed, &mut wrong);
        }
        wrong.extend(
            observed.outside.iter().map(|path| format!("{path} was made outside the work directory")),
        );
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
    }

    fn compare_tree(&self, observed: &Observed, has_remote: bool, wrong: &mut Vec<String>) {
        let placeholders = &observed.placeholders;
        let mut files: BTreeMap<&String, &File> = observed.tree.files.iter().collect();
        let is_counted = |path: &str| !has_remote || !is_of_git(path);
        for (path, described) in self.all["archives"].as_object().into_iter().flatten() {
            let Some(file) = files.remove(path) else {
                wrong.push(format!("{path} is missing"));
                continue;
            };
            match archives::recorded(&file.content) {
                Ok(found) => note(&found, described, path, placeholders, wrong),
                Err(message) => wrong.push(format!("{path}: {message}")),
            }
        }
        for (path, wanted) in &self.files {
            match files.remove(path) {
                None => wrong.push(format!("{path} is missing")),
                Some(file) if placeholders.fit(&file.content, wanted) => {}
                Some(file) => {
                    wrong.push(format!("{path} {}", first_line(&file.content, wanted, placeholders)));
                }
            }
        }
        let left = files.keys().filter(|path| is_counted(path));
        wrong.extend(left.map(|path| format!("{path} should not be there")));
        let counted = |tree: &Tree| {
            let links: Vec<Link> = tree.links.iter().filter(|link| is_counted(&link.path)).cloned().collect();
            let dirs: Vec<String> = tree.empty_dirs.iter().filter(|path| is_counted(path)).cloned().collect();
            (links, dirs)
        };
        let (links, empty_dirs) = counted(&observed.tree);
        if links != self.links {
            wrong.push(format!("the links are {links:?} and should be {:?}", self.links));
        }
        if empty_dirs != self.empty_dirs {
            wrong.push(format!(
                "the empty directories are {empty_dirs:?} and should be {:?}",
                self.empty_dirs
            ));
        }
        self.compare_modes(&observed.tree, wrong);
    }

    fn compare_modes(&self, tree: &Tree, wrong: &mut Vec<String>) {
        for (path, wanted) in self.all["modes"].as_object().into_iter().flatten() {
            let wanted = wanted.as_str().unwrap_or_default();
            let Some(file) = tree.files.get(path) else { continue };
            match mode(wanted) {
                Ok(bits) if file.mode == bits || bits == PRIVATE && file.mode == NEW_FILE => {}
                Ok(_) => {
                    wrong.push(format!("the mode of {path} is {:04o} and should be {wanted}", file.mode));
                }
                Err(message) => wrong.push(message),
            }
        }
    }

    fn compare_remote(&self, observed: &Observed, wrong: &mut Vec<String>) {
        let placeholders = &observed.placeholders;
        if let Some(wanted) = self.all.get("requests") {
            note(&observed.requests, wanted, "the list of requests", placeholders, wrong);
        }
        match (&observed.remote, self.all.get("remote")) {
            (Some(found), Some(wanted)) => note(found, wanted, "the remote", placeholders, wrong),
            (None, Some(_)) => wrong.push("there is no remote".to_owned()),
            (_, None) => {}
        }
    }
}

/// Whether a path belongs to Git: what marks a worktree, and the clones that Kargo keeps beside them.
fn is_of_git(path: &str) -> bool {
    path.starts_with("repo-") || path.split('/').any(|part| part == ".git")
}

/// Whether what is wanted is the answer of code that crashed. Only how it ended counts then.
fn is_of_a_crash(wanted: &Value) -> bool {
    parts(wanted).any(|part| part.contains("panicked"))
}

fn parts(wanted: &Value) -> impl Iterator<Item = &str> {
    wanted["messageContains"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn compare_step(reported: &Reported, wanted: &Value, placeholders: &Placeholders, wrong: &mut Vec<String>) {
    let before = wrong.len();
    if wanted["status"] != reported.status.as_str() {
        wrong.push(format!("the status is {} and should be {}", reported.status, wanted["status"]));
    }
    if wanted["terminal"] != reported.terminal {
        wrong.push(format!("terminal is {} and should be {}", reported.terminal, wanted["terminal"]));
    }
    if is_of_a_crash(wanted) {
        return;
    }
    note(&reported.output, &wanted["output"], "the output", placeholders, wrong);
    for part in parts(wanted).map(|part| placeholders.fill(part)) {
        if !reported.message.contains(&part) {
            wrong.push(format!("the message should contain {part:?}"));
        }
    }
    if let Some(retry_after) = wanted["retryAfter"].as_str()
        && reported.retry_after.as_deref() != Some(retry_after)
    {
        wrong.push(format!("retryAfter is {:?} and should be {retry_after:?}", reported.retry_after));
    }
    if wrong.len() > before && !reported.message.is_empty() {
        wrong.push(format!("the message is {:?}", shorten(&reported.message, 300)));
    }
}

/// Notes the first difference of two values, if there is one.
fn note(found: &Value, wanted: &Value, what: &str, placeholders: &Placeholders, wrong: &mut Vec<String>) {
    let texts = |found: &str, wanted: &str| placeholders.fit(found.as_bytes(), wanted.as_bytes());
    let rules = Rules { numbers: Numbers::Float, texts: &texts };
    wrong.extend(rules.difference(found, wanted).map(|difference| format!("{what} {difference}")));
}

/// Says in which line two files first differ.
fn first_line(found: &[u8], wanted: &[u8], placeholders: &Placeholders) -> String {
    let (mut ours, mut theirs) = (found.split_inclusive(is_end), wanted.split_inclusive(is_end));
    for number in 1.. {
        match (ours.next(), theirs.next()) {
            (Some(found), Some(wanted)) if placeholders.fit(found, wanted) => {}
            (None, None) => break,
            (found, wanted) => {
                let show = |line: Option<&[u8]>| {
                    line.map_or_else(|| "missing".to_owned(), |line| format!("{:?}", excerpt(line)))
                };
                return format!("line {number} is {} and should be {}", show(found), show(wanted));
            }
        }
    }
    "differs".to_owned()
}

fn is_end(byte: &u8) -> bool {
    *byte == b'\n'
}

fn excerpt(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(MOST_OF_A_LINE).collect()
}

/// Puts the members of one object in the place of another's.
fn overlay(base: &mut Value, changes: &Value) {
    for (name, value) in changes.as_object().into_iter().flatten() {
        base[name] = value.clone();
    }
}

fn part<T: serde::de::DeserializeOwned>(all: &Value, name: &str) -> Result<Option<T>, String> {
    let part = all.get(name).map(|value| serde_json::from_value(value.clone()));
    part.transpose().map_err(|e| format!("{name}: {e}"))
}

#[cfg(test)]
mod tests;
