//! Helm chart repositories, as discovery needs them.

use async_trait::async_trait;

use crate::credentials::Credential;
use crate::git::NetworkScope;
use crate::images::RegistryError;

/// One chart in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartSource {
    /// The repository: `https://…` with an index, or `oci://…`, which names the chart itself.
    pub url: String,
    /// The chart, in a repository with an index.
    pub name: String,
    /// Do not check the server's certificate.
    pub insecure_skip_tls_verify: bool,
}

/// Reads chart repositories.
#[async_trait]
pub trait Charts: Send + Sync {
    /// Every version of a chart, in no order, as the repository writes it.
    async fn versions(
        &self,
        scope: &NetworkScope,
        credential: Option<&Credential>,
        chart: &ChartSource,
    ) -> Result<Vec<String>, RegistryError>;
}
