//! The credentials of repositories, by Kargo's rules (`kargo.md` section 7): Secrets with the label `cred-type`, the
//! project's own before the shared ones, by name, and the first that matches wins.

use std::sync::Arc;

use windlass_egress::is_loopback_url;
use windlass_model::freight::address::{normalize_chart, normalize_git, normalize_image};
use windlass_model::grant::without_user_info;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::secret::{Secret, SecretValue};
use windlass_ports::credentials::{Credential, CredentialType, Credentials};
use windlass_versions::GoRegex;

use super::{Project, SHARED_NAMESPACE};

/// Keys of credentials that cannot be used yet.
const NOT_YET: [&str; 5] =
    ["sshPrivateKey", "githubAppPrivateKey", "awsAccessKeyID", "gcpServiceAccountKey", "githubAppID"];

/// Credentials from the Secrets of a project.
pub(crate) struct SecretCredentials {
    project: Arc<Project>,
    allow_over_http: bool,
}

impl SecretCredentials {
    /// Those of a project. `allow_over_http` sends them unencrypted to other machines as well.
    pub(crate) fn new(project: Arc<Project>, allow_over_http: bool) -> Self {
        Self { project, allow_over_http }
    }
}

impl Credentials for SecretCredentials {
    fn find(
        &self,
        project: &ProjectName,
        of: CredentialType,
        url: &str,
    ) -> Result<Option<Credential>, String> {
        if *project != self.project.name {
            return Ok(None);
        }
        let plain = url::Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_loopback_url(&url));
        let own = self.project.secrets.iter().map(|named| (project.as_str(), named));
        let shared = self.project.shared_secrets.iter().map(|named| (SHARED_NAMESPACE, named));
        for (namespace, (name, secret)) in own.chain(shared) {
            if secret.credential_type() != Some(of.label()) {
                continue;
            }
            let source = format!("{namespace}/{name}");
            let values = secret.values().map_err(|e| format!("Secret {source}: {e}"))?;
            let value = |key: &str| values.get(key).map(SecretValue::expose).unwrap_or_default();
            if matches(of, value("repoURL"), value("repoURLIsRegex") == "true", url) {
                let credential = basic(secret, &source)?;
                if credential.is_some() && plain && !self.allow_over_http {
                    return Err(over_http(&source, url));
                }
                return Ok(credential);
            }
        }
        Ok(None)
    }
}

fn matches(of: CredentialType, pattern: &str, is_regex: bool, url: &str) -> bool {
    let normalize = match of {
        CredentialType::Git => normalize_git,
        CredentialType::Image => normalize_image,
        CredentialType::Helm => normalize_chart,
    };
    if is_regex {
        // An expression that cannot be read matches nothing, as in Kargo.
        return GoRegex::parse(pattern)
            .is_ok_and(|regex| regex.is_match(url) || regex.is_match(&normalize(url)));
    }
    !pattern.is_empty() && normalize(pattern) == normalize(url)
}

/// User and password; a Secret without them means that nobody is asked for any.
fn basic(secret: &Secret, source: &str) -> Result<Option<Credential>, String> {
    let values = secret.values().map_err(|e| format!("Secret {source}: {e}"))?;
    let value = |key: &str| values.get(key).filter(|value| !value.expose().is_empty()).cloned();
    match (value("username"), value("password")) {
        (Some(username), Some(password)) => {
            Ok(Some(Credential { source: source.to_owned(), username, password }))
        }
        _ => match NOT_YET.iter().find(|key| values.contains_key(**key)) {
            Some(key) => Err(format!(
                "Secret {source} has {key}, which cannot be used yet; give it username and password (a token will do)"
            )),
            None => Ok(None),
        },
    }
}

fn over_http(source: &str, url: &str) -> String {
    format!(
        "Secret {source} is the credential of {}, which plain HTTP would show to everyone on the way; use the https:// URL, \
         or start with --allow-credentials-over-http",
        without_user_info(url)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifests::{Manifests, NamespacedName};

    fn secret(name: &str, namespace: &str, kind: &str, data: &[(&str, &str)]) -> (NamespacedName, Secret) {
        let data: serde_json::Map<_, _> =
            data.iter().map(|(key, value)| ((*key).to_owned(), serde_json::Value::from(*value))).collect();
        let secret = serde_json::from_value(serde_json::json!({
            "metadata": {"name": name, "labels": {"kargo.akuity.io/cred-type": kind}}, "stringData": data
        }));
        (NamespacedName { namespace: namespace.to_owned(), name: name.to_owned() }, secret.unwrap())
    }

    fn found(secrets: Vec<(NamespacedName, Secret)>, over_http: bool, url: &str) -> Option<String> {
        find(secrets, over_http, url).unwrap()
    }

    fn find(
        secrets: Vec<(NamespacedName, Secret)>,
        over_http: bool,
        url: &str,
    ) -> Result<Option<String>, String> {
        let manifests = Manifests {
            projects: vec!["p".to_owned()],
            secrets: secrets.into_iter().collect(),
            ..Manifests::default()
        };
        let project = Arc::new(Project::pick(manifests, None).unwrap());
        let name = project.name.clone();
        let credentials = SecretCredentials::new(project, over_http);
        let found = credentials.find(&name, CredentialType::Git, url)?;
        Ok(found.map(|credential| credential.source))
    }

    const LOGIN: [(&str, &str); 2] = [("username", "ada"), ("password", "hunter2")];

    fn with_url(url: &'static str) -> Vec<(&'static str, &'static str)> {
        [LOGIN.as_slice(), &[("repoURL", url)]].concat()
    }

    #[test]
    fn the_first_that_matches_wins() {
        let secrets = || {
            vec![
                secret("b", "p", "git", &with_url("https://h/acme/app.git")),
                secret("a", "p", "image", &with_url("https://h/acme/app")),
                secret("a", SHARED_NAMESPACE, "git", &with_url("https://h/acme/other")),
                secret("c", "elsewhere", "git", &with_url("https://h/acme/third")),
            ]
        };
        assert_eq!(found(secrets(), false, "https://H/acme/app").as_deref(), Some("p/b"));
        assert_eq!(
            found(secrets(), false, "https://h/acme/other").as_deref(),
            Some("kargo-shared-resources/a")
        );
        assert_eq!(found(secrets(), false, "https://h/acme/third"), None);
    }

    #[test]
    fn expressions_match_anywhere() {
        let data = [with_url("^https://h/acme/").as_slice(), &[("repoURLIsRegex", "true")]].concat();
        let secrets = || vec![secret("a", "p", "git", &data)];
        assert!(found(secrets(), false, "https://h/acme/app").is_some());
        assert!(found(secrets(), false, "https://h/other/app").is_none());
    }

    #[test]
    fn nothing_goes_over_plain_http_to_others() {
        let secrets = |url| vec![secret("a", "p", "git", &with_url(url))];
        assert_eq!(
            find(secrets("http://h/app"), false, "http://h/app").unwrap_err(),
            "Secret p/a is the credential of http://h/app, which plain HTTP would show to everyone on the way; use the \
             https:// URL, or start with --allow-credentials-over-http"
        );
        assert!(found(secrets("http://h/app"), false, "http://h/other").is_none());
        assert!(found(secrets("http://h/app"), true, "http://h/app").is_some());
        assert!(found(secrets("http://127.0.0.1:8/app"), false, "http://127.0.0.1:8/app").is_some());
    }
}
