//! The `Link` header (RFC 8288), as far as paging needs it.

/// The target of the first link whose relation is `next`.
pub(crate) fn next_link(value: &str) -> Option<&str> {
    let mut rest = value;
    loop {
        let begin = rest.find('<')?;
        let end = begin + rest[begin..].find('>')?;
        let target = &rest[begin + 1..end];
        rest = &rest[end + 1..];
        // Parameters go up to the next link; a comma within quotes has no place in a relation.
        let parameters = &rest[..rest.find('<').unwrap_or(rest.len())];
        if parameters.split([';', ',']).any(is_next) {
            return Some(target);
        }
    }
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let relations = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        for (value, expected) in [
            ("</v2/a/tags/list?n=2&last=b>; rel=\"next\"", Some("/v2/a/tags/list?n=2&last=b")),
            ("<x>; rel=next", Some("x")),
            ("<x>;title=\"t\"; REL=\"prev next\"", Some("x")),
            ("<p>; rel=\"prev\", <n>; rel=\"next\"", Some("n")),
            ("<https://h/a,b?c;d>; rel=\"next\"", Some("https://h/a,b?c;d")),
            ("<p>; rel=\"prev\"", None),
            ("<x>; rel=\"nexting\"", None),
            ("<x; rel=\"next\"", None),
            ("<x>", None),
            ("", None),
        ] {
            assert_eq!(next_link(value), expected, "{value}");
        }
    }
}
