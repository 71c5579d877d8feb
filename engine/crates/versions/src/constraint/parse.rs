//! From the text of a range to its bounds. Hyphen ranges are first rewritten in the text, before `||` is looked at,
//! because the original does so and a few odd ranges depend on it.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::bound::{Bound, Operator, Precision};
use super::{ALTERNATIVES_MAX, Alternative, ConstraintProblem, LENGTH_MAX};
use crate::version::{Parts, Strictness, Version};

/// White space as Go's `\s` means it.
const SPACE: [char; 5] = [' ', '\t', '\n', '\x0c', '\r'];

/// Longest spelling first, so that `>=` is not read as `>`.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// `1.2 - 1.4`, with the white space around it. That `|` may stand in a segment is a slip of the original which shows:
/// `1||2 - 3` means `>=1 || 2, <=3`.
static HYPHEN_RANGE: LazyLock<Regex> = LazyLock::new(|| {
    let segment = "[0-9|xX*]+";
    let identifiers = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*";
    let version =
        format!(r"(v?{segment}(?:\.{segment})?(?:\.{segment})?(?:-{identifiers})?(?:\+{identifiers})?)");
    let space = r"[ \t\n\f\r]";
    Regex::new(&format!("{space}*{version}{space}+-{space}+{version}{space}*"))
        .expect("the pattern is constant and a test compiles it")
});

/// The alternatives of the range `text`.
pub(super) fn alternatives(text: &str) -> Result<Vec<Alternative>, ConstraintProblem> {
    if text.len() > LENGTH_MAX {
        return Err(ConstraintProblem::TooLong);
    }
    let text = HYPHEN_RANGE.replace_all(text, |ends: &Captures| format!(">= {}, <= {} ", &ends[1], &ends[2]));
    if text.split("||").count() > ALTERNATIVES_MAX {
        return Err(ConstraintProblem::TooManyAlternatives);
    }
    text.split("||").map(alternative).collect()
}

/// Comparisons between commas or white space.
fn alternative(text: &str) -> Result<Alternative, ConstraintProblem> {
    let malformed = || ConstraintProblem::Malformed(text.to_owned());
    let mut rest = text.trim_matches(SPACE);
    if rest.is_empty() {
        return Err(ConstraintProblem::Empty);
    }
    let mut bounds = Vec::new();
    loop {
        let (operator, after) = operator(rest);
        let operand = after.trim_start_matches(SPACE);
        let end = operand.find(|c| c == ',' || SPACE.contains(&c)).unwrap_or(operand.len());
        let (operand, after) = operand.split_at(end);
        bounds.push(bound(operator, operand).ok_or_else(malformed)??);
        let after = after.trim_start_matches(SPACE);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix(',').unwrap_or(after).trim_start_matches(SPACE);
    }
    let admits_prereleases = bounds.iter().any(|bound| !bound.version.prerelease().is_empty());
    Ok(Alternative { bounds, admits_prereleases })
}

fn operator(text: &str) -> (Operator, &str) {
    let found =
        OPERATORS.iter().find_map(|(spelling, operator)| Some((*operator, text.strip_prefix(spelling)?)));
    found.unwrap_or((Operator::Equal, text))
}

/// `None` if `operand` has not the form of a version with wildcards.
fn bound(operator: Operator, operand: &str) -> Option<Result<Bound, ConstraintProblem>> {
    let parts = Parts::split(operand, |byte| byte.is_ascii_digit() || b"|xX*".contains(&byte))?;
    let is_wild = |segment: &str| matches!(segment, "x" | "X" | "*");
    let written = |segment: Option<&'_ str>| segment.filter(|segment| !is_wild(segment)).map(str::to_owned);
    let prerelease = match parts.prerelease {
        "" => String::new(),
        prerelease => format!("-{prerelease}"),
    };
    let (precision, text) = match (written(Some(parts.major)), written(parts.minor), written(parts.patch)) {
        (None, _, _) => (Precision::Any, format!("0.0.0{prerelease}")),
        (Some(major), None, _) => (Precision::Major, format!("{major}.0.0{prerelease}")),
        (Some(major), Some(minor), None) => (Precision::Minor, format!("{major}.{minor}.0{prerelease}")),
        (Some(_), Some(_), Some(_)) => (Precision::Patch, operand.to_owned()),
    };
    Some(match Version::parse(&text, Strictness::Coerce) {
        Ok(version) => Ok(Bound { operator, precision, version }),
        Err(error) => {
            Err(ConstraintProblem::Version { comparison: operand.to_owned(), problem: error.problem() })
        }
    })
}
