//! Tokens: had from where the registry says, kept until they expire, one for each tenant, repository and credential.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use url::Url;
use windlass_egress::is_loopback_url;
use windlass_model::digest::Digest;
use windlass_model::ids::TenantId;
use windlass_model::time::Timestamp;
use windlass_ports::images::RegistryError;

use crate::answer::refusal;
use crate::session::{Session, basic};

/// Tokens that are kept; beyond that all are had anew.
const MAX_TOKENS: usize = 10_000;

/// A token endpoint's answer is at most this long.
const MAX_ANSWER: u64 = 1 << 20;

/// How long a token is good if nobody says so, by the specification.
const DEFAULT_SECONDS: u64 = 60;

/// For what an authorization is good. Everything asks for the one action `pull`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) tenant: TenantId,
    pub(crate) origin: String,
    pub(crate) repository: String,
    /// Of source, user and password, so that a changed password is another credential.
    pub(crate) credential: Digest,
    /// What was had over a connection that nobody checked is not used on one that is, nor the other way round.
    pub(crate) insecure: bool,
}

/// What is sent as `Authorization`.
#[derive(Clone)]
pub(crate) struct Authorization {
    pub(crate) value: HeaderValue,
    expires: Timestamp,
}

impl Authorization {
    /// A user and a password, good until the registry says otherwise.
    pub(crate) fn of_password(value: HeaderValue) -> Self {
        Self { value, expires: Timestamp::from_micros(i64::MAX) }
    }
}

/// The authorizations that were good last.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<HashMap<TokenKey, Authorization>>);

impl TokenCache {
    pub(crate) fn get(&self, key: &TokenKey, now: Timestamp) -> Option<HeaderValue> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|kept| kept.expires > now).map(|kept| kept.value.clone())
    }

    pub(crate) fn keep(&self, key: TokenKey, authorization: Authorization) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_TOKENS {
            kept.clear();
        }
        kept.insert(key, authorization);
    }

    pub(crate) fn forget(&self, key: &TokenKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// A token endpoint's answer.
#[derive(Deserialize)]
struct Given {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Session<'_> {
    /// Has a token from where the registry says.
    pub(crate) async fn fetch_token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Authorization, RegistryError> {
        let url = self.token_url(realm, service, scope)?;
        let mut headers = HeaderMap::new();
        if let Some(credential) = self.wire.credential {
            headers.insert(header::AUTHORIZATION, basic(credential));
        }
        let now = self.wire.clock.now();
        let response = self.wire.send_patiently(&Method::GET, &url, &headers, &self.repository.name).await?;
        if !response.status.is_success() {
            return Err(refusal(response, &self.repository.name).await);
        }
        let unusable = |why: &str| {
            RegistryError::Unavailable(format!(
                "{}: the registry's token endpoint {} gives no token that can be used: {why}",
                self.repository,
                url.origin().ascii_serialization()
            ))
        };
        let body = response.bytes(MAX_ANSWER).await.map_err(|e| unusable(&e.message))?;
        let given: Given = serde_json::from_slice(&body).map_err(|e| unusable(&e.to_string()))?;
        let token = given.token.or(given.access_token).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| unusable("it has none"))?;
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| unusable("it has characters that no header may have"))?;
        value.set_sensitive(true);
        let seconds = given.expires_in.unwrap_or(DEFAULT_SECONDS);
        // A tenth early, so that it does not expire on its way.
        let good_for = Duration::from_secs(seconds).saturating_sub(Duration::from_secs(seconds / 10));
        Ok(Authorization { value, expires: now.plus(good_for) })
    }

    /// Where the token is asked for. A password never goes out unencrypted, except to this machine from this machine.
    fn token_url(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: Option<&str>,
    ) -> Result<Url, RegistryError> {
        let refused = || {
            RegistryError::Unavailable(format!(
                "{}: the registry sends to {realm:?} for a token, where no credentials may be sent; its realm must be \
                 an https:// URL",
                self.repository
            ))
        };
        let mut url = Url::parse(realm).map_err(|_| refused())?;
        let at_home = self.repository.is_loopback() && is_loopback_url(&url);
        if url.scheme() != "https" && !(url.scheme() == "http" && at_home) {
            return Err(refused());
        }
        let default_scope = format!("repository:{}:pull", self.repository.path);
        if let Some(service) = service {
            url.query_pairs_mut().append_pair("service", service);
        }
        url.query_pairs_mut().append_pair("scope", scope.unwrap_or(&default_scope));
        Ok(url)
    }
}
