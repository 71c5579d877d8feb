//! kubeconfig files: the part of them that says where a cluster is and how to log in.

use std::path::Path;

use base64::Engine as _;
use serde::Deserialize;
use windlass_model::manifest::secret::SecretValue;

use crate::cluster::{Cluster, ClusterError, ClusterLogin, Trust, check_certificates, read_certificates};

/// A kubeconfig is at most this long, in bytes.
const MAX_BYTES: usize = 4 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Kubeconfig {
    clusters: Option<Vec<NamedCluster>>,
    contexts: Option<Vec<NamedContext>>,
    users: Option<Vec<NamedUser>>,
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct NamedCluster {
    name: String,
    cluster: ClusterEntry,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ClusterEntry {
    server: String,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<String>,
    insecure_skip_tls_verify: Option<bool>,
    proxy_url: Option<String>,
    tls_server_name: Option<String>,
}

#[derive(Deserialize)]
struct NamedContext {
    name: String,
    context: ContextEntry,
}

#[derive(Deserialize)]
struct ContextEntry {
    cluster: String,
    user: Option<String>,
}

#[derive(Deserialize)]
struct NamedUser {
    name: String,
    user: Option<UserEntry>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
struct UserEntry {
    token: Option<SecretValue>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    username: Option<String>,
    password: Option<SecretValue>,
    client_certificate: Option<serde::de::IgnoredAny>,
    client_certificate_data: Option<serde::de::IgnoredAny>,
    exec: Option<ExecEntry>,
    auth_provider: Option<serde::de::IgnoredAny>,
    #[serde(rename = "as")]
    impersonate: Option<String>,
}

#[derive(Deserialize)]
struct ExecEntry {
    command: Option<String>,
}

/// Reads the cluster of a context.
pub(crate) fn read(text: &str, context: Option<&str>, dir: &Path) -> Result<Cluster, ClusterError> {
    if text.len() > MAX_BYTES {
        return Err(ClusterError::Unreadable(format!("it is longer than {MAX_BYTES} bytes")));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let config: Kubeconfig =
        serde_yaml::from_str(text).map_err(|e| ClusterError::Unreadable(e.to_string()))?;
    let (name, context) = config.context(context)?;
    let missing = |what, missing: &str| ClusterError::Missing {
        context: name.to_owned(),
        what,
        name: missing.to_owned(),
    };
    let clusters = config.clusters.as_deref().unwrap_or_default();
    let cluster = clusters.iter().find(|cluster| cluster.name == context.cluster);
    let cluster = &cluster.ok_or_else(|| missing("cluster", &context.cluster))?.cluster;
    let login = match context.user.as_deref().filter(|user| !user.is_empty()) {
        None => ClusterLogin::Anonymous,
        Some(user) => {
            let users = config.users.as_deref().unwrap_or_default();
            let found = users.iter().find(|entry| entry.name == user);
            let found = found.ok_or_else(|| missing("user", user))?;
            found.user.as_ref().map_or(Ok(ClusterLogin::Anonymous), |entry| entry.login(user, dir))?
        }
    };
    cluster.check_reachable(&context.cluster)?;
    Cluster::new(&cluster.server, cluster.trust(&context.cluster, dir)?, login)
}

impl Kubeconfig {
    /// The context of a name, or the current one.
    fn context(&self, name: Option<&str>) -> Result<(&str, &ContextEntry), ClusterError> {
        let name = name.or(self.current_context.as_deref()).unwrap_or_default();
        let contexts = self.contexts.as_deref().unwrap_or_default();
        let found = contexts.iter().find(|context| context.name == name);
        found.map(|found| (found.name.as_str(), &found.context)).ok_or_else(|| {
            let names: Vec<&str> = contexts.iter().map(|context| context.name.as_str()).collect();
            let there = if names.is_empty() { "none at all".to_owned() } else { names.join(", ") };
            ClusterError::NoContext { name: name.to_owned(), there }
        })
    }
}

impl ClusterEntry {
    fn check_reachable(&self, name: &str) -> Result<(), ClusterError> {
        let unsupported = |what: &str, instead: &str| ClusterError::Unsupported {
            what: format!("{what} of the cluster {name:?}"),
            instead: instead.to_owned(),
        };
        if self.proxy_url.as_deref().is_some_and(|url| !url.is_empty()) {
            return Err(unsupported("the proxy-url", "name a server that can be reached directly"));
        }
        if self.tls_server_name.as_deref().is_some_and(|name| !name.is_empty()) {
            return Err(unsupported(
                "the tls-server-name",
                "name the server by a name that its certificate has",
            ));
        }
        Ok(())
    }

    fn trust(&self, name: &str, dir: &Path) -> Result<Trust, ClusterError> {
        let data = self.certificate_authority_data.as_deref().filter(|data| !data.is_empty());
        let file = self.certificate_authority.as_deref().filter(|file| !file.is_empty());
        if self.insecure_skip_tls_verify == Some(true) {
            return match (data, file) {
                (None, None) => Ok(Trust::Unchecked),
                _ => Err(ClusterError::Invalid(format!(
                    "the cluster {name:?} names a certificate authority and sets insecure-skip-tls-verify; remove one of them"
                ))),
            };
        }
        let place = format!("certificate-authority-data of the cluster {name:?}");
        match (data, file) {
            (Some(data), _) => {
                let compact: String = data.split_ascii_whitespace().collect();
                let pem = base64::engine::general_purpose::STANDARD.decode(compact);
                let pem = pem.map_err(|_| ClusterError::Invalid(format!("{place} is not base64")))?;
                check_certificates(pem, &place).map(Trust::Only)
            }
            (None, Some(file)) => read_certificates(&dir.join(file)).map(Trust::Only),
            (None, None) => Ok(Trust::System),
        }
    }
}

impl UserEntry {
    /// How this user logs in. As with kubectl, a file of a token comes before a token, and both before a password.
    fn login(&self, user: &str, dir: &Path) -> Result<ClusterLogin, ClusterError> {
        if self.impersonate.as_deref().is_some_and(|other| !other.is_empty()) {
            return Err(unsupported(format!("impersonation (as) by the user {user:?}"), user));
        }
        if let Some(file) = self.token_file.as_deref().filter(|file| !file.is_empty()) {
            return Ok(ClusterLogin::TokenFile(dir.join(file)));
        }
        if let Some(token) = self.token.as_ref().filter(|token| !token.expose().is_empty()) {
            return Ok(ClusterLogin::Token(token.clone()));
        }
        if let (Some(username), Some(password)) = (&self.username, &self.password) {
            return Ok(ClusterLogin::Password { username: username.clone(), password: password.clone() });
        }
        if let Some(exec) = &self.exec {
            let program = exec.command.as_deref().unwrap_or_default();
            return Err(unsupported(format!("the login program {program:?} of the user {user:?}"), user));
        }
        if self.client_certificate.is_some() || self.client_certificate_data.is_some() {
            return Err(unsupported(format!("the client certificate of the user {user:?}"), user));
        }
        if self.auth_provider.is_some() {
            return Err(unsupported(format!("the auth-provider of the user {user:?}"), user));
        }
        Ok(ClusterLogin::Anonymous)
    }
}

fn unsupported(what: String, user: &str) -> ClusterError {
    ClusterError::Unsupported {
        what,
        instead: format!(
            "give {user:?} a token or a tokenFile, such as one of a service account: kubectl create token NAME --duration 24h"
        ),
    }
}

#[cfg(test)]
mod tests;
