//! Query parameters as Go's `url.Values` has them, which is how Kargo puts them together.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The URL with more query parameters. All parameters are written anew, sorted by name, as Go does it; what is no
/// parameter in the query of `url` is left out.
#[must_use]
pub fn with_query<'a>(url: &'a str, more: &'a [(String, String)]) -> Cow<'a, str> {
    if more.is_empty() {
        return Cow::Borrowed(url);
    }
    let (before, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let (place, query) = before.split_once('?').unwrap_or((before, ""));
    let mut values: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for (name, value) in parsed(query) {
        values.entry(name).or_default().push(value);
    }
    for (name, value) in more {
        values.entry(name.as_bytes().to_vec()).or_default().push(value.as_bytes().to_vec());
    }
    let mut out = format!("{place}?");
    for (name, values) in &values {
        for value in values {
            if !out.ends_with('?') {
                out.push('&');
            }
            escape(name, &mut out);
            out.push('=');
            escape(value, &mut out);
        }
    }
    out.push_str(fragment);
    Cow::Owned(out)
}

/// The parameters of a query. A pair with a semicolon or with a broken escape is none.
fn parsed(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')).filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((unescaped(name)?, unescaped(value)?))
    })
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                let digit =
                    |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit(digits[0])? << 4 | digit(digits[1])?
            }
            other => other,
        });
    }
    Some(out)
}

fn escape(text: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(other >> 4)]));
                out.push(char::from(DIGITS[usize::from(other & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str, more: &[(&str, &str)]) -> String {
        let more: Vec<(String, String)> =
            more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        with_query(url, &more).into_owned()
    }

    #[test]
    fn parameters_are_sorted_and_escaped() {
        assert_eq!(
            with("http://h/x?keep=1&z=%20a#f?", &[("q", "a b&c=d"), ("q", "é"), ("a", "1")]),
            "http://h/x?a=1&keep=1&q=a+b%26c%3Dd&q=%C3%A9&z=+a#f?"
        );
        assert_eq!(with("http://h", &[("-_.~", "*/+%")]), "http://h?-_.~=%2A%2F%2B%25");
    }

    #[test]
    fn without_more_the_url_stays() {
        assert_eq!(with("http://h/x?b=1&a=%zz&;", &[]), "http://h/x?b=1&a=%zz&;");
    }

    #[test]
    fn what_is_no_parameter_is_left_out() {
        assert_eq!(with("http://h/x?b=%zz&c;d=1&&e&%41=%e9&f=%4", &[("n", "1")]), "http://h/x?A=%E9&e=&n=1");
    }
}
