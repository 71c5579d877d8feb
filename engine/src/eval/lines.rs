//! Lines to evaluate: edited on a terminal, read as they come from anything else.

use std::io::{BufRead as _, IsTerminal as _, Read as _, StdinLock};

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};

use crate::failure::Failure;

/// How long a line may be, in bytes: more than the longest expression.
const LONGEST: u64 = 2 << 20;

/// Where lines come from.
pub(super) enum Lines {
    /// With a prompt and a history that ends with the program: what is typed may be secret.
    Terminal(Box<Editor<(), MemHistory>>),
    /// Without.
    Plain(StdinLock<'static>),
}

impl Lines {
    /// Of standard input.
    pub(super) fn of_stdin() -> Result<Self, Failure> {
        if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return Ok(Self::Plain(std::io::stdin().lock()));
        }
        let editor = Editor::with_history(Config::default(), MemHistory::new()).map_err(|e| failed(&e))?;
        Ok(Self::Terminal(Box::new(editor)))
    }

    /// Whether somebody types them.
    pub(super) fn are_typed(&self) -> bool {
        matches!(self, Self::Terminal(_))
    }

    /// The next line without its end; none at the end.
    ///
    /// # Errors
    /// If there is a line that cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Self::Terminal(editor) => loop {
                match editor.readline("> ") {
                    Ok(line) => {
                        editor.add_history_entry(&line).map_err(|e| failed(&e))?;
                        return Ok(Some(line));
                    }
                    // The line is thrown away.
                    Err(ReadlineError::Interrupted) => {}
                    Err(ReadlineError::Eof) => return Ok(None),
                    Err(error) => return Err(failed(&error)),
                }
            },
            Self::Plain(input) => {
                let mut line = Vec::new();
                input.take(LONGEST).read_until(b'\n', &mut line).map_err(|e| failed(&e))?;
                if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
                    return Err(Failure::input(format!("a line is longer than {LONGEST} bytes")));
                }
                let line = String::from_utf8(line)
                    .map_err(|_| Failure::input("standard input is not UTF-8").hint("convert it to UTF-8"))?;
                let end = line.trim_end_matches(['\r', '\n']).len();
                Ok((!line.is_empty()).then(|| line[..end].to_owned()))
            }
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::environment(format!("standard input: {error}"))
}
