//! Patterns for names and paths as Kargo's manifests write them: `glob:`, `regex:` or `regexp:` in front,
//! else an exact name or, for paths, a base directory.

mod base_directory;
mod error;
mod glob;
mod regexp;

pub use base_directory::BaseDirectory;
pub use error::{PatternError, PatternKind, PatternProblem};
pub use glob::Glob;
pub use regexp::GoRegex;

/// Longest glob or expression that is read, in bytes.
const LENGTH_MAX: usize = 4096;

/// A pattern for names, such as the stage names of promotion policies.
#[derive(Debug, Clone)]
pub enum NamePattern {
    /// The name itself.
    Exact(String),
    /// After `glob:`.
    Glob(Glob),
    /// After `regex:` or `regexp:`; matches anywhere in the name.
    Regex(GoRegex),
}

impl NamePattern {
    /// Reads a pattern. A text with another prefix is an exact name.
    ///
    /// # Errors
    /// [`PatternError`] when what follows the prefix is no glob or no expression.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        match Prefixed::split(text) {
            Prefixed::Glob(glob) => Glob::parse(glob).map(Self::Glob),
            Prefixed::Regex(expression) => GoRegex::parse(expression).map(Self::Regex),
            Prefixed::Plain => Ok(Self::Exact(text.to_owned())),
        }
    }

    /// Reads the pattern of a stage selector: as [`NamePattern::parse`], but a prefix that is none of the known ones
    /// is refused, as Kargo's admission does, because no stage has `:` in its name.
    ///
    /// # Errors
    /// [`PatternError`] also for an unknown prefix.
    pub fn parse_stage_selector(text: &str) -> Result<Self, PatternError> {
        match Self::parse(text)? {
            Self::Exact(name) if name.contains(':') => {
                Err(PatternError::new(PatternKind::Name, &name, PatternProblem::UnknownPrefix))
            }
            pattern => Ok(pattern),
        }
    }

    /// Whether `name` fits.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == name,
            Self::Glob(glob) => glob.matches(name),
            Self::Regex(expression) => expression.is_match(name),
        }
    }
}

/// A pattern for paths in a repository, with `/` between their parts.
#[derive(Debug, Clone)]
pub enum PathPattern {
    /// The directory and all below it.
    BaseDirectory(BaseDirectory),
    /// After `glob:`.
    Glob(Glob),
    /// After `regex:` or `regexp:`; matches anywhere in the path.
    Regex(GoRegex),
}

impl PathPattern {
    /// Reads a pattern. A text with another prefix is a base directory.
    ///
    /// # Errors
    /// [`PatternError`] when what follows the prefix is no glob or no expression.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        match Prefixed::split(text) {
            Prefixed::Glob(glob) => Glob::parse(glob).map(Self::Glob),
            Prefixed::Regex(expression) => GoRegex::parse(expression).map(Self::Regex),
            Prefixed::Plain => Ok(Self::BaseDirectory(BaseDirectory::new(text))),
        }
    }

    /// Whether `path` fits.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match self {
            Self::BaseDirectory(directory) => directory.contains(path),
            Self::Glob(glob) => glob.matches(path),
            Self::Regex(expression) => expression.is_match(path),
        }
    }
}

/// A pattern cut at its prefix. Prefixes are in lower case.
enum Prefixed<'a> {
    Glob(&'a str),
    Regex(&'a str),
    Plain,
}

impl<'a> Prefixed<'a> {
    fn split(text: &'a str) -> Self {
        if let Some(glob) = text.strip_prefix("glob:") {
            Self::Glob(glob)
        } else if let Some(expression) = text.strip_prefix("regex:").or_else(|| text.strip_prefix("regexp:"))
        {
            Self::Regex(expression)
        } else {
            Self::Plain
        }
    }
}

#[cfg(test)]
mod tests;
