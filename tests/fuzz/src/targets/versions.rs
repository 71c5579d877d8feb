//! Versions, ranges, durations and patterns: what is written can be read again, and orders are total.

use std::cmp::Ordering;

use serde_json::Value as Json;
use windlass_versions::{
    BaseDirectory, Constraint, Glob, GoDuration, GoRegex, NamePattern, PathPattern, Strictness, Version,
    semver_diff,
};

use super::{Target, feature, gist};
use crate::corpus;

/// How many lines of an input are held against each other.
const MOST_LINES: usize = 6;

/// The target. Each line of an input is read as everything.
pub(crate) struct Versions;

impl Target for Versions {
    fn corpus(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for case in corpus::cases("selection.jsonl") {
            let mut texts = Vec::new();
            corpus::texts(&case, &mut texts);
            found.extend(texts.chunks(MOST_LINES).map(|lines| lines.join(&b'\n')));
        }
        let durations = corpus::cases("availability.jsonl");
        durations.iter().for_each(|case: &Json| corpus::texts(case, &mut found));
        found
    }

    fn dictionary(&self) -> &'static [&'static str] {
        &[
            "1.2.3",
            "v1",
            "v2.0",
            "0.0.0",
            "1.2.3-rc.1",
            "-alpha",
            "-0",
            "+build.5",
            "^",
            "~",
            ">=",
            "<=",
            "!=",
            "=",
            "=>",
            "||",
            ", ",
            " - ",
            "*",
            "x",
            "1.x",
            "latest",
            "1h",
            "30m",
            "1.5s",
            "250ms",
            "-",
            "µs",
            "ns",
            "glob:",
            "regex:",
            "regexp:",
            "**",
            "?",
            "[a-z]",
            "{a,b}",
            "\\",
            "(?i)",
            "^v",
            "$",
            "(a|b)",
            "\\d+",
            ".",
            "/",
            "../",
            "a/b/c.yaml",
            "\n",
        ]
    }

    fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
        inputs.iter().map(|input| check(&String::from_utf8_lossy(input))).collect()
    }
}

fn check(text: &str) -> Result<u64, String> {
    let lines: Vec<&str> = text.split('\n').take(MOST_LINES).collect();
    let mut versions = Vec::new();
    let mut seen = Vec::new();
    for line in &lines {
        for strictness in [Strictness::Canonical, Strictness::Complete, Strictness::Coerce] {
            match Version::parse(line, strictness) {
                Ok(version) => {
                    printed(&version)?;
                    versions.push(version);
                }
                Err(error) => seen.push(gist(&error.to_string())),
            }
        }
        duration(line)?;
    }
    ordered(&versions)?;
    for line in &lines {
        seen.push(against(line, &lines, &versions)?);
        let _ = semver_diff(line, lines.last().copied().unwrap_or_default());
    }
    Ok(feature(seen))
}

/// A version is read again as the same one.
fn printed(version: &Version) -> Result<(), String> {
    let text = version.to_string();
    match Version::parse(&text, Strictness::Coerce) {
        Ok(again) if again.cmp_precedence(version) == Ordering::Equal && again.to_string() == text => Ok(()),
        other => Err(format!("{:?} is written as {text:?}, which is read as {other:?}", version.original())),
    }
}

/// The order is the same from both sides and goes on over three.
fn ordered(versions: &[Version]) -> Result<(), String> {
    for a in versions {
        for b in versions {
            if a.cmp_precedence(b) != b.cmp_precedence(a).reverse() {
                return Err(format!("the order of {a} and {b} depends on the side"));
            }
            for c in versions {
                let chain = a.cmp_precedence(b).is_le() && b.cmp_precedence(c).is_le();
                if chain && a.cmp_precedence(c).is_gt() {
                    return Err(format!("{a} <= {b} <= {c}, but not {a} <= {c}"));
                }
            }
        }
    }
    Ok(())
}

/// A duration is read again as the same one.
fn duration(text: &str) -> Result<(), String> {
    let Ok(duration) = text.parse::<GoDuration>() else { return Ok(()) };
    let written = duration.to_string();
    match written.parse::<GoDuration>() {
        Ok(again) if again == duration => Ok(()),
        other => Err(format!("{text:?} is written as {written:?}, which is read as {other:?}")),
    }
}

/// A line as a range and as patterns, on all lines.
fn against(text: &str, lines: &[&str], versions: &[Version]) -> Result<String, String> {
    let mut seen = match Constraint::parse(text) {
        Ok(constraint) => {
            let matching = versions.iter().filter(|version| constraint.matches(version)).count();
            let again = Constraint::parse(constraint.as_str());
            let same =
                again.is_ok_and(|again| versions.iter().all(|v| again.matches(v) == constraint.matches(v)));
            if !same {
                return Err(format!("{text:?} and {:?} are not the same range", constraint.as_str()));
            }
            format!("range {}", matching.min(2))
        }
        Err(error) => gist(&error.to_string()),
    };
    let any = |matches: &dyn Fn(&str) -> bool| u8::from(lines.iter().any(|line| matches(line)));
    let matched = [
        Glob::parse(text).ok().map(|glob| any(&|line| glob.matches(line))),
        GoRegex::parse(text).ok().map(|regex| any(&|line| regex.is_match(line))),
        NamePattern::parse(text).ok().map(|pattern| any(&|line| pattern.matches(line))),
        NamePattern::parse_stage_selector(text).ok().map(|pattern| any(&|line| pattern.matches(line))),
        PathPattern::parse(text).ok().map(|pattern| any(&|line| pattern.matches(line))),
        Some(any(&|line| BaseDirectory::new(text).contains(line))),
    ];
    seen.push_str(&format!("{matched:?}"));
    Ok(seen)
}
