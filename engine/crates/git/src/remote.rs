//! A remote repository: where it is and how it is spoken to.

use std::path::{Path, PathBuf};

use windlass_egress::is_loopback_url;
use windlass_model::call::CallError;
use windlass_model::freight::address::is_ssh;
use windlass_model::grant::without_user_info;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::{Credential, GitCredential, SshKey};
use windlass_ports::git::GitScope;
use windlass_ports::git_history::GitRepository;

use crate::ssh::SshAddress;

/// A remote repository.
#[derive(Debug, Clone)]
pub(crate) enum Remote {
    /// Smart HTTP.
    Http {
        /// Without user and password.
        url: String,
        credential: Option<Credential>,
        insecure: bool,
    },
    /// SSH.
    Ssh { address: SshAddress, credential: SshKey },
    /// A directory of this host.
    Local { path: PathBuf },
}

impl Remote {
    /// The remote that `url` names.
    ///
    /// `file://` is allowed only beneath the directories in `local`.
    pub(crate) fn parse(
        url: &str,
        credential: Option<&GitCredential>,
        insecure: bool,
        local: &[String],
    ) -> Result<Self, CallError> {
        if is_ssh(url) {
            return Self::ssh(url, credential);
        }
        let parsed = url::Url::parse(url).ok().filter(|parsed| !parsed.cannot_be_a_base());
        match parsed.as_ref().map(url::Url::scheme) {
            Some("http" | "https") => Self::http(url, credential, insecure),
            Some("file") => {
                let path = parsed.and_then(|p| p.to_file_path().ok());
                let path = path.ok_or_else(|| invalid(url, "it is no path of this host"))?;
                Self::local(url, &path, local)
            }
            _ => Err(invalid(url, "give an https:// or ssh:// URL")),
        }
    }

    fn ssh(url: &str, credential: Option<&GitCredential>) -> Result<Self, CallError> {
        let address = SshAddress::parse(url)?;
        match credential {
            Some(GitCredential::Key(key)) => Ok(Self::Ssh { address, credential: key.clone() }),
            Some(GitCredential::Password(other)) => Err(unfit(
                url,
                &other.source,
                "has a password, but SSH logs in with a key; give it sshPrivateKey, or name the repository's https:// URL",
            )),
            None => Err(CallError::denied(
                "git-credentials",
                format!(
                    "{url} is reached over SSH, which takes a key; add a Secret with the label kargo.akuity.io/cred-type: git \
                     and the data repoURL and sshPrivateKey"
                ),
            )),
        }
    }

    fn http(url: &str, credential: Option<&GitCredential>, insecure: bool) -> Result<Self, CallError> {
        let credential = match credential {
            Some(GitCredential::Key(key)) => {
                return Err(unfit(
                    url,
                    &key.source,
                    "has a key, which is for SSH; name the repository's ssh:// URL, or give the Secret username and password \
                     (a token will do)",
                ));
            }
            Some(GitCredential::Password(credential)) => Some(credential),
            None => None,
        };
        let mut parsed = url::Url::parse(url).map_err(|e| invalid(url, &e.to_string()))?;
        if parsed.password().is_some() && parsed.scheme() == "http" && !is_loopback_url(&parsed) {
            return Err(unencrypted(url));
        }
        // A user in the URL is what its author wants to be sent, unless a Secret says otherwise.
        let from_url = parsed.password().map(|password| Credential {
            source: "in the URL".to_owned(),
            username: SecretValue::new(parsed.username()),
            password: SecretValue::new(password),
        });
        let _ = parsed.set_username("");
        let _ = parsed.set_password(None);
        let credential = credential.cloned().or(from_url);
        Ok(Self::Http { url: parsed.to_string(), credential, insecure })
    }

    fn local(url: &str, path: &Path, allowed: &[String]) -> Result<Self, CallError> {
        let refused = || {
            CallError::denied(
                "git-local-refused",
                format!(
                    "{url} is a directory of this host, which steps may use only where the operator lists it; start \
                     with --grant git.local={}",
                    path.parent().unwrap_or(path).display()
                ),
            )
        };
        if allowed.is_empty() {
            return Err(refused());
        }
        let real = path.canonicalize().map_err(|e| {
            CallError::not_found("git-repository-not-found", format!("there is no repository at {url}: {e}"))
        })?;
        let beneath = |dir: &String| Path::new(dir).canonicalize().is_ok_and(|dir| real.starts_with(dir));
        if allowed.iter().any(beneath) { Ok(Self::Local { path: real }) } else { Err(refused()) }
    }

    /// The remote of a scope.
    pub(crate) fn of(
        scope: &GitScope,
        url: &str,
        credential: Option<&GitCredential>,
        insecure: bool,
    ) -> Result<Self, CallError> {
        Self::parse(url, credential, insecure, &scope.local)
    }

    /// The remote that discovery looks at.
    pub(crate) fn of_repository(repository: &GitRepository) -> Result<Self, CallError> {
        let GitRepository { url, credential, insecure_skip_tls_verify, local, .. } = repository;
        Self::parse(url, credential.as_ref(), *insecure_skip_tls_verify, local)
    }

    /// What libgit2 is given.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Http { url, .. } => url.clone(),
            Self::Ssh { address, .. } => address.canonical(),
            Self::Local { path } => path.display().to_string(),
        }
    }

    /// Tells apart what different credentials may see.
    pub(crate) fn credential_id(&self) -> &str {
        match self {
            Self::Http { credential: Some(credential), .. } => &credential.source,
            Self::Ssh { credential, .. } => &credential.source,
            Self::Http { credential: None, .. } | Self::Local { .. } => "anonymous",
        }
    }
}

fn invalid(url: &str, why: &str) -> CallError {
    CallError::invalid(
        "url-invalid",
        format!("{:?} is no repository that Git can reach: {why}", without_user_info(url)),
    )
}

fn unencrypted(url: &str) -> CallError {
    CallError::denied(
        "git-unencrypted",
        format!(
            "the URL {} holds a password, which plain HTTP would show to everyone on the way; name the https:// URL of \
             the repository and keep the password in a Secret",
            without_user_info(url)
        ),
    )
}

fn unfit(url: &str, source: &str, why: &str) -> CallError {
    let url = without_user_info(url);
    CallError::invalid("git-credentials-unfit", format!("{url}: Secret {source} {why}"))
}
