//! A directory as a path pattern: it matches itself and every path below it. Purely lexical, as Go's `filepath.Rel`.

/// A directory. `.` and the empty text stand for all relative paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseDirectory {
    cleaned: Cleaned,
}

/// A path without `.`, empty parts and resolvable `..`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cleaned {
    absolute: bool,
    parts: Vec<String>,
}

impl BaseDirectory {
    /// The directory `path`, whatever its spelling: `a/b`, `./a/b/` and `a//x/../b` are the same.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { cleaned: Cleaned::new(path) }
    }

    /// Whether `path` is this directory or lies below it.
    ///
    /// A path with two dots in a row anywhere below the directory (`a/..b`) does not count. That is what Kargo answers.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        let path = Cleaned::new(path);
        path.absolute == self.cleaned.absolute
            && path
                .parts
                .strip_prefix(self.cleaned.parts.as_slice())
                .is_some_and(|below| !below.iter().any(|part| part.contains("..")))
    }
}

impl Cleaned {
    fn new(path: &str) -> Self {
        let absolute = path.starts_with('/');
        let mut parts: Vec<String> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| last != "..") => drop(parts.pop()),
                ".." if absolute => {}
                _ => parts.push(part.to_owned()),
            }
        }
        Self { absolute, parts }
    }
}
