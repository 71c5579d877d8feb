//! Globs: meaning, oddities, faults, bounds.

use super::*;

fn problem(text: &str) -> PatternProblem {
    Glob::parse(text).unwrap_err().problem().clone()
}

fn matches(glob: &str, name: &str) -> bool {
    Glob::parse(glob).unwrap().matches(name)
}

#[test]
fn stars_stop_at_slashes_and_double_stars_do_not() {
    assert!(matches("charts/*/values.yaml", "charts/web/values.yaml"));
    assert!(!matches("charts/*/values.yaml", "charts/a/b/values.yaml"));
    assert!(matches("charts/**/values.yaml", "charts/a/b/values.yaml"));
    assert!(matches("charts/**/values.yaml", "charts/values.yaml"));
    assert!(!matches("charts/**.yaml", "charts/a/b.yaml"));
}

#[test]
fn the_oddities_of_the_original_are_kept() {
    // A class may match a slash.
    assert!(matches("a[!b]c", "a/c"));
    // Braces cut classes, and a pattern broken by that matches nothing at all.
    assert!(!matches("{[a,b],c}", "c"));
    // A double star right after a brace counts as the start of a segment.
    assert!(matches("a{**/b,c}", "ax/b"));
    // Only the latest star is tried again.
    assert!(!matches("*[/a]*c", "ba/c"));
}

#[test]
fn faults_have_their_place() {
    let syntax = |at, what| PatternProblem::Syntax { at, what };
    assert_eq!(problem("ab["), syntax(2, "[ is not closed"));
    assert_eq!(problem("a[]b]"), syntax(1, "[ has no characters in it"));
    assert_eq!(problem("{a}{b"), syntax(3, "{ is not closed"));
    assert_eq!(problem("a}"), syntax(1, "} closes nothing"));
    assert_eq!(problem("é\\"), syntax(2, "\\ has nothing to escape"));
}

#[test]
fn braces_that_multiply_are_refused() {
    assert_eq!(problem(&"{a,b}".repeat(40)), PatternProblem::TooLarge);
    let nested = format!("{}{}", "{a,".repeat(300), "}".repeat(300));
    assert_eq!(problem(&nested), PatternProblem::TooLarge);
    assert_eq!(problem(&"a".repeat(4097)), PatternProblem::TooLong);
    assert!(matches(&"{a,b}".repeat(8), "abababab"));
}

#[test]
fn many_stars_over_a_long_name_end() {
    let name = "a/".repeat(2_000);
    assert!(!matches(&"*".repeat(4096), &name));
    assert!(!matches(&format!("{}b", "**/".repeat(1000)), &name));
    assert!(!matches(&format!("{}b", "**/*a*".repeat(600)), &name));
    assert!(!matches(&format!("**/{}b", "[/a]".repeat(1000)), &name));
    assert!(!matches(&format!("{}b", "*a".repeat(2000)), &"a".repeat(4_000)));
}
