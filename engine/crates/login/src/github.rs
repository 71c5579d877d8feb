//! GitHub Apps: the key of an app gives tokens for one of its installations, and each token here is for one repository.

use std::time::Duration;

use http::Method;
use serde_json::json;
use url::Url;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;

use crate::cache::Dated;
use crate::jwt::Signer;
use crate::{Logins, Reach, Token};

/// How messages name it.
const WHO: &str = "GitHub";

/// What to be told in the answers.
const ACCEPT: &str = "application/vnd.github+json";

/// GitHub takes claims that end within ten minutes; its clock may be a little behind ours.
const CLAIM: (i64, i64) = (60, 9 * 60);

/// How often a new token is tried, a second apart: it is not known everywhere at once.
const PROBES: u32 = 5;

/// What a Secret says of an app.
#[derive(Clone)]
pub struct GithubApp {
    /// Its client id, or its number.
    pub id: String,
    /// The number of the installation.
    pub installation: String,
    /// Its private key, in PEM or that in base64.
    pub private_key: SecretValue,
}

/// A repository on a server of GitHub's.
struct Repository {
    api: Url,
    name: String,
}

impl Repository {
    fn of(url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        let mut api = if host == "github.com" {
            Url::parse("https://api.github.com/").ok()?
        } else {
            // An enterprise's own.
            let mut api = url.clone();
            api.set_path("/api/v3/");
            api
        };
        api.set_query(None);
        api.set_fragment(None);
        let _ = api.set_username("");
        let _ = api.set_password(None);
        let path = url.path().trim_matches('/').trim_end_matches(".git");
        let (owner, name) = path.split_once('/')?;
        let is_one = !owner.is_empty() && !name.is_empty() && !name.contains('/');
        is_one.then(|| Self { api, name: name.to_owned() })
    }

    fn at(&self, path: &str) -> Result<Url, String> {
        self.api.join(path).map_err(|e| format!("{WHO}: {e}"))
    }
}

impl Logins {
    /// A token of an app for the repository at `url`, which has to be one over HTTP. Its server is asked, so it has to be
    /// within reach of whoever names it.
    ///
    /// # Errors
    /// A message, if the key is none, the URL names no repository, or GitHub gives no token.
    pub async fn github_app(&self, app: &GithubApp, url: &Url, reach: Reach) -> Result<Token, String> {
        let repository =
            Repository::of(url).ok_or_else(|| format!("{WHO}: {url} is not OWNER/REPOSITORY"))?;
        let is_number = app.installation.bytes().all(|byte| byte.is_ascii_digit());
        if app.installation.is_empty() || !is_number {
            return Err("githubAppInstallationID has to be a number".to_owned());
        }
        let now = self.clock.now();
        let key = [
            "github",
            repository.api.as_str(),
            &repository.name,
            &app.id,
            &app.installation,
            app.private_key.expose(),
        ];
        let token = self.cache.get(&key, now, self.new_github_token(app, &repository, now, reach)).await?;
        Ok(Token { username: "kargo", token })
    }

    async fn new_github_token(
        &self,
        app: &GithubApp,
        repository: &Repository,
        now: Timestamp,
        reach: Reach,
    ) -> Result<Dated, String> {
        let signer = Signer::of_pem(&app.private_key)
            .ok_or("githubAppPrivateKey is no private key for RSA, in PEM or base64 of that")?;
        let seconds = now.as_seconds();
        let claims = json!({ "iss": app.id, "iat": seconds - CLAIM.0, "exp": seconds + CLAIM.1 });
        let claims = signer.sign(&claims).ok_or("githubAppPrivateKey cannot sign")?;
        let url = repository.at(&format!("app/installations/{}/access_tokens", app.installation))?;
        let bearer = format!("Bearer {claims}");
        let headers = [("accept", ACCEPT), ("authorization", &bearer), ("content-type", "application/json")];
        let body = json!({ "repositories": [repository.name] }).to_string();
        let said = self.ask(WHO, reach.clone(), Method::POST, url, &headers, body).await?;
        let (Some(token), 201) = (said.text("/token"), said.status) else {
            return Err(said.refusal(WHO, &format!("give a token for {}", repository.name)));
        };
        let until = said.text("/expires_at").and_then(|at| at.parse().ok());
        let until = until.unwrap_or_else(|| now.plus(Duration::from_mins(30)));
        let token = SecretValue::new(token);
        self.wait_until_known(repository, &token, &reach).await?;
        Ok(Dated { token, until })
    }

    async fn wait_until_known(
        &self,
        repository: &Repository,
        token: &SecretValue,
        reach: &Reach,
    ) -> Result<(), String> {
        let bearer = format!("Bearer {}", token.expose());
        let headers = [("accept", ACCEPT), ("authorization", bearer.as_str())];
        for _ in 0..PROBES {
            let url = repository.at("installation/repositories?per_page=1")?;
            if self.ask(WHO, reach.clone(), Method::GET, url, &headers, String::new()).await?.status != 401 {
                break;
            }
            self.clock.sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }
}
