//! Where a repository is that is reached over SSH: `ssh://user@host:port/path`, or `user@host:path` as scp writes it.

use windlass_model::call::CallError;
use windlass_model::freight::address::scp_like;
use windlass_model::grant::without_user_info;

/// The port of SSH.
const DEFAULT_PORT: u16 = 22;

/// Whoever serves Git over SSH calls its user so.
const DEFAULT_USER: &str = "git";

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SshAddress {
    /// The URL as it was given, for messages.
    pub(crate) shown: String,
    /// The user to log in as, unless a Secret says otherwise.
    pub(crate) user: String,
    /// A name in lower case, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// As the server is told: absolute, or relative to the user's home.
    pub(crate) path: String,
}

impl SshAddress {
    /// Reads a URL for which `is_ssh` holds.
    pub(crate) fn parse(url: &str) -> Result<Self, CallError> {
        let address = match scp_like(url) {
            Some((user, host, path)) => Self {
                shown: url.to_owned(),
                user: user.to_owned(),
                host: host.to_ascii_lowercase(),
                port: DEFAULT_PORT,
                path: path.to_owned(),
            },
            None => Self::of_url(url)?,
        };
        address.check()
    }

    fn of_url(url: &str) -> Result<Self, CallError> {
        let parsed = url::Url::parse(url).map_err(|e| invalid(url, &e.to_string()))?;
        if parsed.password().is_some() {
            return Err(invalid(url, "no password is used over SSH; keep a private key in a Secret"));
        }
        let decode = |text: &str| percent_decode(text).ok_or_else(|| invalid(url, "it is no UTF-8"));
        let user = decode(parsed.username())?;
        let host = parsed.host_str().unwrap_or_default();
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let path = decode(parsed.path())?;
        Ok(Self {
            shown: url.to_owned(),
            user: if user.is_empty() { DEFAULT_USER.to_owned() } else { user },
            host: host.to_ascii_lowercase(),
            port: parsed.port().unwrap_or(DEFAULT_PORT),
            // `/~/app.git` and `/~ada/app.git` are in the home of a user.
            path: if path.starts_with("/~") { path[1..].to_owned() } else { path },
        })
    }

    /// Refuses what no server could mean well: a path that is an option of the command, or texts that could look like
    /// other lines where they are shown.
    fn check(self) -> Result<Self, CallError> {
        let host_like = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
        if self.host.is_empty() || self.host.starts_with('-') || !self.host.chars().all(host_like) {
            return Err(invalid(&self.shown, "it names no host"));
        }
        if self.user.is_empty() || [&self.user, &self.path].iter().any(|t| t.chars().any(char::is_control)) {
            return Err(invalid(&self.shown, "its user or path holds what is no text"));
        }
        if self.path.trim_matches('/').is_empty() {
            return Err(invalid(&self.shown, "it names no repository on the server"));
        }
        if self.path.starts_with('-') {
            return Err(invalid(
                &self.shown,
                "its path would be taken for an option; write it with ./ before it",
            ));
        }
        Ok(self)
    }

    /// What libgit2 is given: it only hands it back, but mirrors are told apart by it. A path in a user's home is another
    /// than the same one from the root.
    pub(crate) fn canonical(&self) -> String {
        let Self { user, host, port, path, .. } = self;
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let separator = if path.starts_with('/') { "" } else { "/./" };
        format!("ssh://{user}@{bracketed}:{port}{separator}{path}")
    }

    /// The name under which a server's keys are known.
    pub(crate) fn known_as(&self) -> String {
        if self.port == DEFAULT_PORT { self.host.clone() } else { format!("[{}]:{}", self.host, self.port) }
    }

    /// The command that serves the repository, which the server's shell will read: the path is one word to it, whatever it
    /// holds.
    pub(crate) fn command(&self, program: &str) -> String {
        let quoted = self.path.replace('\'', "'\\''").replace('!', "'\\!'");
        format!("{program} '{quoted}'")
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte, tail.get(..2).and_then(|digits| hex::decode(digits).ok())) {
            (b'%', Some(decoded)) => {
                bytes.extend(decoded);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

fn invalid(url: &str, why: &str) -> CallError {
    CallError::invalid(
        "url-invalid",
        format!("{:?} is no repository that Git can reach: {why}", without_user_info(url)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, String, u16, String) {
        let address = SshAddress::parse(url).unwrap();
        (address.user, address.host, address.port, address.path)
    }

    #[test]
    fn both_forms_are_read() {
        for (url, user, host, port, path) in [
            ("git@github.com:acme/app.git", "git", "github.com", 22, "acme/app.git"),
            ("git@GitHub.com:/srv/app.git", "git", "github.com", 22, "/srv/app.git"),
            ("ada@[::1]:app.git", "ada", "::1", 22, "app.git"),
            ("ada@h:a:b@c", "ada", "h", 22, "a:b@c"),
            ("ssh://git@github.com/acme/app.git", "git", "github.com", 22, "/acme/app.git"),
            ("SSH://h/app", "git", "h", 22, "/app"),
            ("ssh://a%40b@H.example:2222/a%20b'c.git", "a@b", "h.example", 2222, "/a b'c.git"),
            ("ssh://git@[::1]:22/srv/app", "git", "::1", 22, "/srv/app"),
            ("ssh://git@h/~/app.git", "git", "h", 22, "~/app.git"),
            ("ssh://git@h/~ada/app.git", "git", "h", 22, "~ada/app.git"),
        ] {
            let expected = (user.to_owned(), host.to_owned(), port, path.to_owned());
            assert_eq!(parts(url), expected, "{url}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_refused() {
        for (url, why) in [
            ("git@h:-oProxyCommand=x", "an option"),
            ("git@h:", "no repository on the server"),
            ("ssh://git@h", "no repository on the server"),
            ("ssh://git@h/", "no repository on the server"),
            ("ssh://git@-oProxyCommand=x/app", "no host"),
            ("git@a,b:app", "no host"),
            ("git@:app", "no host"),
            ("ssh:///app", "no host"),
            ("ssh://git@h/a%0Ab", "no text"),
            ("git@h:a\u{1b}b", "no text"),
            ("@h:app", "no text"),
            ("ssh://git@h/%ff", "UTF-8"),
        ] {
            let error = SshAddress::parse(url).unwrap_err();
            assert!(error.code == "url-invalid" && error.message.contains(why), "{url}: {}", error.message);
        }
        let error = SshAddress::parse("ssh://ada:hunter2@h/app").unwrap_err();
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }

    #[test]
    fn the_path_is_one_word_of_the_command() {
        for (url, command) in [
            ("git@h:acme/app.git", "git-upload-pack 'acme/app.git'"),
            ("git@h:a'; rm -rf ~ #", r"git-upload-pack 'a'\''; rm -rf ~ #'"),
            ("git@h:$(x)`y`\\!", r"git-upload-pack '$(x)`y`\'\!''"),
        ] {
            assert_eq!(SshAddress::parse(url).unwrap().command("git-upload-pack"), command);
        }
    }

    #[test]
    fn places_are_told_apart() {
        let of = |url: &str| SshAddress::parse(url).unwrap();
        assert_eq!(of("git@h:app.git").canonical(), "ssh://git@h:22/./app.git");
        assert_eq!(of("ssh://git@h/app.git").canonical(), "ssh://git@h:22/app.git");
        assert_eq!(of("ssh://[::1]:7/app").canonical(), "ssh://git@[::1]:7/app");
        assert_eq!(of("git@h:app.git").known_as(), "h");
        assert_eq!(of("ssh://h:2222/app.git").known_as(), "[h]:2222");
    }
}
