//! Google's registries: the key of a service account gives tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde::Deserialize;
use serde_json::json;
use url::Url;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;

use crate::cache::Dated;
use crate::jwt::Signer;
use crate::{Logins, Reach, Token};

const WHO: &str = "Google";

/// Where tokens are made. The key names a place too, which is not asked: keys are told by tenants.
const TOKENS: &str = "https://oauth2.googleapis.com/token";

/// What the token may be used for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The key of a service account, as Google writes it.
#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: String,
}

/// Whether an image or chart is in one of Google's registries: `gcr.io` or `pkg.dev`.
#[must_use]
pub fn is_google_registry(url: &str) -> bool {
    let host =
        url.trim_start_matches("oci://").trim_start_matches("https://").split('/').next().unwrap_or_default();
    host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with("-docker.pkg.dev")
}

impl Logins {
    /// A token of a service account, whose key is JSON in base64.
    ///
    /// # Errors
    /// A message, if the key is none, or Google gives no token.
    pub async fn google(&self, key: &SecretValue) -> Result<Token, String> {
        let now = self.clock.now();
        let token = self.cache.get(&["google", key.expose()], now, self.new_google_token(key, now)).await?;
        Ok(Token { username: "oauth2accesstoken", token })
    }

    async fn new_google_token(&self, key: &SecretValue, now: Timestamp) -> Result<Dated, String> {
        let unfit = "gcpServiceAccountKey is not the key of a service account, JSON in base64";
        let text: String = key.expose().split_whitespace().collect();
        let decoded = STANDARD.decode(text).map_err(|_| unfit)?;
        let account: ServiceAccount = serde_json::from_slice(&decoded).map_err(|_| unfit)?;
        let signer = Signer::of_pem(&SecretValue::new(account.private_key)).ok_or(unfit)?;
        let seconds = now.as_seconds();
        let claims = json!({
            "iss": account.client_email, "scope": SCOPE, "aud": TOKENS, "iat": seconds, "exp": seconds + 3_600,
        });
        let claims = signer.sign(&claims).ok_or(unfit)?;
        let url = match &self.endpoints.google {
            Some(url) => url.clone(),
            None => Url::parse(TOKENS).map_err(|e| e.to_string())?,
        };
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .append_pair("assertion", &claims)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let said = self.ask(WHO, Reach::default(), Method::POST, url, &headers, body).await?;
        let (Some(token), 200) = (said.text("/access_token"), said.status) else {
            return Err(said.refusal(WHO, &format!("give a token to {}", account.client_email)));
        };
        let seconds = said.json["expires_in"].as_u64().unwrap_or(600).min(3_600);
        Ok(Dated { token: SecretValue::new(token), until: now.plus(Duration::from_secs(seconds)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn googles_registries_are_known() {
        for url in [
            "gcr.io/p/app",
            "eu.gcr.io/p/app",
            "europe-docker.pkg.dev/p/r/app",
            "oci://us-docker.pkg.dev/p/r/c",
        ] {
            assert!(is_google_registry(url), "{url}");
        }
        for url in ["notgcr.io/p", "gcr.io.example.com/p", "example.com/gcr.io", "pkg.dev/p"] {
            assert!(!is_google_registry(url), "{url}");
        }
    }
}
