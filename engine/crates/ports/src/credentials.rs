//! Credentials of repositories, chosen by Kargo's rules. They never reach a guest, a log or a record.

use std::fmt;

use windlass_model::ids::ProjectName;
use windlass_model::manifest::secret::SecretValue;

/// What kind of repository a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialType {
    /// Git repositories.
    Git,
    /// Image repositories.
    Image,
    /// Chart repositories.
    Helm,
}

impl CredentialType {
    /// The value of the label `kargo.akuity.io/cred-type`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Image => "image",
            Self::Helm => "helm",
        }
    }
}

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

/// Finds credentials.
pub trait Credentials: Send + Sync {
    /// The credential for a repository; `None` to go without.
    ///
    /// # Errors
    /// A message, if the Secret that applies cannot be read.
    fn find(
        &self,
        project: &ProjectName,
        of: CredentialType,
        url: &str,
    ) -> Result<Option<Credential>, String>;
}
