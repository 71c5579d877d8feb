//! Filters of subscriptions: which tags count (`allowTagsRegexes`, `ignoreTagsRegexes`), and which commits do by the
//! paths they change (`includePaths`, `excludePaths`).

use crate::pattern::{GoRegex, PathPattern, PatternError};

/// Which tags count.
#[derive(Debug, Clone, Default)]
pub struct TagFilter {
    allow: Vec<GoRegex>,
    ignore: Vec<GoRegex>,
}

impl TagFilter {
    /// A filter of unanchored expressions in Go's syntax. Without `allow` every tag is allowed.
    ///
    /// # Errors
    /// [`PatternError`] of the first text that is no expression.
    pub fn new<S: AsRef<str>>(allow: &[S], ignore: &[S]) -> Result<Self, PatternError> {
        let read =
            |texts: &[S]| texts.iter().map(|text| GoRegex::parse(text.as_ref())).collect::<Result<_, _>>();
        Ok(Self { allow: read(allow)?, ignore: read(ignore)? })
    }

    /// Whether `tag` counts: it matches an allowing expression, if there are any, and no ignoring one.
    #[must_use]
    pub fn matches(&self, tag: &str) -> bool {
        let any = |expressions: &[GoRegex]| expressions.iter().any(|expression| expression.is_match(tag));
        !any(&self.ignore) && (self.allow.is_empty() || any(&self.allow))
    }
}

/// Which commits count, by the paths they change.
#[derive(Debug, Clone, Default)]
pub struct PathFilter {
    include: Vec<PathPattern>,
    exclude: Vec<PathPattern>,
}

impl PathFilter {
    /// A filter of [`PathPattern`]s. Without `include` every path is included.
    ///
    /// # Errors
    /// [`PatternError`] of the first text that is no pattern.
    pub fn new<S: AsRef<str>>(include: &[S], exclude: &[S]) -> Result<Self, PatternError> {
        let read = |texts: &[S]| {
            texts.iter().map(|text| PathPattern::parse(text.as_ref())).collect::<Result<_, _>>()
        };
        Ok(Self { include: read(include)?, exclude: read(exclude)? })
    }

    /// Whether there is nothing to filter by. Kargo then does not ask for the paths at all, and a commit that changes
    /// nothing counts too.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }

    /// Whether at least one of the `changed` paths is included and not excluded.
    #[must_use]
    pub fn matches<S: AsRef<str>>(&self, changed: &[S]) -> bool {
        let any = |patterns: &[PathPattern], path: &str| patterns.iter().any(|pattern| pattern.matches(path));
        changed
            .iter()
            .map(AsRef::as_ref)
            .any(|path| (self.include.is_empty() || any(&self.include, path)) && !any(&self.exclude, path))
    }
}
