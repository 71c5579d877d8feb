//! Ignore rules against the answers of go-git v5.19.2.

use super::*;

fn ignores(rules: &[&str], path: &str) -> bool {
    let mut all = IgnoreRules::default();
    rules.iter().for_each(|rule| all.add(rule));
    let (path, is_dir) = match path.strip_suffix('/') {
        Some(path) => (path, true),
        None => (path, false),
    };
    all.ignores(&path.split('/').collect::<Vec<_>>(), is_dir)
}

/// Each rule with paths that it leaves out, and others. A slash at the end marks a directory.
const RULES: &[(&str, &[&str], &[&str])] = &[
    ("*.log", &["a.log", "x/a.log", "a.log/b", ".log"], &["a.log.txt", "log"]),
    ("a?c", &["abc", "a*c", "aéc"], &["ac", "abbc"]),
    ("[a-c]x", &["ax", "cx"], &["dx", "x"]),
    ("[^a-c]x", &["dx", "éx"], &["ax", "x"]),
    ("[!a]x", &["!x", "ax"], &["bx"]),
    ("[\\]]", &["]"], &["\\"]),
    ("\\*", &["*"], &["a", "\\*"]),
    ("\\!a", &["!a"], &["a"]),
    ("a\\ ", &["a "], &["a"]),
    ("a  ", &["a"], &["a "]),
    ("tmp/", &["tmp/", "tmp/x", "a/tmp/x"], &["tmp", "a/tmp"]),
    ("/tmp", &["tmp", "tmp/x"], &["a/tmp"]),
    ("a/b", &["a/b", "a/b/c"], &["x/a/b", "a", "a/bc"]),
    ("a/b/", &["a/b/", "a/b/c"], &["a/b"]),
    ("a/*/c", &["a/b/c", "a/b/c/d"], &["a/c", "a/b/b/c"]),
    ("**/b", &["b", "a/b", "a/a/b/c"], &["a/a"]),
    ("a/**/c", &["a/c", "a/b/c", "a/b/b/c/d"], &["a/b", "c"]),
    ("**/tmp/*.log", &["tmp/x.log", "a/tmp/x.log"], &["tmp/x", "tmp/a/x.log"]),
    // Git itself would leave out only what is beneath.
    ("a/**", &["a", "a/", "a/b"], &["b", "x/a"]),
    // Git itself would read two asterisks here as one.
    ("x/a**", &[], &["x/a", "x/ab"]),
    ("a**", &["a", "ab"], &["b"]),
    ("**", &["a", "a/b"], &[]),
    ("**/**", &[], &["a", "a/b"]),
    ("/", &[], &["a", "a/"]),
    ("", &[], &["a", "a/"]),
    // Malformed.
    ("[", &[], &["[", "a"]),
    ("[a-]", &[], &["a", "-"]),
    ("[]a]", &[], &["a", "]"]),
    ("a\\", &[], &["a", "a\\"]),
    ("a/[", &[], &["a/[", "a"]),
];

#[test]
fn rules_fit_what_they_fit_in_kargo() {
    for (rule, fit, others) in RULES {
        for path in *fit {
            assert!(ignores(&[rule], path), "{rule:?} leaves {path:?} out");
        }
        for path in *others {
            assert!(!ignores(&[rule], path), "{rule:?} does not leave {path:?} out");
        }
    }
}

#[test]
fn later_rules_win() {
    assert!(!ignores(&["*.md", "!readme.md"], "readme.md"));
    assert!(ignores(&["*.md", "!readme.md"], "other.md"));
    assert!(ignores(&["!readme.md", "*.md"], "readme.md"));
    assert!(!ignores(&["!readme.md"], "readme.md"));
    // Git itself would not look for anything beneath a directory that is left out.
    assert!(!ignores(&["docs", "!docs/keep"], "docs/keep"));
    assert!(ignores(&["docs", "!docs/keep"], "docs/other"));
}

#[test]
fn names_are_compared_in_reasonable_time() {
    // Without care, this would take longer than the universe is old.
    let rule = format!("{}b", "*a".repeat(60));
    assert!(!ignores(&[&rule], &"a".repeat(2000)));
}
