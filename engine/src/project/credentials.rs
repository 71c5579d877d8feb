//! The credentials of repositories, by Kargo's rules (`kargo.md` section 7): Secrets with the label `cred-type`, the
//! project's own before the shared ones, by name, and the first that matches wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use windlass_egress::is_loopback_url;
use windlass_login::{AwsKey, EcrRegistry, GithubApp, Logins, Reach, Token, is_google_registry};
use windlass_model::freight::address::{is_ssh, normalize_chart, normalize_git, normalize_image};
use windlass_model::grant::without_user_info;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::{Credential, Credentials, GitCredential, SshKey};
use windlass_ports::sessions::Policy;
use windlass_versions::GoRegex;

use windlass_control::project::{Projects, SHARED_NAMESPACE};

use crate::wiring::addresses;

/// On a Secret with the key of a GitHub App: which projects may have tokens for which repositories, JSON of lists of names.
const GITHUB_SCOPES: &str = "kargo.akuity.io/github-token-scopes";

/// What kind of repository a Secret is for, by the label `kargo.akuity.io/cred-type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CredentialType {
    Git,
    Image,
    Helm,
}

impl CredentialType {
    fn label(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Image => "image",
            Self::Helm => "helm",
        }
    }

    fn normalize(self, url: &str) -> String {
        match self {
            Self::Git => normalize_git(url),
            Self::Image => normalize_image(url),
            Self::Helm => normalize_chart(url),
        }
    }
}

/// The Secret that applies to a repository.
struct Applies {
    /// `namespace/name`.
    source: String,
    values: BTreeMap<String, SecretValue>,
    /// What the Secret says of the projects that may use its GitHub App.
    scopes: Option<String>,
}

/// Credentials from the Secrets of projects.
pub(crate) struct SecretCredentials {
    projects: Arc<dyn Projects>,
    logins: Logins,
    /// What projects without a grant document allow.
    policy: Policy,
    allow_over_http: bool,
}

impl SecretCredentials {
    /// Those of some projects. `allow_over_http` sends them unencrypted to other machines as well.
    pub(crate) fn new(
        projects: Arc<dyn Projects>,
        logins: Logins,
        policy: Policy,
        allow_over_http: bool,
    ) -> Self {
        Self { projects, logins, policy, allow_over_http }
    }

    /// What of the network a project may reach.
    fn reach(&self, project: &ProjectName) -> Reach {
        let policy = self.projects.find_project(project).map(|project| project.policy(self.policy.clone()));
        match policy {
            Some(Policy::Kargo) => Reach::default(),
            Some(Policy::Closed(grants)) => Reach { public_only: true, granted: addresses(&grants) },
            None => Reach { public_only: true, granted: Vec::new() },
        }
    }
}

impl SecretCredentials {
    /// The first that fits: the project's own come before the shared ones.
    fn find(&self, project: &ProjectName, of: CredentialType, url: &str) -> Result<Option<Applies>, String> {
        let Some(found) = self.projects.find_project(project) else { return Ok(None) };
        let own = found.secrets.iter().map(|named| (project.as_str(), named));
        let shared = found.shared_secrets.iter().map(|named| (SHARED_NAMESPACE, named));
        for (namespace, (name, secret)) in own.chain(shared) {
            if secret.credential_type() != Some(of.label()) {
                continue;
            }
            let source = format!("{namespace}/{name}");
            let values = secret.values().map_err(|e| format!("Secret {source}: {e}"))?;
            let value = |key: &str| values.get(key).map(SecretValue::expose).unwrap_or_default();
            if matches(of, value("repoURL"), value("repoURLIsRegex") == "true", url) {
                let scopes = secret.metadata.annotations.get(GITHUB_SCOPES).cloned();
                return Ok(Some(Applies { source, values, scopes }));
            }
        }
        Ok(None)
    }

    /// User and password, unless they would be seen by others.
    fn password(&self, secret: &Applies, url: &str) -> Result<Option<Credential>, String> {
        let credential = secret.password();
        let plain = url::Url::parse(url).is_ok_and(|url| url.scheme() == "http" && !is_loopback_url(&url));
        if credential.is_some() && plain && !self.allow_over_http {
            return Err(over_http(&secret.source, url));
        }
        Ok(credential)
    }
}

