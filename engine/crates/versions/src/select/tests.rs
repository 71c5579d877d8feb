//! Order and filters of tags.

use super::*;

fn semver(strictness: Strictness, constraint: &str) -> Order {
    Order::Semver(SemverRule::new(strictness, constraint).unwrap())
}

fn select(order: Order, allow: &[&str], ignore: &[&str], tags: &[&'static str]) -> Vec<&'static str> {
    let filter = TagFilter::new(allow, ignore).unwrap();
    TagSelection { filter, order }.select(tags.to_vec())
}

#[test]
fn versions_come_highest_first_and_ties_by_their_text() {
    let tags = ["1", "1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "v1.0.0", "1.0", "latest"];
    assert_eq!(
        select(semver(Strictness::Coerce, ""), &[], &[], &tags),
        ["2.0.0-rc.1", "1.10.0", "1.9.0", "v1.0.0", "1.0.0", "1.0", "1"]
    );
    assert_eq!(select(semver(Strictness::Complete, "<1.10"), &[], &[], &tags), ["1.9.0", "v1.0.0", "1.0.0"]);
}

#[test]
fn lexical_order_goes_by_bytes() {
    assert_eq!(select(Order::Lexical, &[], &[], &["a", "B", "10", "9", "é"]), ["é", "a", "B", "9", "10"]);
}

#[test]
fn ignoring_wins_over_allowing() {
    let tags = ["v1", "v2-rc", "x"];
    assert_eq!(select(Order::AsListed, &["^v"], &["rc"], &tags), ["v1"]);
    assert_eq!(select(Order::AsListed, &[], &["rc"], &tags), ["v1", "x"]);
    assert_eq!(select(Order::AsListed, &["^x", "^v2"], &[], &tags), ["v2-rc", "x"]);
}

#[test]
fn a_tag_alone_is_judged_like_a_tag_in_a_list() {
    let filter = TagFilter::new(&["^v"], &[]).unwrap();
    let selection = TagSelection { filter, order: semver(Strictness::Coerce, "^1") };
    assert!(selection.matches("v1.2"));
    assert!(!selection.matches("v2.0.0") && !selection.matches("1.2.3") && !selection.matches("vx"));
}

struct Dated(&'static str, Option<i64>);

impl Candidate for Dated {
    fn tag(&self) -> &str {
        self.0
    }

    fn created_at(&self) -> Option<i64> {
        self.1
    }
}

#[test]
fn newest_comes_first_and_no_date_last() {
    let tags = vec![Dated("a", Some(5)), Dated("none", None), Dated("b", Some(5)), Dated("c", Some(-9))];
    let selection = TagSelection { filter: TagFilter::default(), order: Order::Newest };
    let names: Vec<&str> = selection.select(tags).iter().map(|tag| tag.0).collect();
    assert_eq!(names, ["b", "a", "c", "none"]);
}

#[test]
fn a_bad_constraint_is_an_error() {
    assert!(SemverRule::new(Strictness::Complete, "nope").is_err());
}

#[test]
fn oci_tags_write_plus_as_underscore() {
    assert_eq!(version_of_oci_tag("1.0.0_b_1"), "1.0.0+b+1");
}
