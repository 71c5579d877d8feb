//! Whether a text is a glob at all, by the rules of doublestar's own check.

use std::str::CharIndices;

/// The first fault of `text` as its byte and what is wrong there.
pub(super) fn validate(text: &str) -> Result<(), (usize, &'static str)> {
    let mut open_braces = Vec::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next().ok_or((at, "\\ has nothing to escape"))?),
            '[' => skip_class(&mut characters).map_err(|what| (at, what))?,
            '{' => open_braces.push(at),
            '}' => drop(open_braces.pop().ok_or((at, "} closes nothing"))?),
            _ => {}
        }
    }
    open_braces.pop().map_or(Ok(()), |at| Err((at, "{ is not closed")))
}

/// Goes past the `]` of a class whose `[` has been read.
fn skip_class(characters: &mut CharIndices) -> Result<(), &'static str> {
    if characters.as_str().starts_with(['^', '!']) {
        characters.next();
    }
    if characters.as_str().starts_with(']') {
        return Err("[ has no characters in it");
    }
    loop {
        match characters.next() {
            Some((_, ']')) => return Ok(()),
            Some((_, '\\')) => drop(characters.next()),
            Some(_) => {}
            None => return Err("[ is not closed"),
        }
    }
}
