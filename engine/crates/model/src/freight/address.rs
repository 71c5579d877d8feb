//! Canonical addresses of repositories, as Kargo compares them.
//!
//! Whatever cannot be understood stays as it is: an odd address then still equals itself.

use std::fmt::Write as _;

fn sanitize(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control() && (*c == ' ' || !c.is_whitespace())).collect()
}

/// Whether a URL names a Git repository that is reached over SSH: `ssh://…`, or [as scp writes it](scp_like).
#[must_use]
pub fn is_ssh(url: &str) -> bool {
    url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ssh://")) || scp_like(url).is_some()
}

/// User, host and path of `user@host:path`, the form in which scp names files of another machine; the host may stand in
/// brackets. A slash before the colon makes it something else, as for Git.
#[must_use]
pub fn scp_like(url: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = url.split_once('@')?;
    if user.contains([':', '/']) || url.contains("://") {
        return None;
    }
    let (host, path) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once("]:")?,
        None => rest.split_once(':')?,
    };
    (!host.contains('/')).then_some((user, host, path))
}

/// The canonical address of a Git repository: lower case, no user in HTTP URLs, no `.git`, no final `/`; the
/// `user@host:path` form becomes an `ssh://` URL. HTTP URLs with a query stay as they are.
#[must_use]
pub fn normalize_git(repo_url: &str) -> String {
    let lower = sanitize(repo_url).to_lowercase();
    for scheme in ["http://", "https://", "ssh://"] {
        if let Some(rest) = lower.strip_prefix(scheme) {
            return normalize_url(scheme, rest).unwrap_or_else(|| repo_url.to_owned());
        }
    }
    normalize_scp(&lower).unwrap_or_else(|| repo_url.to_owned())
}

fn normalize_url(scheme: &str, rest: &str) -> Option<String> {
    if rest.contains('?') || rest.contains(' ') {
        return None;
    }
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, format!("#{fragment}")),
        None => (rest, String::new()),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let authority = match authority.rsplit_once('@') {
        Some((_, host)) if scheme != "ssh://" => host,
        _ => authority,
    };
    let path = trim_repository(&percent_decode(path)?).to_owned();
    if authority.is_empty() && path.is_empty() {
        // Go prints a URL that has nothing but a scheme without the slashes.
        return Some(format!("{}:{fragment}", scheme.trim_end_matches("://")));
    }
    Some(format!("{scheme}{authority}{}{fragment}", percent_encode(&path)))
}

fn trim_repository(path: &str) -> &str {
    let path = path.strip_suffix('/').unwrap_or(path);
    path.strip_suffix(".git").unwrap_or(path)
}

fn normalize_scp(text: &str) -> Option<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (address, paths): (&str, Vec<&str>) = {
        let mut pieces = text.split(':');
        (pieces.next()?, pieces.collect())
    };
    let (user, host) = match address.split_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, address),
    };
    if user.is_some_and(|u| u.is_empty() || !u.chars().all(word))
        || host.is_empty()
        || !host.split('.').all(|label| !label.is_empty() && label.chars().all(word))
    {
        return None;
    }
    let path = match paths.as_slice() {
        [path] => trim_repository(path),
        _ => "",
    };
    let separator = if path.is_empty() { "" } else { "/" };
    Some(format!("ssh://{address}{separator}{path}"))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            let digits = tail.get(..2)?;
            bytes.extend(hex::decode(digits).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

fn percent_encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The canonical address of an image repository: lower case, without tag and digest; images of Docker Hub without
/// registry and without `library/`.
#[must_use]
pub fn normalize_image(repo_url: &str) -> String {
    let lower = sanitize(repo_url).to_lowercase();
    if lower.is_empty() {
        return repo_url.to_owned();
    }
    let without_digest = lower.split_once('@').map_or(lower.as_str(), |(name, _)| name);
    let name = match without_digest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') && !name.is_empty() => name,
        _ => without_digest,
    };
    let (registry, path) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest),
        _ => ("docker.io", name),
    };
    if matches!(registry, "docker.io" | "index.docker.io" | "registry-1.docker.io") {
        path.strip_prefix("library/").unwrap_or(path).to_owned()
    } else {
        format!("{registry}/{path}")
    }
}

/// The canonical address of a chart repository: HTTP addresses in lower case, OCI addresses as images.
#[must_use]
pub fn normalize_chart(repo_url: &str) -> String {
    let lower = sanitize(repo_url).to_lowercase();
    if lower.is_empty() {
        return repo_url.to_owned();
    }
    let name = lower.strip_prefix("oci://").unwrap_or(&lower);
    if name.contains("://") { name.to_owned() } else { normalize_image(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_is_told_from_other_urls() {
        for url in ["git@h:a/b", "SSH://h/a", "ssh://git@h:22/a", "@h:a", "git@[::1]:a", "git@h:"] {
            assert!(is_ssh(url), "{url}");
        }
        for url in [
            "https://git@h/a:b",
            "h:path",
            "/srv/git@h:x",
            "git@h/a:b",
            "file:///a@b:c",
            "http://h",
            "@",
            "ssh:",
            "é",
        ] {
            assert!(!is_ssh(url), "{url}");
        }
        assert_eq!(scp_like("git@[::1]:a:b@c"), Some(("git", "::1", "a:b@c")));
        assert_eq!(scp_like("git@h:/a"), Some(("git", "h", "/a")));
    }
}
