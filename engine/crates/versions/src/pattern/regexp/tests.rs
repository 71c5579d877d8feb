//! Expressions: where the two syntaxes differ, faults, bounds.

use super::*;

fn problem(text: &str) -> PatternProblem {
    GoRegex::parse(text).unwrap_err().problem().clone()
}

fn is_match(expression: &str, text: &str) -> bool {
    GoRegex::parse(expression).unwrap().is_match(text)
}

#[test]
fn letters_and_digits_are_ascii() {
    assert!(is_match(r"^\d$", "1") && !is_match(r"\d", "٣"));
    assert!(is_match(r"^\w$", "a") && !is_match(r"\w", "é"));
    assert!(is_match(r"é\b-", "é-") != is_match(r"e\b-", "e-"));
    assert!(is_match(r"^[\D]$", "٣"));
}

#[test]
fn braces_that_count_nothing_stand_for_themselves() {
    assert!(is_match("^a{,2}$", "a{,2}"));
    assert!(is_match("^a{x}$", "a{x}"));
    assert!(is_match("^a{1,2}$", "aa"));
}

#[test]
fn classes_do_not_nest_and_know_no_operators() {
    assert!(is_match("^[a[]$", "["));
    assert!(is_match("^[a&&b]$", "&"));
    assert!(is_match("^[a~~b]$", "~"));
    assert!(is_match("^[]a]$", "]"));
    assert!(is_match("^[[:alpha:]_]+$", "ab_"));
}

#[test]
fn faults_have_their_place() {
    let syntax = |at, what| PatternProblem::Syntax { at, what };
    assert_eq!(problem("a**"), syntax(2, "a repetition cannot be repeated"));
    assert_eq!(problem("a|*"), syntax(2, "there is nothing to repeat"));
    assert_eq!(problem("a)"), syntax(1, ") closes nothing"));
    assert_eq!(problem("[a"), syntax(0, "[ is not closed"));
    assert_eq!(problem("é[z-a]"), syntax(3, "the ends of the range are the wrong way round"));
    assert_eq!(problem("(?=a)"), syntax(0, "unknown group syntax"));
    assert_eq!(problem(r"a\1"), syntax(1, "back-references are not supported"));
    assert_eq!(
        problem("a{1001}"),
        syntax(1, "the numbers of a repetition must be in order and at most 1000")
    );
    assert_eq!(problem("(?:a{10}){101}"), syntax(9, "repetitions multiply to more than 1000"));
}

#[test]
fn what_is_too_large_is_refused() {
    assert_eq!(problem(r"\pL{1000}"), PatternProblem::TooLarge);
    assert_eq!(problem(&"a".repeat(4097)), PatternProblem::TooLong);
    let nested = format!("{}{}", "(".repeat(2000), ")".repeat(2000));
    assert!(matches!(problem(&nested), PatternProblem::Unsupported(_)));
}

#[test]
fn hostile_expressions_end() {
    assert!(!is_match("^(a+)+$", &format!("{}b", "a".repeat(50_000))));
    assert!(!is_match("(x+x+)+y", &"x".repeat(50_000)));
}

#[test]
fn the_engine_explains_what_it_refuses() {
    let error = GoRegex::parse(r"\p{Foo}").unwrap_err();
    assert_eq!(error.to_string(), "regular expression \"\\\\p{Foo}\": Unicode property not found");
}
