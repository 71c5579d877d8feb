//! Ignore rules in the syntax of `.gitignore`, with the answers of go-git v5.19, which Kargo asks.
//!
//! Git itself answers otherwise here and there: a rule that takes something back does so also beneath a directory that is left
//! out, `a/**` also fits `a`, and a part such as `a**` of a rule with slashes fits nothing. Recorded answers depend on that.

mod name;

use name::NameGlob;

/// Rules that say which paths beneath a directory are left out. Later rules win over earlier ones.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone)]
struct Rule {
    fits: Fits,
    /// Whether it takes back what rules before it leave out.
    keeps: bool,
    /// Whether only directories fit, and what is beneath them.
    dirs_only: bool,
}

/// What fits a rule.
#[derive(Debug, Clone)]
enum Fits {
    /// Every path in which a part has this name.
    Name(NameGlob),
    /// Paths that begin so.
    Path(Vec<Part>),
    /// No path at all.
    Nothing,
}

/// What stands between two slashes of a rule.
#[derive(Debug, Clone)]
enum Part {
    Empty,
    /// `**`
    AnyDepth,
    Name(NameGlob),
}

impl IgnoreRules {
    /// Adds a rule after those that are there already. It must be neither empty nor a comment.
    pub fn add(&mut self, text: &str) {
        self.rules.push(Rule::parse(text));
    }

    /// Whether a path is left out. `path` are its parts beneath the directory; the directory itself never is.
    #[must_use]
    pub fn ignores(&self, path: &[&str], is_dir: bool) -> bool {
        let last = self.rules.iter().rev().find(|rule| rule.fits(path, is_dir));
        last.is_some_and(|rule| !rule.keeps)
    }
}

impl Rule {
    fn parse(text: &str) -> Self {
        let (keeps, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let text = if text.ends_with("\\ ") { text } else { text.trim_end_matches(' ') };
        let (dirs_only, text) = match text.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let fits = if text.contains('/') {
            text.split('/').map(Part::parse).collect::<Option<_>>().map(Fits::Path)
        } else {
            NameGlob::parse(text).map(Fits::Name)
        };
        Self { fits: fits.unwrap_or(Fits::Nothing), keeps, dirs_only }
    }

    fn fits(&self, path: &[&str], is_dir: bool) -> bool {
        match &self.fits {
            Fits::Nothing => false,
            Fits::Name(glob) => {
                let found = path.iter().position(|name| glob.matches(name));
                found.is_some_and(|at| is_dir || !self.dirs_only || at + 1 < path.len())
            }
            Fits::Path(parts) => {
                let left = beginning(parts, path);
                left.is_some_and(|left| is_dir || !self.dirs_only || !left.is_empty())
            }
        }
    }
}

impl Part {
    /// None for what makes the whole rule fit nothing.
    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Empty),
            "**" => Some(Self::AnyDepth),
            _ if text.contains("**") => None,
            _ => NameGlob::parse(text).map(Self::Name),
        }
    }
}

/// What is left of `path` after the beginning that fits `parts`; none if it does not begin so.
fn beginning<'p, 'n>(parts: &[Part], path: &'p [&'n str]) -> Option<&'p [&'n str]> {
    let (mut left, mut found, mut at_any_depth) = (path, false, false);
    for part in parts {
        let glob = match part {
            Part::Empty => {
                at_any_depth = false;
                continue;
            }
            // At the end it adds nothing: what is beneath a path that fits does fit.
            Part::AnyDepth => {
                at_any_depth = true;
                continue;
            }
            Part::Name(glob) => glob,
        };
        let at = if at_any_depth {
            left.iter().position(|name| glob.matches(name))
        } else {
            left.first().filter(|name| glob.matches(name)).map(|_| 0)
        };
        (left, found) = (&left[at? + 1..], true);
        at_any_depth = false;
    }
    found.then_some(left)
}

#[cfg(test)]
mod tests;
