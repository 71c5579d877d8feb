//! Ranges: prereleases, wildcards, hyphens, problems.

use super::*;

fn matching<'a>(constraint: &str, versions: &[&'a str]) -> Vec<&'a str> {
    let constraint = Constraint::parse(constraint).unwrap();
    versions.iter().copied().filter(|text| constraint.matches(&text.parse().unwrap())).collect()
}

fn problem(text: &str) -> ConstraintProblem {
    Constraint::parse(text).unwrap_err().problem().clone()
}

#[test]
fn a_prerelease_needs_an_alternative_that_names_one() {
    let versions = ["1.0.0-rc.1", "1.0.0", "2.0.0-rc.1"];
    assert_eq!(matching(">=0.1", &versions), ["1.0.0"]);
    assert_eq!(matching(">=0.1-0", &versions), versions);
    assert_eq!(matching("^1 || 2.0.0-rc.1", &versions), ["1.0.0", "2.0.0-rc.1"]);
}

#[test]
fn wildcards_differ_by_operator() {
    let versions = ["0.0.0", "0.0.5", "1.1.9", "1.2.0", "1.2.9", "1.3.0", "2.0.0"];
    assert_eq!(matching("1.2", &versions), ["1.2.0", "1.2.9"]);
    assert_eq!(matching(">1.2", &versions), ["1.3.0", "2.0.0"]);
    assert_eq!(matching("<=1.2", &versions), ["0.0.0", "0.0.5", "1.1.9", "1.2.0", "1.2.9"]);
    assert_eq!(matching("!=1.x", &versions), ["0.0.0", "0.0.5", "2.0.0"]);
    assert_eq!(matching("^*", &versions), ["0.0.0"]);
    assert_eq!(matching("<=*", &versions), ["0.0.0", "0.0.5"]);
    assert_eq!(matching("*", &versions), versions);
}

#[test]
fn hyphen_ranges_are_rewritten_before_alternatives_are_split() {
    let versions = ["1.0.0", "2.0.0", "3.0.0", "4.0.0"];
    assert_eq!(matching("1 - 2 || 4", &versions), ["1.0.0", "2.0.0", "4.0.0"]);
    assert_eq!(matching("1||2 - 3", &versions), versions);
}

#[test]
fn problems_are_told_apart() {
    assert_eq!(problem(""), ConstraintProblem::Empty);
    assert_eq!(problem("^1 ||"), ConstraintProblem::Empty);
    assert_eq!(problem("1.2, nope"), ConstraintProblem::Malformed("1.2, nope".to_owned()));
    assert_eq!(
        problem("^18446744073709551616"),
        ConstraintProblem::Version {
            comparison: "18446744073709551616".to_owned(),
            problem: VersionProblem::TooLarge
        }
    );
    assert_eq!(problem(&"1||".repeat(32)), ConstraintProblem::TooManyAlternatives);
    assert_eq!(problem(&" ".repeat(513)), ConstraintProblem::TooLong);
}

#[test]
fn errors_show_the_text_and_a_hint() {
    let error = Constraint::parse(">>1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\">>1\" is not a version constraint: \">>1\" is not a comparison with a version"
    );
    assert_eq!(
        error.hint(),
        "write ranges such as ^1.2.3, ~1.2, 1.x, >=1.0.0 <2.0.0, 1.0 - 1.9, joined by ||"
    );
}
