//! Secrets. A secret arrives as a token; the host puts the value in where a granted request carries the token. A step
//! that must have the value itself asks for the grant `secrets.reveal`.

use std::collections::HashMap;

use serde_json::Value;

use crate::context::Context;
use crate::host::Host as _;
use crate::{Error, ErrorKind};

/// How a token begins.
const PREFIX: &str = "wls";

/// Lower-case letters and digits that follow.
const TAIL_LEN: usize = 26;

impl Context {
    /// The value behind a token.
    ///
    /// # Errors
    /// If the step has no grant for it, or the text is no token of this attempt.
    pub fn reveal(&self, token: &str) -> Result<String, Error> {
        self.host.reveal(token)
    }

    /// Puts the values in the place of all tokens in the texts of `value`, however deep they are. Keys stay as they are,
    /// and so does what only looks like a token. Without tokens the host is not asked.
    ///
    /// # Errors
    /// If the step has no grant for it; `value` is as it was then.
    pub fn reveal_all(&self, value: &mut Value) -> Result<(), Error> {
        let mut known = HashMap::new();
        let mut revealed = value.clone();
        self.reveal_in(&mut revealed, &mut known)?;
        *value = revealed;
        Ok(())
    }

    fn reveal_in(&self, value: &mut Value, known: &mut HashMap<String, Option<String>>) -> Result<(), Error> {
        match value {
            Value::String(text) => {
                if let Some(revealed) = self.reveal_text(text, known)? {
                    *text = revealed;
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.reveal_in(item, known)?;
                }
            }
            Value::Object(members) => {
                for member in members.values_mut() {
                    self.reveal_in(member, known)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }

    /// The text with values in it; none if it has no token.
    fn reveal_text(
        &self,
        text: &str,
        known: &mut HashMap<String, Option<String>>,
    ) -> Result<Option<String>, Error> {
        let mut out = String::new();
        let mut copied = 0;
        for (at, token) in tokens(text) {
            let value = match known.get(token) {
                Some(value) => value.clone(),
                None => {
                    let value = match self.reveal(token) {
                        Ok(value) => Some(value),
                        Err(error) if error.kind == ErrorKind::NotFound => None,
                        Err(error) => return Err(error),
                    };
                    known.insert(token.to_owned(), value.clone());
                    value
                }
            };
            if let Some(value) = value {
                out.push_str(&text[copied..at]);
                out.push_str(&value);
                copied = at + token.len();
            }
        }
        if copied == 0 {
            return Ok(None);
        }
        out.push_str(&text[copied..]);
        Ok(Some(out))
    }
}

/// What looks like a token in a text, with its place in bytes.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(at) = text[from..].find(PREFIX).map(|found| from + found) {
            let tail = at + PREFIX.len();
            let end = tail + TAIL_LEN;
            let whole = text.as_bytes().get(tail..end);
            if whole.is_some_and(|tail| tail.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())) {
                from = end;
                return Some((at, &text[at..end]));
            }
            from = tail;
        }
        None
    })
}
