//! Regular expressions in Go's syntax (RE2), run by the `regex` crate in linear time.
//!
//! The two syntaxes look alike and differ in small things that would promote the wrong artifact: `\d` and `\w` are
//! ASCII in Go, `{` may stand for itself, classes do not nest. So an expression is read by Go's rules and written
//! anew for the engine.

mod class;
mod cursor;
mod translate;

use regex::{Regex, RegexBuilder};

use super::{LENGTH_MAX, PatternError, PatternKind, PatternProblem};

/// Most bytes of a compiled program, and of the cache a search may fill.
const PROGRAM_BYTES_MAX: usize = 4 << 20;

/// A compiled expression. It matches anywhere in a text unless it is anchored.
#[derive(Debug, Clone)]
pub struct GoRegex {
    text: String,
    regex: Regex,
}

impl GoRegex {
    /// Reads an expression.
    ///
    /// # Errors
    /// [`PatternError`] when Go would refuse the text, when it has more than 4096 bytes, nests more than 250 deep, or
    /// compiles to more than 4 MiB.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let refuse = |problem| PatternError::new(PatternKind::Regex, text, problem);
        if text.len() > LENGTH_MAX {
            return Err(refuse(PatternProblem::TooLong));
        }
        let translated =
            translate::translate(text).map_err(|(at, what)| refuse(PatternProblem::Syntax { at, what }))?;
        let built = RegexBuilder::new(&translated)
            .size_limit(PROGRAM_BYTES_MAX)
            .dfa_size_limit(PROGRAM_BYTES_MAX)
            .build();
        match built {
            Ok(regex) => Ok(Self { text: text.to_owned(), regex }),
            Err(regex::Error::CompiledTooBig(_)) => Err(refuse(PatternProblem::TooLarge)),
            Err(error) => Err(refuse(PatternProblem::Unsupported(reason(&error)))),
        }
    }

    /// Whether the expression matches somewhere in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The text this expression was read from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The last words of the engine's message, which shows the translated expression before them.
fn reason(error: &regex::Error) -> String {
    let message = error.to_string();
    message.rsplit("error: ").next().unwrap_or(&message).to_owned()
}

#[cfg(test)]
mod tests;
