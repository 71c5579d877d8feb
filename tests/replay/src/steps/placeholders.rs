//! What stands for values that a recording cannot know: addresses and commits, in what goes in, in what comes out.

use std::collections::BTreeMap;

/// Digits of a commit's name.
const DIGITS_OF_COMMIT: usize = 40;

/// The values of placeholders by their names, such as `server` or `seed:0`.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    values: BTreeMap<String, String>,
}

impl Placeholders {
    pub(super) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// A text with values in the place of placeholders.
    pub(super) fn fill(&self, text: &str) -> String {
        let filled = |text: String, (name, value): (&String, &String)| {
            if text.contains("{{") { text.replace(&format!("{{{{{name}}}}}"), value) } else { text }
        };
        self.values.iter().fold(text.to_owned(), filled)
    }

    /// Whether a text is as recorded. A placeholder stands for its value, and for itself where it is no placeholder; `sha`
    /// stands for a commit that no other placeholder names, and `any` for whatever its line or quote has there.
    pub(super) fn fit(&self, found: &[u8], wanted: &[u8]) -> bool {
        let Some(at) = wanted.windows(2).position(|pair| pair == b"{{") else { return found == wanted };
        let Some(found) = found.strip_prefix(&wanted[..at]) else { return false };
        let wanted = &wanted[at..];
        if found.starts_with(b"{{") && self.fit(&found[2..], &wanted[2..]) {
            return true;
        }
        let Some(end) = wanted.windows(2).position(|pair| pair == b"}}") else { return false };
        let (name, rest) = (&wanted[2..end], &wanted[end + 2..]);
        match name {
            b"any" => {
                let most = found.iter().position(|byte| matches!(byte, b'\n' | b'"')).unwrap_or(found.len());
                (0..=most).any(|length| self.fit(&found[length..], rest))
            }
            b"sha" => found
                .split_at_checked(DIGITS_OF_COMMIT)
                .is_some_and(|(commit, after)| self.is_other_commit(commit) && self.fit(after, rest)),
            name => {
                let value = std::str::from_utf8(name).ok().and_then(|name| self.values.get(name));
                let after = value.and_then(|value| found.strip_prefix(value.as_bytes()));
                after.is_some_and(|after| self.fit(after, rest))
            }
        }
    }

    fn is_other_commit(&self, text: &[u8]) -> bool {
        text.iter().all(u8::is_ascii_hexdigit) && !self.values.values().any(|value| value.as_bytes() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(found: &str, wanted: &str) -> bool {
        let mut placeholders = Placeholders::default();
        placeholders.set("server", "127.0.0.1:80");
        placeholders.set("seed:0", "a".repeat(40));
        placeholders.fit(found.as_bytes(), wanted.as_bytes())
    }

    #[test]
    fn texts_are_filled() {
        let mut placeholders = Placeholders::default();
        placeholders.set("server", "127.0.0.1:80");
        assert_eq!(placeholders.fill("http://{{server}}/{{ x }}"), "http://127.0.0.1:80/{{ x }}");
    }

    #[test]
    fn a_placeholder_stands_for_its_value_or_for_itself() {
        assert!(fits("http://127.0.0.1:80/x", "http://{{server}}/x"));
        assert!(fits("http://{{server}}/x", "http://{{server}}/x"));
        assert!(!fits("http://127.0.0.2:80/x", "http://{{server}}/x"));
        assert!(!fits("127.0.0.1:80x", "{{server}}"));
        assert!(fits("{{ .Values.a }}{{b}}{{", "{{ .Values.a }}{{b}}{{"));
        assert!(!fits("{{ .Values.a }}", "{{ .Values.b }}"));
    }

    #[test]
    fn other_commits_are_forty_digits_that_nothing_else_names() {
        let commit = "0123456789".repeat(4);
        assert!(fits(&commit, "{{sha}}"));
        assert!(!fits(&commit[1..], "{{sha}}"));
        assert!(!fits(&"g".repeat(40), "{{sha}}"));
        assert!(!fits(&"a".repeat(40), "{{sha}}"));
        assert!(fits(&"a".repeat(40), "{{seed:0}}"));
    }

    #[test]
    fn anything_ends_with_its_line_or_quote() {
        assert!(fits("at: \"2026\"\nb\n", "at: \"{{any}}\"\nb\n"));
        assert!(fits(">>> 0a1b (Promote v3)\n", ">>> {{any}} (Promote v3)\n"));
        assert!(fits("digest: x", "digest: {{any}}"));
        assert!(!fits("digest: x\ny", "digest: {{any}}"));
        assert!(!fits("at: \"x\" \"\n", "at: \"{{any}}\"\n"));
    }
}
