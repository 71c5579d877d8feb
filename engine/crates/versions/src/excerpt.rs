//! The offending text as errors carry it: whole when it is short, cut when it is not.
//! An error must not hold or print megabytes of a tenant's input.

/// Characters of the input that an error shows.
const SHOWN_CHARS: usize = 120;

/// The first [`SHOWN_CHARS`] characters of `text`, with `…` where something was cut.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
