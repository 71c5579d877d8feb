//! The rules of `ignore`.

use windlass_versions::IgnoreRules;

/// The rules of a text, after the one that leaves out what belongs to Git.
pub(crate) fn read(text: &str) -> IgnoreRules {
    let mut rules = IgnoreRules::default();
    rules.add(".git");
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .for_each(|line| rules.add(line));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_rule() {
        let rules = read("# a\n\n  \r\n*.log\r\n b\n!keep.log");
        for (name, is_ignored) in [
            ("x.log", true),
            ("keep.log", false),
            ("# a", false),
            ("b", false),
            (" b", true),
            (".git", true),
            (".github", false),
        ] {
            assert_eq!(rules.ignores(&[name], false), is_ignored, "{name:?}");
        }
        assert!(!read("!.git").ignores(&[".git"], true));
    }
}
