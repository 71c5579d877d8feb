//! Which cluster, how its certificate is checked, and how one logs in.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use url::Url;
use windlass_egress::is_loopback_url;
use windlass_model::manifest::secret::SecretValue;

use crate::kubeconfig;

/// A file of certificates is at most this long.
const MAX_CERTIFICATES: u64 = 4 << 20;

/// Why a cluster cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The text is no kubeconfig.
    #[error("the kubeconfig cannot be read: {0}")]
    Unreadable(String),
    /// It has no context of this name, or none is chosen.
    #[error("the kubeconfig has no context {name:?}; it has {there}")]
    NoContext {
        /// The name that was looked for.
        name: String,
        /// The names that there are.
        there: String,
    },
    /// A context names what the kubeconfig does not have.
    #[error("the context {context:?} names the {what} {name:?}, which the kubeconfig does not have")]
    Missing {
        /// The context.
        context: String,
        /// `cluster` or `user`.
        what: &'static str,
        /// The name of it.
        name: String,
    },
    /// A way of logging in, or of reaching the cluster, that is not there yet.
    #[error("{what} cannot be used yet; {instead}")]
    Unsupported {
        /// What the kubeconfig asks for.
        what: String,
        /// What can be done in its place.
        instead: String,
    },
    /// Two settings that exclude each other, or a value that is none.
    #[error("{0}")]
    Invalid(String),
    /// The server's address is none.
    #[error("the cluster's server {0:?} is not a URL such as https://10.0.0.1:6443")]
    Server(String),
    /// A password or token would go over the network unencrypted.
    #[error(
        "{0} is not encrypted, and credentials are sent to such a server only on this machine; use https://"
    )]
    Unencrypted(String),
    /// A file that is named cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

/// How the server's certificate is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// By the authorities that the system trusts.
    System,
    /// By these authorities alone, in PEM.
    Only(Vec<u8>),
    /// Not at all.
    Unchecked,
}

/// How one logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClusterLogin {
    /// Not at all.
    Anonymous,
    /// With a token.
    Token(SecretValue),
    /// With the token that a file has at the time: such tokens are renewed.
    TokenFile(PathBuf),
    /// With a user and a password.
    Password {
        /// The user.
        username: String,
        /// The password.
        password: SecretValue,
    },
}

/// A cluster, and how to speak to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub(crate) server: Url,
    pub(crate) trust: Trust,
    pub(crate) login: ClusterLogin,
}

/// What a process in a cluster is given to speak to its API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// The API's address: `KUBERNETES_SERVICE_HOST`.
    pub host: String,
    /// Its port: `KUBERNETES_SERVICE_PORT`.
    pub port: u16,
    /// The file of the token, `/var/run/secrets/kubernetes.io/serviceaccount/token`.
    pub token_file: PathBuf,
    /// The file of the cluster's authority, `ca.crt` beside it.
    pub ca_file: PathBuf,
}

impl Cluster {
    /// The cluster of a kubeconfig's context (none: its current one). Files that it names are read from `dir` if their
    /// paths are relative: the directory of the kubeconfig.
    ///
    /// # Errors
    /// If the kubeconfig cannot be read, names what it does not have, or asks for a login that cannot be used.
    pub fn from_kubeconfig(text: &str, context: Option<&str>, dir: &Path) -> Result<Self, ClusterError> {
        kubeconfig::read(text, context, dir)
    }

    /// The cluster that this process runs in.
    ///
    /// # Errors
    /// If the authority's file cannot be read, or the address is none.
    pub fn of_service_account(account: &ServiceAccount) -> Result<Self, ClusterError> {
        let host = match account.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
            _ => account.host.clone(),
        };
        Self::new(
            &format!("https://{host}:{}", account.port),
            Trust::Only(read_certificates(&account.ca_file)?),
            ClusterLogin::TokenFile(account.token_file.clone()),
        )
    }

    pub(crate) fn new(server: &str, trust: Trust, login: ClusterLogin) -> Result<Self, ClusterError> {
        let invalid = || ClusterError::Server(server.to_owned());
        let server = Url::parse(server).map_err(|_| invalid())?;
        let plain = server.query().is_none() && server.fragment().is_none() && server.username().is_empty();
        if !matches!(server.scheme(), "http" | "https") || !plain || server.password().is_some() {
            return Err(invalid());
        }
        if server.scheme() == "http" && login != ClusterLogin::Anonymous && !is_loopback_url(&server) {
            return Err(ClusterError::Unencrypted(server.to_string()));
        }
        Ok(Self { server, trust, login })
    }

    /// The server's URL.
    #[must_use]
    pub fn server(&self) -> &Url {
        &self.server
    }
}

/// Reads a file of certificates in PEM.
pub(crate) fn read_certificates(path: &Path) -> Result<Vec<u8>, ClusterError> {
    let failed = |source| ClusterError::File { path: path.to_owned(), source };
    let too_long = std::fs::metadata(path).map_err(failed)?.len() > MAX_CERTIFICATES;
    let pem = if too_long { Vec::new() } else { std::fs::read(path).map_err(failed)? };
    check_certificates(pem, &path.display().to_string())
}

/// Makes sure that certificates are in PEM; `place` is where they come from.
pub(crate) fn check_certificates(pem: Vec<u8>, place: &str) -> Result<Vec<u8>, ClusterError> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    if pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
        Ok(pem)
    } else {
        Err(ClusterError::Invalid(format!("{place} holds no certificate in PEM form")))
    }
}
