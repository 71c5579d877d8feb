//! What Go takes for a URL: Kargo refuses the rest before it sends anything.

use std::fmt;

/// Why a text is no URL. The message is near to Go's and does not repeat the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAUrl(String);

impl fmt::Display for NotAUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAUrl {}

/// Where escapes stand, which decides what may be escaped.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Host,
    Zone,
    Other,
}

/// Checks that `text` can be read as a URL, by the rules of Go's `url.Parse`. Whether it can be asked is another question.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(text: &str) -> Result<(), NotAUrl> {
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return wrong("invalid control character in URL");
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    check_escapes(fragment, Part::Other)?;
    let (has_scheme, rest) = after_scheme(text)?;
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    if !rest.starts_with('/') {
        if has_scheme {
            return Ok(());
        }
        let first = rest.split('/').next().unwrap_or_default();
        return if first.contains(':') {
            wrong("first path segment in URL cannot contain colon")
        } else {
            check_escapes(rest, Part::Other)
        };
    }
    let Some(after) = rest.strip_prefix("//").filter(|_| has_scheme || !rest.starts_with("///")) else {
        return check_escapes(rest, Part::Other);
    };
    let (authority, path) = after.find('/').map_or((after, ""), |at| after.split_at(at));
    check_authority(authority)?;
    check_escapes(path, Part::Other)
}

fn wrong<T>(why: impl Into<String>) -> Result<T, NotAUrl> {
    Err(NotAUrl(why.into()))
}

/// Whether there is a scheme, and what follows it.
fn after_scheme(text: &str) -> Result<(bool, &str), NotAUrl> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return wrong("missing protocol scheme"),
            b':' => return Ok((true, &text[at + 1..])),
            _ => break,
        }
    }
    Ok((false, text))
}

fn check_authority(authority: &str) -> Result<(), NotAUrl> {
    let Some((user, host)) = authority.rsplit_once('@') else { return check_host(authority) };
    check_host(host)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    if !user.bytes().all(allowed) {
        return wrong("invalid userinfo");
    }
    check_escapes(user, Part::Other)
}

fn check_host(host: &str) -> Result<(), NotAUrl> {
    if host.starts_with('[') {
        let Some(end) = host.rfind(']') else { return wrong("missing ']' in host") };
        check_port(&host[end + 1..])?;
        let (address, zone) = match host[..end].find("%25") {
            Some(at) => host[1..end].split_at(at - 1),
            None => (&host[1..end], ""),
        };
        check_escapes(address, Part::Host)?;
        check_escapes(zone, Part::Zone)?;
        return match address.parse::<std::net::Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => wrong("invalid IP address in host"),
        };
    }
    if let Some(at) = host.rfind(':') {
        check_port(&host[at..])?;
    }
    check_escapes(host, Part::Host)
}

fn check_port(port: &str) -> Result<(), NotAUrl> {
    let is_one = port.is_empty()
        || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    if is_one { Ok(()) } else { wrong(format!("invalid port {port:?} after host")) }
}

/// Checks the escapes of a part, and in a host every character.
fn check_escapes(text: &str, part: Part) -> Result<(), NotAUrl> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == b'%' {
            let digits = bytes.get(at..at + 2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let Some(digits) = digits else { return wrong("invalid URL escape") };
            // Of a host only what is not ASCII may be escaped.
            if part == Part::Host && digits[0] < b'8' && digits != b"25" {
                return wrong("invalid URL escape in host");
            }
            at += 2;
        } else if part != Part::Other && byte < 0x80 && !is_of_hosts(byte) {
            return wrong(format!("invalid character {:?} in host name", char::from(byte)));
        }
    }
    Ok(())
}

fn is_of_hosts(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_is_read() {
        for text in [
            "",
            "http://h.example:80/x?y=%zz#f",
            "http://us%40er:p%3Aw@127.0.0.1:1/x",
            "http://127.0.0.1/a%2Fb/c d?x=1+2#frag",
            "http://[::1]:80/",
            "http://[fe80::1%25eth0]/",
            "http://h\u{fc}.example/\u{fc}",
            "http:opaque",
            "ftp://h/",
            "relative/path",
            "http://h:/x",
            "//h/x",
        ] {
            assert_eq!(check_url(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for (text, why) in [
            ("http://[::1", "missing ']' in host"),
            ("http://[::1]x/", "invalid port \"x\" after host"),
            ("http://[hello]/", "invalid IP address in host"),
            ("http://h:8o/", "invalid port \":8o\" after host"),
            ("http://a b/", "invalid character ' ' in host name"),
            ("http://a\\b/", "invalid character '\\\\' in host name"),
            ("http://%41/", "invalid URL escape in host"),
            ("http://h/%zz", "invalid URL escape"),
            ("http://h/#%4", "invalid URL escape"),
            ("http://us er@h/", "invalid userinfo"),
            ("http://h/\n", "invalid control character in URL"),
            (":80/x", "missing protocol scheme"),
            ("1:2", "first path segment in URL cannot contain colon"),
        ] {
            assert_eq!(check_url(text), Err(NotAUrl(why.to_owned())), "{text}");
        }
    }
}
