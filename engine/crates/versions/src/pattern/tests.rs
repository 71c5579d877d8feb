//! Prefixes of patterns, their errors, base directories.

use super::*;

#[test]
fn prefixes_decide_what_a_text_is() {
    assert!(matches!(NamePattern::parse("glob:a*").unwrap(), NamePattern::Glob(_)));
    assert!(matches!(NamePattern::parse("regex:a").unwrap(), NamePattern::Regex(_)));
    assert!(matches!(NamePattern::parse("regexp:a").unwrap(), NamePattern::Regex(_)));
    assert!(matches!(NamePattern::parse("GLOB:a").unwrap(), NamePattern::Exact(_)));
    assert!(matches!(PathPattern::parse("exact:a").unwrap(), PathPattern::BaseDirectory(_)));
}

#[test]
fn stage_selectors_refuse_unknown_prefixes() {
    assert!(NamePattern::parse("exact:prod").is_ok());
    let error = NamePattern::parse_stage_selector("exact:prod").unwrap_err();
    assert_eq!(error.to_string(), "name pattern \"exact:prod\": its prefix is not glob:, regex: or regexp:");
    assert_eq!(error.hint(), "write an exact name, glob:…, or regex:…");
    assert!(NamePattern::parse_stage_selector("prod").unwrap().matches("prod"));
    assert!(NamePattern::parse_stage_selector("glob:a:*").unwrap().matches("a:b"));
}

#[test]
fn errors_show_kind_place_and_text() {
    let error = PathPattern::parse("glob:a/{b,[").unwrap_err();
    assert_eq!(error.to_string(), "glob \"a/{b,[\": [ is not closed at byte 5");
    assert_eq!(error.kind(), PatternKind::Glob);
    let error = PathPattern::parse("regex:a(b").unwrap_err();
    assert_eq!(error.to_string(), "regular expression \"a(b\": ( is not closed at byte 1");
}

#[test]
fn a_base_directory_is_the_same_in_every_spelling() {
    for spelling in ["a/b", "./a/b/", "a//x/../b", "a/b/."] {
        assert_eq!(BaseDirectory::new(spelling), BaseDirectory::new("a/b"), "{spelling}");
    }
    let directory = BaseDirectory::new("a/b");
    assert!(directory.contains("a/b") && directory.contains("a/b/c"));
    assert!(!directory.contains("a/bc") && !directory.contains("/a/b") && !directory.contains("a/b/c..d"));
}
