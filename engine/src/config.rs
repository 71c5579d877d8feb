//! What the operator sets on the command line, read into the types of the engine.

pub(crate) mod environment;
pub(crate) mod file;

use std::path::Path;

use windlass_git::KnownHosts;
use windlass_model::call::git::Identity;
use windlass_model::grant::{
    Access, AddressesGrant, DirectoryGrant, GitGrant, Grant, HttpGrant, MetadataGrant, UrlPattern,
};
use windlass_ports::sessions::Policy;

use crate::failure::Failure;

/// How steps are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Isolation {
    /// In this process.
    #[default]
    Process,
    /// In a process of their own, which asks this one.
    Worker,
}

/// What projects without a grant document allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum DefaultPolicy {
    /// What the configuration of a built-in step names.
    #[default]
    Kargo,
    /// Nothing.
    Closed,
}

impl DefaultPolicy {
    pub(crate) fn policy(self) -> Policy {
        match self {
            Self::Kargo => Policy::Kargo,
            Self::Closed => Policy::Closed(Vec::new()),
        }
    }
}

/// Reads `--grant KEY=VALUE`.
///
/// # Errors
/// If the key is not known or the value does not fit.
pub(crate) fn parse_grant(text: &str) -> Result<Grant, String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE, as in git.local=/srv/git")?;
    let url = || UrlPattern::try_from(value.to_owned()).map_err(|e| e.to_string());
    match key {
        "git.local" => {
            let dir = Path::new(value).canonicalize().map_err(|e| format!("{value}: {e}"))?;
            Ok(Grant::GitLocal(DirectoryGrant { dir: dir.display().to_string() }))
        }
        "addresses" => value
            .parse()
            .map(|cidr| Grant::Addresses(AddressesGrant { cidr }))
            .map_err(|e: windlass_model::grant::pattern::InvalidPattern| e.to_string()),
        "http" => Ok(Grant::Http(HttpGrant { url: url()?, access: Access::Write, methods: Vec::new() })),
        "metadata" => match value {
            "read" => Ok(Grant::Metadata(MetadataGrant { access: Access::Read })),
            "write" => Ok(Grant::Metadata(MetadataGrant { access: Access::Write })),
            _ => Err("write it as metadata=read or metadata=write".to_owned()),
        },
        "git" => Ok(Grant::Git(GitGrant { url: url()?, access: Access::Write })),
        _ => Err(format!("{key:?} cannot be granted here; git.local, addresses, http, git and metadata can")),
    }
}

/// Reads the file of `--ssh-known-hosts`.
///
/// # Errors
/// If it cannot be read, or a line of it cannot.
pub(crate) fn parse_known_hosts(path: &str) -> Result<KnownHosts, String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    KnownHosts::parse(&text).map_err(|e| e.to_string())
}

/// Reads `NAME <EMAIL>`.
///
/// # Errors
/// If it is not of that form.
pub(crate) fn parse_identity(text: &str) -> Result<Identity, String> {
    let parts = text.strip_suffix('>').and_then(|text| text.split_once('<'));
    let (name, email) = parts.ok_or("write it as \"Name <address>\"")?;
    if name.trim().is_empty() || email.trim().is_empty() {
        return Err("write it as \"Name <address>\"".to_owned());
    }
    Ok(Identity { name: name.trim().to_owned(), email: email.trim().to_owned() })
}

/// Who commits where nobody says otherwise, as in Kargo.
pub(crate) fn default_identity() -> Identity {
    Identity { name: "Kargo".to_owned(), email: "no-reply@kargo.io".to_owned() }
}

/// The name of the installation's key in a data directory and in a backup.
pub(crate) const KEY: &str = "key";

/// The key from which tokens are made and with which secrets are sealed: made once in the data directory, readable by its
/// owner alone.
///
/// # Errors
/// If it cannot be read or made.
pub(crate) fn installation_key(data: &Path) -> Result<[u8; 32], Failure> {
    let path = &data.join(KEY);
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |e: &dyn std::fmt::Display| Failure::environment(format!("{}: {e}", path.display()));
    match std::fs::read(path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).map_err(|_| {
            failed(&"the key of this data directory is damaged").hint("restore it from a backup")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            aws_lc_rs::rand::fill(&mut key).map_err(|_| failed(&"the system gives no randomness"))?;
            let mut file = std::fs::File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .map_err(|e| failed(&e))?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(|e| failed(&e))?;
            Ok(key)
        }
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_are_read() {
        assert!(matches!(parse_grant("addresses=10.0.0.0/8"), Ok(Grant::Addresses(_))));
        assert!(matches!(parse_grant("http=https://*.example.com"), Ok(Grant::Http(_))));
        assert!(matches!(parse_grant("git.local=/"), Ok(Grant::GitLocal(_))));
        for wrong in ["git.local", "git.local=/no/such/dir", "addresses=x", "secrets=all"] {
            assert!(parse_grant(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn known_hosts_are_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "# none\n").unwrap();
        assert!(parse_known_hosts(file.path().to_str().unwrap()).is_ok());
        std::fs::write(file.path(), "# one\nh ssh-ed25519\n").unwrap();
        let error = parse_known_hosts(file.path().to_str().unwrap()).unwrap_err();
        assert!(error.starts_with("line 2: "), "{error}");
        assert!(parse_known_hosts("/no/such/file").is_err());
    }

    #[test]
    fn identities_are_read() {
        let ada = parse_identity("Ada L <ada@example.com>").unwrap();
        assert_eq!((ada.name.as_str(), ada.email.as_str()), ("Ada L", "ada@example.com"));
        assert!(parse_identity("ada@example.com").is_err());
    }
}
