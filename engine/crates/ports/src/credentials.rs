//! Credentials of repositories, chosen by Kargo's rules. They never reach a guest, a log or a record.

use std::fmt;

use async_trait::async_trait;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::secret::SecretValue;

/// A user name and a password, or a token in its place.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Where it comes from, `namespace/name` of the Secret: tells credentials apart without telling them.
    pub source: String,
    /// The user.
    pub username: SecretValue,
    /// The password.
    pub password: SecretValue,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential(of {})", self.source)
    }
}

/// A private key, to log in with over SSH.
#[derive(Clone, PartialEq, Eq)]
pub struct SshKey {
    /// Where it comes from, `namespace/name` of the Secret.
    pub source: String,
    /// The user; none: the one in the URL.
    pub username: Option<SecretValue>,
    /// The key, in PEM.
    pub private_key: SecretValue,
    /// Servers that are trusted beside those of the operator, in the format of `known_hosts`.
    pub known_hosts: Option<String>,
}

impl fmt::Debug for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SshKey(of {})", self.source)
    }
}

/// The credential of a Git repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitCredential {
    /// For HTTP.
    Password(Credential),
    /// For SSH.
    Key(SshKey),
}

/// Finds credentials, and has short-lived ones made where a Secret holds a key for that.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential for a Git repository; `None` to go without.
    ///
    /// # Errors
    /// A message, if the Secret that applies cannot be read, or the service that it is for gives no token.
    async fn find_git(&self, project: &ProjectName, url: &str) -> Result<Option<GitCredential>, String>;

    /// The credential for an image repository; `None` to go without.
    ///
    /// # Errors
    /// As [`Credentials::find_git`].
    async fn find_image(&self, project: &ProjectName, url: &str) -> Result<Option<Credential>, String>;

    /// The credential for a chart repository, over HTTP or in an OCI registry; `None` to go without.
    ///
    /// # Errors
    /// As [`Credentials::find_git`].
    async fn find_chart(&self, project: &ProjectName, url: &str) -> Result<Option<Credential>, String>;
}
