//! Names in archives: which of them are unpacked, and where.

/// What a name is once directories are taken off its front; none if it is left out.
pub(crate) fn wanted<'n>(name: &'n str, strip: u64, ignore: &str) -> Option<&'n str> {
    let mut name = name;
    for _ in 0..strip {
        name = name.split_once('/')?.1;
    }
    let last = name.trim_end_matches('/').rsplit('/').next()?;
    let is_ignored = !ignore.is_empty() && last == ignore.trim();
    (is_within(name) && !is_ignored).then_some(name)
}

/// Whether a name, or where a link points to, is one that can be unpacked.
pub(crate) fn is_within(text: &str) -> bool {
    !text.is_empty()
        && !text.contains('\\')
        && !text.starts_with('/')
        && !text.starts_with("./")
        && !text.contains("../")
}

/// The parts of a name without detours, none for the directory itself. It is left out if they begin with two dots.
pub(crate) fn parts(name: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    for part in name.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    let leaves = parts.first().is_some_and(|first| first.starts_with(".."));
    (!leaves).then_some(parts)
}

/// Whether a link in a directory points to something in the directory that is unpacked. Both are parts of paths there.
pub(crate) fn stays(dir: &[&str], target: &str) -> bool {
    let mut depth = dir.len();
    for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part != ".." {
            depth += 1;
        } else if depth == 0 {
            return false;
        } else {
            depth -= 1;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_leave_are_left_out() {
        for name in ["", "/", "/a", "./a", "../a", "a/../b", "a/../../b", "a\\b", "a/./../b"] {
            assert_eq!(wanted(name, 0, ""), None, "{name}");
        }
        for name in ["..", "..a", "..a/b", "a/../.."] {
            assert_eq!(parts(name), None, "{name}");
        }
        for (name, wanted) in [
            ("a..b/ok", vec!["a..b", "ok"]),
            ("a//b/", vec!["a", "b"]),
            ("a/./b", vec!["a", "b"]),
            ("a/..b", vec!["a", "..b"]),
            ("a/..", vec![]),
            (".", vec![]),
        ] {
            assert_eq!(parts(name), Some(wanted), "{name}");
        }
    }

    #[test]
    fn directories_are_taken_off_the_front() {
        for (name, strip, left) in [
            ("a/b/c", 0, Some("a/b/c")),
            ("a/b/c", 1, Some("b/c")),
            ("a/b/c", 2, Some("c")),
            ("a/b/c", 3, None),
            ("a/b/c", u64::MAX, None),
            ("a/", 1, None),
            ("a", 1, None),
            ("../a", 1, Some("a")),
            ("./a", 1, Some("a")),
            ("a//b", 1, None),
            ("a/../b", 1, None),
        ] {
            assert_eq!(wanted(name, strip, ""), left, "{name} {strip}");
        }
    }

    #[test]
    fn a_name_can_be_ignored() {
        for (name, ignore, left) in [
            ("a/b", "b", None),
            ("a/b", " b\n", None),
            ("a/b/", "b", None),
            ("a/b", "a", Some("a/b")),
            ("a/b", "*", Some("a/b")),
            ("a/b", "a/b", Some("a/b")),
            ("a/b", "b\nc", Some("a/b")),
        ] {
            assert_eq!(wanted(name, 0, ignore), left, "{name} {ignore:?}");
        }
    }

    #[test]
    fn links_stay_in_the_directory() {
        for (dir, target, is_in) in [
            (&[][..], "a/b", true),
            (&[], "..", false),
            (&[], "a/..", true),
            (&["d"], "..", true),
            (&["d"], "a/../..", true),
            (&["d"], "../..", false),
        ] {
            assert_eq!(stays(dir, target), is_in, "{target}");
        }
    }
}
