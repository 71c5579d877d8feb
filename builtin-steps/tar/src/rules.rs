//! The rules of `ignore`.

use windlass_versions::IgnoreRules;

/// The rules of a text; if it has none, one that leaves out what belongs to Git.
pub(crate) fn read(text: &str) -> IgnoreRules {
    let mut rules = IgnoreRules::default();
    if text.trim().is_empty() {
        rules.add(".git");
    }
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .for_each(|line| rules.add(line));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_rule() {
        let rules = read("# a\n\n  \r\n  *.log\r\n b\n!keep.log\n  # c");
        for (name, is_ignored) in [
            ("x.log", true),
            ("keep.log", false),
            ("# a", false),
            ("# c", false),
            ("b", true),
            (".git", false),
        ] {
            assert_eq!(rules.ignores(&[name], false), is_ignored, "{name:?}");
        }
        assert!(read(" \n ").ignores(&["a", ".git"], true));
        assert!(!read("# only a comment").ignores(&[".git"], true));
    }
}
