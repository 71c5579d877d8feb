//! Names of image repositories, read as go-containerregistry reads them: what has no registry is on Docker Hub, and what
//! has one word there is under `library/`.

use std::fmt;

use url::Url;
use windlass_egress::is_loopback_url;
use windlass_ports::images::RegistryError;

/// Names by which Docker Hub is called.
const HUB_NAMES: [&str; 3] = ["docker.io", "index.docker.io", "registry-1.docker.io"];

/// Where Docker Hub's registry really is.
const HUB_HOST: &str = "registry-1.docker.io";

/// A repository's path is at least and at most this long.
const PATH_LEN: std::ops::RangeInclusive<usize> = 2..=255;

/// An image repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Repository {
    /// As the subscription names it, for messages.
    pub(crate) name: String,
    /// The host of the registry, with its port if it has one.
    pub(crate) host: String,
    /// The path of the repository there.
    pub(crate) path: String,
}

impl Repository {
    /// Reads a name without tag and digest.
    pub(crate) fn parse(name: &str) -> Result<Self, RegistryError> {
        let invalid = || RegistryError::InvalidName(name.to_owned());
        let (host, path) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
            _ => ("docker.io", name),
        };
        if !is_host(host) || !is_path(path) {
            return Err(invalid());
        }
        let is_hub = HUB_NAMES.contains(&host);
        let path = if is_hub && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        let host = if is_hub { HUB_HOST } else { host }.to_owned();
        Ok(Self { name: name.to_owned(), host, path })
    }

    /// A URL of the registry: `target` follows `/v2/`.
    pub(crate) fn url(&self, scheme: &str, target: &str) -> Result<Url, RegistryError> {
        Url::parse(&format!("{scheme}://{}/v2/{target}", self.host))
            .map_err(|_| RegistryError::InvalidName(self.name.clone()))
    }

    /// Whether the registry is on this machine: the only ones that may speak without TLS.
    pub(crate) fn is_loopback(&self) -> bool {
        self.url("http", "").is_ok_and(|url| is_loopback_url(&url))
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A host with an optional port and nothing else of a URL.
fn is_host(host: &str) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || b".:-_[]".contains(&c);
    let parsed = Url::parse(&format!("https://{host}/"));
    host.bytes().all(plain) && !host.ends_with(':') && parsed.is_ok_and(|url| url.has_host())
}

fn is_path(path: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_-./".contains(&c);
    PATH_LEN.contains(&path.len())
        && path.bytes().all(plain)
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a text can be a tag: what cannot, is none of any registry's.
pub(crate) fn is_tag(tag: &str) -> bool {
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    let mut bytes = tag.bytes();
    tag.len() <= 128 && bytes.next().is_some_and(word) && bytes.all(|c| word(c) || c == b'.' || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_docker_makes_of_them() {
        for (name, host, path) in [
            ("nginx", "registry-1.docker.io", "library/nginx"),
            ("acme/app", "registry-1.docker.io", "acme/app"),
            ("docker.io/nginx", "registry-1.docker.io", "library/nginx"),
            ("index.docker.io/acme/app", "registry-1.docker.io", "acme/app"),
            ("ghcr.io/acme/app", "ghcr.io", "acme/app"),
            ("ghcr.io/app", "ghcr.io", "app"),
            ("localhost/app", "localhost", "app"),
            ("registry:5000/a/b", "registry:5000", "a/b"),
            ("[::1]:5000/app", "[::1]:5000", "app"),
            ("A.example.com/app", "A.example.com", "app"),
        ] {
            let parsed = Repository::parse(name).unwrap();
            assert_eq!((parsed.host.as_str(), parsed.path.as_str()), (host, path), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            "a",
            "nginx:1.0",
            "nginx@sha256:0",
            "Acme/app",
            "ghcr.io/",
            "ghcr.io/App",
            "ghcr.io/a/../b",
            "ghcr.io/a//b",
            "ghcr.io//a",
            "https://ghcr.io/a",
            "user@ghcr.io/app",
            "ghcr.io:port/app",
            "ghcr.io:/app",
            "ghcr.io/app?x",
            "ghcr.io/app#x",
            "a.b c/app",
        ] {
            assert_eq!(Repository::parse(bad), Err(RegistryError::InvalidName(bad.to_owned())), "{bad}");
        }
        assert!(Repository::parse(&format!("ghcr.io/{}", "a".repeat(256))).is_err());
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (name, expected) in [
            ("localhost:5000/app", true),
            ("127.0.0.1:5000/app", true),
            ("[::1]:5000/app", true),
            ("registry.localhost/app", true),
            ("localhost.example.com/app", false),
            ("10.0.0.1:5000/app", false),
            ("nginx", false),
        ] {
            assert_eq!(Repository::parse(name).unwrap().is_loopback(), expected, "{name}");
        }
    }
}
