//! Versions: reading, problems, increments, order.

use super::*;

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

fn problem(text: &str, strictness: Strictness) -> VersionProblem {
    Version::parse(text, strictness).unwrap_err().problem()
}

#[test]
fn parts_are_kept() {
    let version = version("v1.2.3-rc.1+b5");
    assert_eq!((version.major(), version.minor(), version.patch()), (1, 2, 3));
    assert_eq!((version.prerelease(), version.metadata()), ("rc.1", "b5"));
    assert_eq!(version.original(), "v1.2.3-rc.1+b5");
    assert_eq!(version.to_string(), "1.2.3-rc.1+b5");
}

#[test]
fn problems_are_told_apart() {
    use Strictness::{Canonical, Coerce, Complete};
    assert_eq!(problem("", Coerce), VersionProblem::Empty);
    assert_eq!(problem("latest", Coerce), VersionProblem::Malformed);
    assert_eq!(problem("18446744073709551616", Coerce), VersionProblem::TooLarge);
    assert_eq!(problem("1.2.3-01", Coerce), VersionProblem::LeadingZero);
    assert_eq!(problem("1.2", Complete), VersionProblem::Incomplete);
    assert_eq!(problem("01.2.3", Complete), VersionProblem::LeadingZero);
    assert_eq!(problem("v1.2.3", Canonical), VersionProblem::Prefixed);
}

#[test]
fn length_is_bounded_and_errors_stay_short() {
    let longest = format!("1.2.3-{}", "a".repeat(250));
    assert_eq!(version(&longest).original(), longest);
    let error = Version::parse(&"1".repeat(1 << 20), Strictness::Coerce).unwrap_err();
    assert_eq!(error.problem(), VersionProblem::TooLong);
    assert!(error.to_string().len() < 250);
}

#[test]
fn errors_show_the_text_and_a_hint() {
    let error = Version::parse("1.2", Strictness::Complete).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"1.2\" is not a semantic version: major, minor and patch must all be given"
    );
    assert_eq!(error.hint(), "write all three numbers, or set strictSemvers: false");
}

#[test]
fn increments_keep_the_prefix_and_drop_the_rest() {
    let version = version("v1.2.3-rc.1+b5");
    assert_eq!(version.inc_major().unwrap().original(), "v2.0.0");
    assert_eq!(version.inc_minor().unwrap().original(), "v1.3.0");
    assert_eq!(version.inc_patch().unwrap().original(), "v1.2.3");
    assert_eq!(version.inc_patch().unwrap().inc_patch().unwrap().original(), "v1.2.4");
}

#[test]
fn an_increment_beyond_64_bits_is_an_error() {
    let error = version("1.18446744073709551615.0").inc_minor().unwrap_err();
    assert_eq!(error.segment, Segment::Minor);
    assert_eq!(
        error.to_string(),
        "the Minor number of version \"1.18446744073709551615.0\" cannot grow above 18446744073709551615"
    );
}

#[test]
fn prerelease_and_metadata_can_be_replaced() {
    let version = version("v1.2+b");
    assert_eq!(version.with_prerelease("rc.1").unwrap().original(), "v1.2.0-rc.1+b");
    assert_eq!(version.with_metadata("").unwrap().original(), "v1.2.0");
    assert_eq!(version.with_prerelease("01").unwrap_err().problem(), VersionProblem::LeadingZero);
    assert_eq!(version.with_prerelease("a b").unwrap_err().problem(), VersionProblem::Malformed);
    assert_eq!(version.with_metadata("a..b").unwrap_err().problem(), VersionProblem::Malformed);
}

#[test]
fn precedence_ignores_metadata_and_spelling_but_equality_does_not() {
    let (a, b) = (version("v1.0.0+a"), version("1"));
    assert_eq!(a.cmp_precedence(&b), Ordering::Equal);
    assert_ne!(a, b);
}
