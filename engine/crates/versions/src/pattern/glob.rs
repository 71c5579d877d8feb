//! Globs with the answers of doublestar v4.10.0: `*`, `**` between slashes, `?`, `[a-z]`, `{a,b}` and `\`.
//!
//! Braces are written out when a glob is read, within a budget, so that matching takes at most the size of the
//! written-out pattern times the length of the name. What is odd in the original (a class may match `/`, braces do not
//! respect classes, `**` right after a `{` starts a directory) is kept, because recorded answers depend on it.

mod expand;
mod run;
mod validate;

use super::{LENGTH_MAX, PatternError, PatternKind, PatternProblem};
use run::Outcome;

/// A compiled glob.
#[derive(Debug, Clone)]
pub struct Glob {
    text: String,
    /// One pattern without braces for each way to choose the alternatives, in the order of the text.
    expansions: Vec<Vec<Token>>,
}

/// One element of a pattern without braces.
#[derive(Debug, Clone)]
enum Token {
    /// One `*`; two in a row are told apart when they are run.
    Star,
    /// `?`
    AnyCharacter,
    /// `[…]`
    Class(Class),
    /// A character that stands for itself, perhaps after `\`.
    Literal { character: char, escaped: bool },
    /// Here a `{` stood, and one of its alternatives follows.
    Brace,
    /// A `{` that finds no `}`: one that is only balanced by a brace inside a class.
    DanglingBrace,
    /// A `[` that an expansion has cut off from what it holds.
    DanglingClass,
}

/// A set of characters.
#[derive(Debug, Clone)]
struct Class {
    negated: bool,
    /// First and last character of each range.
    ranges: Vec<(char, char)>,
    /// Whether a `]` follows; an expansion may have cut it off.
    closed: bool,
}

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// [`PatternError`] when a class or brace is not closed, a `}` or `\` stands alone, the text has more than
    /// 4096 bytes, or its braces written out have more than 65,536 characters.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let refuse = |problem| PatternError::new(PatternKind::Glob, text, problem);
        if text.len() > LENGTH_MAX {
            return Err(refuse(PatternProblem::TooLong));
        }
        validate::validate(text).map_err(|(at, what)| refuse(PatternProblem::Syntax { at, what }))?;
        let expansions = expand::expand(text).ok_or_else(|| refuse(PatternProblem::TooLarge))?;
        Ok(Self { text: text.to_owned(), expansions })
    }

    /// Whether the whole of `name` fits.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        for expansion in &self.expansions {
            match run::run(expansion, name) {
                Outcome::Match => return true,
                Outcome::NoMatch => {}
                // The original gives up on the whole pattern here, later alternatives included.
                Outcome::Malformed => return false,
            }
        }
        false
    }

    /// The text this glob was read from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests;
