//! The `WWW-Authenticate` header (RFC 9110): what a registry asks for.

/// What a registry asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A user and a password in each request.
    Basic,
    /// A token from another place.
    Bearer {
        /// Where it is had.
        realm: String,
        /// For which service.
        service: Option<String>,
        /// For what.
        scope: Option<String>,
    },
}

/// The best of the challenges in some headers: a token if it can be had, else a password.
pub(crate) fn best<'h>(headers: impl Iterator<Item = &'h str>) -> Option<Challenge> {
    let mut best = None;
    for (scheme, parameters) in headers.flat_map(challenges) {
        let parameter = |name: &str| {
            let found = parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        if scheme.eq_ignore_ascii_case("bearer")
            && let Some(realm) = parameter("realm")
        {
            return Some(Challenge::Bearer {
                realm,
                service: parameter("service"),
                scope: parameter("scope"),
            });
        }
        if scheme.eq_ignore_ascii_case("basic") {
            best = Some(Challenge::Basic);
        }
    }
    best
}

type Parameters = Vec<(String, String)>;

/// Every challenge in one header: its scheme and its parameters.
fn challenges(header: &str) -> Vec<(String, Parameters)> {
    let mut found: Vec<(String, Parameters)> = Vec::new();
    // Between parameters stand commas, and at the end of what is no parameter (RFC 9110's token68) equals signs.
    let between = [',', ' ', '\t', '='];
    let mut rest = header.trim_start_matches(between);
    while !rest.is_empty() {
        let (word, after) = token(rest);
        if word.is_empty() {
            // What cannot be read ends the header; what was read before counts.
            break;
        }
        let after = after.trim_start();
        if let Some(value) = after.strip_prefix('=') {
            let (value, after) = parameter_value(value.trim_start());
            if let Some((_, parameters)) = found.last_mut() {
                parameters.push((word.to_owned(), value));
            }
            rest = after;
        } else {
            found.push((word.to_owned(), Vec::new()));
            rest = after;
        }
        rest = rest.trim_start_matches(between);
    }
    found
}

/// A token and what follows it.
fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/:".contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

/// A value, quoted or not, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Some(Challenge::Bearer { realm: realm.to_owned(), service: own(service), scope: own(scope) })
    }

    #[test]
    fn challenges_are_read() {
        for (header, expected) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#,
                bearer(
                    "https://auth.docker.io/token",
                    Some("registry.docker.io"),
                    Some("repository:a/b:pull,push"),
                ),
            ),
            (r#"bearer realm="https://h/t""#, bearer("https://h/t", None, None)),
            (r#"Bearer  realm = "https://h/\"t" , service=x"#, bearer("https://h/\"t", Some("x"), None)),
            (r#"Basic realm="r", Bearer realm="https://h/t""#, bearer("https://h/t", None, None)),
            (r#"Bearer realm="https://h/t", Basic realm="r""#, bearer("https://h/t", None, None)),
            (r#"Basic realm="a, Bearer realm=x""#, Some(Challenge::Basic)),
            ("Basic", Some(Challenge::Basic)),
            ("Bearer service=x", None),
            ("Negotiate abc==, Basic realm=r", Some(Challenge::Basic)),
            (r#"Bearer realm="https://h/t"#, bearer("https://h/t", None, None)),
            ("", None),
            ("=", None),
            ("Digest realm=\"x\\", None),
        ] {
            assert_eq!(best(std::iter::once(header)), expected, "{header}");
        }
    }

    #[test]
    fn a_token_is_wanted_more_than_a_password() {
        let headers = ["Basic realm=r", "Bearer realm=\"https://h/t\""];
        assert_eq!(best(headers.into_iter()), bearer("https://h/t", None, None));
    }
}
