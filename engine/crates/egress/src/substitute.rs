//! Putting secrets in: a token in a request that was granted becomes the value it stands for, on its way out.

use std::borrow::Cow;

/// Every token begins so.
const PREFIX: &str = "wls";

/// What follows: letters and digits.
const TAIL_LEN: usize = 26;

/// Where a value is put in, which decides how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A header or a body: as it is.
    Raw,
    /// A URL: percent-encoded, so that no value can change which URL it is.
    Url,
}

/// The tokens in a text, with their places in bytes.
pub fn find_tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(at) = text[from..].find(PREFIX).map(|found| from + found) {
            let end = at + PREFIX.len() + TAIL_LEN;
            let whole = bytes.get(at + PREFIX.len()..end);
            if whole.is_some_and(|tail| tail.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())) {
                from = end;
                return Some((at, &text[at..end]));
            }
            from = at + PREFIX.len();
        }
        None
    })
}

/// The text with every token that `value_of` knows replaced by its value.
pub fn fill_in<'a>(text: &'a str, place: Place, value_of: impl Fn(&str) -> Option<String>) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, token) in find_tokens(text) {
        if let Some(value) = value_of(token) {
            out.push_str(&text[copied..at]);
            match place {
                Place::Raw => out.push_str(&value),
                Place::Url => {
                    out.extend(url::form_urlencoded::byte_serialize(value.as_bytes()).map(encode_space));
                }
            }
            copied = at + token.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// In forms a space is `+`; everywhere in a URL it is `%20`.
fn encode_space(piece: &str) -> &str {
    if piece == "+" { "%20" } else { piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "wls0123456789abcdefghijklmnop";

    fn value(token: &str) -> Option<String> {
        (token == TOKEN).then(|| "s e/c&r?e#t".to_owned())
    }

    #[test]
    fn values_are_put_in_where_they_belong() {
        let text = format!("Bearer {TOKEN}, {TOKEN}!");
        assert_eq!(fill_in(&text, Place::Raw, value), "Bearer s e/c&r?e#t, s e/c&r?e#t!");
        let url = format!("https://h/{TOKEN}?q={TOKEN}");
        assert_eq!(
            fill_in(&url, Place::Url, value),
            "https://h/s%20e%2Fc%26r%3Fe%23t?q=s%20e%2Fc%26r%3Fe%23t"
        );
    }

    #[test]
    fn what_is_no_token_stays() {
        for text in ["", "wls", "wls0123", "wlsABCDEFGHIJKLMNOPQRSTUVWXYZ", "wlswlswls"] {
            assert_eq!(fill_in(text, Place::Raw, value), text);
        }
        let unknown = "wlszzzzzzzzzzzzzzzzzzzzzzzzzz";
        assert_eq!(fill_in(unknown, Place::Raw, value), unknown);
        let after = format!("wls{TOKEN}");
        assert_eq!(find_tokens(&after).map(|(at, _)| at).collect::<Vec<_>>(), [0]);
    }
}