impl SecretCredentials {
    /// A token of the GitHub App whose key a Secret holds.
    async fn github(
        &self,
        project: &ProjectName,
        secret: &Applies,
        url: &str,
    ) -> Result<Option<Credential>, String> {
        let Some(app) = secret.github_app() else { return Ok(None) };
        let Some(parsed) = url::Url::parse(url).ok().filter(|url| url.scheme().starts_with("http")) else {
            return Ok(None);
        };
        if parsed.scheme() == "http" && !is_loopback_url(&parsed) && !self.allow_over_http {
            return Err(over_http(&secret.source, url));
        }
        secret.check_scope(project, &parsed)?;
        let token = self.logins.github_app(&app, &parsed, self.reach(project)).await;
        token.map(|token| Some(secret.of_token(token))).map_err(|e| secret.failed(&e))
    }

    /// A password or token for a registry.
    async fn registry(&self, secret: Applies, url: &str) -> Result<Option<Credential>, String> {
        if let Some(credential) = self.password(&secret, url)? {
            return Ok(Some(credential));
        }
        let token = match (secret.aws_key(), EcrRegistry::of(url), secret.value("gcpServiceAccountKey")) {
            (Some(key), Some(registry), _) => self.logins.ecr(&key, &registry).await,
            (_, _, Some(key)) if is_google_registry(url) => self.logins.google(&key).await,
            _ => return Ok(None),
        };
        token.map(|token| Some(secret.of_token(token))).map_err(|e| secret.failed(&e))
    }
}

#[async_trait]
impl Credentials for SecretCredentials {
    async fn find_git(&self, project: &ProjectName, url: &str) -> Result<Option<GitCredential>, String> {
        let Some(secret) = self.find(project, CredentialType::Git, url)? else { return Ok(None) };
        let password = self.password(&secret, url)?.map(GitCredential::Password);
        let key = secret.key().map(GitCredential::Key);
        // A Secret that has both has one for each protocol.
        let found = if is_ssh(url) { key.or(password) } else { password.or(key) };
        match found {
            // Without anything to log in with, nobody does.
            None => Ok(self.github(project, &secret, url).await?.map(GitCredential::Password)),
            found => Ok(found),
        }
    }

    async fn find_image(&self, project: &ProjectName, url: &str) -> Result<Option<Credential>, String> {
        let Some(secret) = self.find(project, CredentialType::Image, url)? else { return Ok(None) };
        self.registry(secret, url).await
    }

    async fn find_chart(&self, project: &ProjectName, url: &str) -> Result<Option<Credential>, String> {
        let Some(secret) = self.find(project, CredentialType::Helm, url)? else { return Ok(None) };
        self.registry(secret, url).await
    }
}

impl Applies {
    fn value(&self, key: &str) -> Option<SecretValue> {
        self.values.get(key).filter(|value| !value.expose().is_empty()).cloned()
    }

    fn password(&self) -> Option<Credential> {
        let (username, password) = (self.value("username")?, self.value("password")?);
        Some(Credential { source: self.source.clone(), username, password })
    }

    fn key(&self) -> Option<SshKey> {
        Some(SshKey {
            source: self.source.clone(),
            username: self.value("username"),
            private_key: self.value("sshPrivateKey")?,
            known_hosts: self.value("sshKnownHosts").map(|hosts| hosts.expose().to_owned()),
        })
    }

    fn github_app(&self) -> Option<GithubApp> {
        Some(GithubApp {
            id: self.value("githubAppClientID").or_else(|| self.value("githubAppID"))?.expose().to_owned(),
            installation: self.value("githubAppInstallationID")?.expose().to_owned(),
            private_key: self.value("githubAppPrivateKey")?,
        })
    }

    fn aws_key(&self) -> Option<AwsKey> {
        Some(AwsKey {
            region: self.value("awsRegion")?.expose().to_owned(),
            id: self.value("awsAccessKeyID")?.expose().to_owned(),
            secret: self.value("awsSecretAccessKey")?,
        })
    }

    /// Whether the Secret lets a project have a token for a repository. A list that cannot be read lets nobody.
    fn check_scope(&self, project: &ProjectName, url: &url::Url) -> Result<(), String> {
        let Some(scopes) = &self.scopes else { return Ok(()) };
        let name =
            url.path().trim_end_matches('/').trim_end_matches(".git").rsplit('/').next().unwrap_or_default();
        let scopes: BTreeMap<String, Vec<String>> = serde_json::from_str(scopes).unwrap_or_default();
        if scopes.get(project.as_str()).is_some_and(|names| names.iter().any(|own| own == name)) {
            return Ok(());
        }
        Err(format!(
            "Secret {} does not let project {project} have tokens for {name}: add it to the annotation {GITHUB_SCOPES}",
            self.source
        ))
    }

