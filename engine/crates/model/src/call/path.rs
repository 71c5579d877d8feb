//! Paths inside a work directory, as a step's configuration names them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A `/`-separated path beneath the work directory. Any text is taken: `.`, empty parts and a leading `/` mean
/// nothing, and `..` stops at the work directory (Kargo joins paths in the same way), so that no value can climb out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct WorkPath(String);

impl WorkPath {
    /// Cleans `text` and clamps it to the work directory.
    #[must_use]
    pub fn clamped(text: &str) -> Self {
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                name => parts.push(name),
            }
        }
        Self(parts.join("/"))
    }

    /// The cleaned path; empty for the work directory itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names on the way, outermost first.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// True for the work directory itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of `text` seen from this directory, clamped to the work directory.
    #[must_use]
    pub fn join(&self, text: &str) -> Self {
        Self::clamped(&format!("{}/{text}", self.0))
    }

    /// The directory this path lies in; the work directory's own parent is itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rsplit_once('/').map(|(parent, _)| parent.to_owned()).unwrap_or_default())
    }
}

impl From<String> for WorkPath {
    fn from(text: String) -> Self {
        Self::clamped(&text)
    }
}

impl From<WorkPath> for String {
    fn from(path: WorkPath) -> Self {
        if path.0.is_empty() { ".".to_owned() } else { path.0 }
    }
}

impl fmt::Display for WorkPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "." } else { &self.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_climbs_out() {
        for (text, clean) in [
            ("./src", "src"),
            ("/etc/passwd", "etc/passwd"),
            ("../../x", "x"),
            ("a/../../b", "b"),
            ("a//b/./c/", "a/b/c"),
            ("", ""),
            ("..", ""),
        ] {
            assert_eq!(WorkPath::clamped(text).as_str(), clean, "{text}");
        }
        assert_eq!(WorkPath::clamped("a/b").join("../c").as_str(), "a/c");
        assert_eq!(WorkPath::clamped("a/b").parent().as_str(), "a");
        assert!(WorkPath::clamped("a").parent().is_root());
        assert_eq!(WorkPath::clamped(".").to_string(), ".");
    }
}
