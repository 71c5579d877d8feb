//! Compares every room of the crate with answers recorded from the Go originals: Masterminds/semver v3.5.0,
//! doublestar v4.10.0, and Go's `time`, `regexp` and `path/filepath`. `tests/oracle/README.md` explains the rows.
//! A test reports all its differences at once.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;
use std::path::Path;

use serde_json::Value;
use windlass_versions::{
    BaseDirectory, Constraint, Glob, GoDuration, GoRegex, Strictness, Version, is_manifest_duration,
};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle");

/// The rows of one file.
fn rows(file: &str) -> Vec<Vec<Value>> {
    let text = std::fs::read_to_string(Path::new(DIRECTORY).join(file)).unwrap();
    let rows: Vec<Vec<Value>> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(rows.len() > 100, "{file} has only {} rows", rows.len());
    rows
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap().iter().map(text)
}

/// Collects differences and fails with all of them.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn expect<T: PartialEq + Debug>(&mut self, what: impl Debug, got: T, want: T) {
        if got != want {
            self.0.push(format!("{what:?}: got {got:?}, want {want:?}"));
        }
    }

    fn report(self) {
        let Self(differences) = self;
        assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    }
}

#[test]
fn versions_are_read_and_incremented_as_recorded() {
    let mut differences = Differences::default();
    for row in rows("versions.jsonl") {
        let input = text(&row[0]);
        let version = Version::parse(input, Strictness::Coerce).ok();
        let want = row[1].as_str().map(str::to_owned);
        differences.expect(input, version.as_ref().map(ToString::to_string), want);
        let strict = [Strictness::Complete, Strictness::Canonical]
            .iter()
            .filter(|strictness| Version::parse(input, **strictness).is_ok())
            .count();
        differences.expect((input, "strict"), strict as u64, row.get(2).and_then(Value::as_u64).unwrap_or(0));
        let Some(version) = version else { continue };
        differences.expect(input, version.original(), input);
        let increments = [version.inc_major(), version.inc_minor(), version.inc_patch()];
        for (increment, want) in increments.iter().zip(&row[3..]) {
            let got = increment.as_ref().ok().map(Version::original);
            differences.expect((input, "increment"), got, want.as_str());
        }
    }
    differences.report();
}

#[test]
fn versions_are_ordered_as_recorded() {
    let mut differences = Differences::default();
    for row in rows("order.jsonl") {
        let read = |value: &Value| Version::parse(text(value), Strictness::Coerce).unwrap();
        let order = read(&row[0]).cmp_precedence(&read(&row[1]));
        differences.expect((text(&row[0]), text(&row[1])), order as i64, row[2].as_i64().unwrap());
    }
    differences.report();
}

#[test]
fn constraints_admit_what_is_recorded() {
    let mut differences = Differences::default();
    let rows = rows("constraints.jsonl");
    let versions: Vec<Version> =
        rows[0].iter().map(|value| Version::parse(text(value), Strictness::Coerce).unwrap()).collect();
    for row in &rows[1..] {
        let got = Constraint::parse(text(&row[0])).ok().map(|constraint| {
            versions
                .iter()
                .map(|version| if constraint.matches(version) { '1' } else { '0' })
                .collect::<String>()
        });
        differences.expect(text(&row[0]), got.as_deref(), row[1].as_str());
    }
    differences.report();
}

#[test]
fn durations_are_read_and_printed_as_recorded() {
    let mut differences = Differences::default();
    for row in rows("durations.jsonl") {
        let input = text(&row[0]);
        let (nanoseconds, printed) = match input.parse::<GoDuration>() {
            Ok(duration) => (Some(duration.as_nanos().to_string()), duration.to_string()),
            Err(error) => (None, error.to_string()),
        };
        differences.expect(
            input,
            (nanoseconds.as_deref(), printed.as_str()),
            (row[1].as_str(), text(&row[2])),
        );
        differences.expect((input, "manifest"), is_manifest_duration(input), row[3].as_bool().unwrap());
    }
    differences.report();
}

#[test]
fn globs_match_what_is_recorded() {
    let mut differences = Differences::default();
    for row in rows("globs.jsonl") {
        let pattern = text(&row[0]);
        let glob = Glob::parse(pattern).ok();
        differences.expect(pattern, glob.is_some(), !row[1].is_null());
        let Some(glob) = glob.filter(|_| !row[1].is_null()) else { continue };
        for (names, want) in [(&row[1], true), (&row[2], false)] {
            for name in texts(names) {
                differences.expect((pattern, name), glob.matches(name), want);
            }
        }
    }
    differences.report();
}

#[test]
fn expressions_match_what_is_recorded() {
    let mut differences = Differences::default();
    let rows = rows("regexes.jsonl");
    for row in &rows[1..] {
        let got = GoRegex::parse(text(&row[0])).ok().map(|regex| {
            let bit = |name: &Value| if regex.is_match(text(name)) { '1' } else { '0' };
            rows[0].iter().map(bit).collect::<String>()
        });
        differences.expect(text(&row[0]), got.as_deref(), row[1].as_str());
    }
    differences.report();
}

#[test]
fn base_directories_contain_what_is_recorded() {
    let mut differences = Differences::default();
    for row in rows("base_directories.jsonl") {
        let directory = BaseDirectory::new(text(&row[0]));
        for (paths, want) in [(&row[1], true), (&row[2], false)] {
            for path in texts(paths) {
                differences.expect((text(&row[0]), path), directory.contains(path), want);
            }
        }
    }
    differences.report();
}