    fn of_token(&self, token: Token) -> Credential {
        let Token { username, token } = token;
        Credential { source: self.source.clone(), username: SecretValue::new(username), password: token }
    }

    fn failed(&self, why: &str) -> String {
        format!("Secret {}: {why}", self.source)
    }
}

fn matches(of: CredentialType, pattern: &str, is_regex: bool, url: &str) -> bool {
    if is_regex {
        // An expression that cannot be read matches nothing, as in Kargo.
        return GoRegex::parse(pattern)
            .is_ok_and(|regex| regex.is_match(url) || regex.is_match(&of.normalize(url)));
    }
    !pattern.is_empty() && of.normalize(pattern) == of.normalize(url)
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
    use windlass_model::manifest::secret::Secret;

    use windlass_control::project::ProjectCell;

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

    /// Nothing of these tests asks a service.
    fn logins() -> Logins {
        let clock: Arc<dyn windlass_ports::clock::Clock> = Arc::new(crate::system_clock::SystemClock);
        let egress =
            windlass_egress::Egress::new(windlass_egress::EgressConfig::default(), Arc::clone(&clock));
        let network = Box::new(|_| panic!("no service is asked"));
        Logins::new(Arc::new(egress), clock, network, windlass_login::Endpoints::default())
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
        let project = crate::project::pick(manifests, None).unwrap();
        let name = project.name.clone();
        let cell = Arc::new(ProjectCell::new(Arc::new(project)));
        let credentials = SecretCredentials::new(cell, logins(), Policy::Kargo, over_http);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(credentials.find_git(&name, url))?;
        Ok(found.map(|credential| match credential {
            GitCredential::Password(credential) => credential.source,
            GitCredential::Key(key) => format!("key of {}", key.source),
        }))
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

    #[test]
    fn a_key_is_for_ssh_in_either_form() {
        let key = ("sshPrivateKey", "-----BEGIN");
        let both = [LOGIN.as_slice(), &[key]].concat();
        let with = |url, data: &[(&'static str, &'static str)]| {
            vec![secret("a", "p", "git", &[&[("repoURL", url)], data].concat())]
        };
        for (pattern, data, url, expected) in [
            ("git@H:acme/app.git", &[key][..], "ssh://git@h/acme/app", Some("key of p/a")),
            ("ssh://git@h/acme/app.git", &[key], "git@h:acme/app", Some("key of p/a")),
            ("ssh://git@h/acme/app", &both, "git@h:acme/app", Some("key of p/a")),
            ("https://h/acme/app", &both, "https://h/acme/app", Some("p/a")),
            // What does not fit the protocol is found nevertheless, to be told.
            ("git@h:acme/app", &LOGIN, "git@h:acme/app", Some("p/a")),
            ("https://h/acme/app", &[key], "https://h/acme/app", Some("key of p/a")),
            ("ssh://h/acme/app", &[key], "git@h:acme/app", None),
            ("https://h/acme/app", &[key], "git@h:acme/app", None),
        ] {
            assert_eq!(found(with(pattern, data), false, url).as_deref(), expected, "{pattern} {url}");
        }
    }

    #[test]
    fn an_app_is_for_the_repositories_that_its_secret_lets_a_project_have() {
        let app =
            [("repoURL", "https://h/acme/app"), ("githubAppClientID", "i"), ("githubAppInstallationID", "7")];
        let data = [app.as_slice(), &[("githubAppPrivateKey", "x")]].concat();
        let with = |scopes: Option<&str>| {
            let (name, mut secret) = secret("a", "p", "git", &data);
            let scopes = scopes.map(|scopes| (GITHUB_SCOPES.to_owned(), scopes.to_owned()));
            secret.metadata.annotations.extend(scopes);
            find(vec![(name, secret)], false, "https://h/acme/app").unwrap_err()
        };
        for refused in [r#"{"p": ["other"]}"#, r#"{"other": ["app"]}"#, "{}", "no JSON", r#"{"p": "app"}"#] {
            let error = with(Some(refused));
            assert!(error.starts_with("Secret p/a does not let project p have tokens for app"), "{error}");
        }
        for allowed in [Some(r#"{"p": ["app"]}"#), None] {
            let error = with(allowed);
            assert!(error.starts_with("Secret p/a: githubAppPrivateKey is no private key"), "{error}");
        }
        let half = secret("a", "p", "git", &app);
        assert_eq!(found(vec![half], false, "https://h/acme/app"), None, "without a key nobody logs in");
    }
}
