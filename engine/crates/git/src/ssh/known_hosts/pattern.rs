//! The first field of a line of known hosts: patterns of names, or one name of which only the hash is told.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Which hosts a line is about.
#[derive(Debug, Clone)]
pub(super) enum Hosts {
    /// Names in which `*` and `?` stand for others. A name that a pattern with `!` fits is not meant.
    Patterns(Vec<Pattern>),
    /// `|1|salt|hash`.
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

#[derive(Debug, Clone)]
pub(super) struct Pattern {
    is_negated: bool,
    text: String,
}

impl Hosts {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(hashed) = text.strip_prefix('|') {
            return Self::parse_hashed(hashed)
                .ok_or("the hashed name is not of the form |1|SALT|HASH in base64");
        }
        let patterns = text.split(',').filter(|pattern| !pattern.is_empty()).map(|pattern| {
            let name = pattern.strip_prefix('!');
            Pattern { is_negated: name.is_some(), text: name.unwrap_or(pattern).to_ascii_lowercase() }
        });
        Ok(Self::Patterns(patterns.collect()))
    }

    fn parse_hashed(text: &str) -> Option<Self> {
        let (salt, hash) = text.strip_prefix("1|")?.split_once('|')?;
        Some(Self::Hashed { salt: STANDARD.decode(salt).ok()?, hash: STANDARD.decode(hash).ok()? })
    }

    /// Whether `name` is one of them.
    pub(super) fn contain(&self, name: &str) -> bool {
        match self {
            Self::Patterns(patterns) => {
                let mut fitting = patterns.iter().filter(|pattern| fits(&pattern.text, name)).peekable();
                fitting.peek().is_some() && fitting.all(|pattern| !pattern.is_negated)
            }
            Self::Hashed { salt, hash } => {
                let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, salt);
                hmac::verify(&key, name.as_bytes(), hash).is_ok()
            }
        }
    }
}

/// Whether a text fits a pattern, in time that grows with both: the last `*` is the only one gone back to.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contain(hosts: &str, name: &str) -> bool {
        Hosts::parse(hosts).unwrap().contain(name)
    }

    #[test]
    fn patterns_fit_as_for_openssh() {
        for (hosts, name, expected) in [
            ("h", "h", true),
            ("H.Example", "h.example", true),
            ("a,b", "b", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("h?.example", "h1.example", true),
            ("h?.example", "h.example", false),
            ("*.example,!bad.example", "good.example", true),
            ("*.example,!bad.example", "bad.example", false),
            ("!bad.example", "good.example", false),
            ("[*.example]:2222", "[a.example]:2222", true),
            ("[*.example]:2222", "a.example", false),
            ("*", "[a.example]:2222", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("", "h", false),
            (",", "", false),
        ] {
            assert_eq!(contain(hosts, name), expected, "{hosts} {name}");
        }
    }

    #[test]
    fn a_hashed_name_is_found() {
        // As `ssh-keygen -H` writes them.
        let plain = "|1|/jv/oxuA/aXSWfhOykXfHoOeqkg=|TolxdWZXTctKRL5lNa/u5TEcjRs=";
        let with_port = "|1|NaT+ee0gQFmZqrnBH0eSe3bCqRI=|EpcU2lYA06DPGIYgrI9pT5zLgwk=";
        for (hosts, name, expected) in [
            (plain, "git.example.com", true),
            (plain, "[git.example.com]:2222", false),
            (plain, "example.com", false),
            (with_port, "[git.example.com]:2222", true),
            (with_port, "git.example.com", false),
        ] {
            assert_eq!(contain(hosts, name), expected, "{hosts} {name}");
        }
    }

    #[test]
    fn odd_hashes_are_refused() {
        for bad in ["|", "|1|", "|1|AAAA", "|2|AAAA|AAAA", "|1|*|AAAA"] {
            assert!(Hosts::parse(bad).is_err(), "{bad}");
        }
    }
}
