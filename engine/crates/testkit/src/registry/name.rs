//! Names of repositories and tags, as the distribution-spec allows them.

/// Names are at most this long, host included, by the spec's advice.
const MAX_NAME: usize = 255;

/// Tags are at most this long.
const MAX_TAG: usize = 128;

/// Whether `name` is that of a repository: components of lower-case letters and digits with `.`, `_`, `__` or dashes
/// between them, joined by `/`.
pub(super) fn is_repository(name: &str) -> bool {
    name.len() <= MAX_NAME && name.split('/').all(is_component)
}

fn is_component(component: &str) -> bool {
    let mut separator = String::new();
    let mut ends_well = false;
    for c in component.chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            separator.clear();
            ends_well = true;
            continue;
        }
        let begins = !ends_well && separator.is_empty();
        separator.push(c);
        let fits = matches!(separator.as_str(), "." | "_" | "__") || separator.bytes().all(|c| c == b'-');
        if begins || !fits {
            return false;
        }
        ends_well = false;
    }
    ends_well
}

/// Whether `tag` is a tag: a letter, digit or `_`, then those with `.` and `-`.
pub(super) fn is_tag(tag: &str) -> bool {
    let mut bytes = tag.bytes();
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    tag.len() <= MAX_TAG && bytes.next().is_some_and(word) && bytes.all(|c| word(c) || c == b'.' || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for good in ["a", "library/nginx", "a.b_c__d-e---f/g0", "0/1"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "A", "/a", "a/", "a//b", "a..b", "a___b", "-a", "a-", "a._b", "a:b", &"a".repeat(256)]
        {
            assert!(!is_repository(bad), "{bad}");
        }
    }

    #[test]
    fn tags() {
        for good in ["latest", "v1.2.3", "_x", "A-b", &"a".repeat(128)] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", ".a", "-a", "a/b", "a:b", "a+b", &"a".repeat(129)] {
            assert!(!is_tag(bad), "{bad}");
        }
    }
}
