//! One request to the API: the login goes along, and a request that takes too long is given up.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use url::Url;
use windlass_egress::{Inbound, Outbound, OutboundBody, Redirects};
use windlass_model::call::CallError;

use crate::client::ClusterObjects;
use crate::cluster::{ClusterLogin, Trust};
use crate::refusal::{Wanted, refusal};

/// How long a request may take that is no watch.
pub(crate) const REQUEST_TIME: Duration = Duration::from_secs(60);

/// A token is at most this long.
const MAX_TOKEN: u64 = 64 << 10;

/// One request.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The body of a PATCH.
    pub(crate) merge_patch: Option<&'a Value>,
    /// How long it may take.
    pub(crate) time: Duration,
    pub(crate) wanted: Wanted<'a>,
}

impl<'a> Ask<'a> {
    /// Asks for what is at a URL.
    pub(crate) fn get(url: Url, wanted: Wanted<'a>) -> Self {
        Self { method: Method::GET, url, merge_patch: None, time: REQUEST_TIME, wanted }
    }
}

impl ClusterObjects {
    /// Sends a request; its answer is a good one.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Result<Inbound, CallError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(authorization) = self.authorization().await? {
            headers.insert(header::AUTHORIZATION, authorization);
        }
        let mut body = OutboundBody::None;
        if let Some(patch) = ask.merge_patch {
            let patch_type = HeaderValue::from_static("application/merge-patch+json");
            headers.insert(header::CONTENT_TYPE, patch_type);
            body = OutboundBody::Bytes(patch.to_string().into());
        }
        let request = Outbound {
            headers,
            body,
            // An API does not redirect; who does is another that shall not see the login.
            redirects: Redirects::Return,
            deadline: Some(self.clock.now().plus(ask.time)),
            insecure_skip_tls_verify: self.cluster.trust == Trust::Unchecked,
            ..Outbound::new(ask.method, ask.url)
        };
        let response = self.egress.send(&self.scope, request).await?;
        if response.status.is_success() { Ok(response) } else { Err(refusal(response, ask.wanted).await) }
    }

    /// Sends a request and reads the document that is its answer, `most` bytes at most.
    pub(crate) async fn ask_document(&self, ask: Ask<'_>, most: u64) -> Result<Value, CallError> {
        let what = ask.wanted.what;
        let body = self.ask(ask).await?.bytes(most).await?;
        serde_json::from_slice(&body).map_err(|e| {
            CallError::unavailable("cluster-unavailable", format!("{what}: the answer is not JSON: {e}"))
        })
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, CallError> {
        let text = match &self.cluster.login {
            ClusterLogin::Anonymous => return Ok(None),
            ClusterLogin::Token(token) => format!("Bearer {}", token.expose()),
            ClusterLogin::TokenFile(path) => format!("Bearer {}", read_token(path).await?),
            ClusterLogin::Password { username, password } => {
                let pair = format!("{username}:{}", password.expose());
                format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
            }
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            CallError::denied(
                "cluster-login-refused",
                "the cluster's token has characters that no header may have; get a new one",
            )
        })?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// The token that a file has now: the cluster renews such tokens in place.
async fn read_token(path: &Path) -> Result<String, CallError> {
    let failed = |why: String| {
        CallError::unavailable(
            "cluster-token-unreadable",
            format!("the cluster's token {}: {why}", path.display()),
        )
    };
    let file = tokio::fs::File::open(path).await.map_err(|e| failed(e.to_string()))?;
    let mut token = String::new();
    file.take(MAX_TOKEN).read_to_string(&mut token).await.map_err(|e| failed(e.to_string()))?;
    let token = token.trim();
    if token.is_empty() { Err(failed("the file is empty".to_owned())) } else { Ok(token.to_owned()) }
}
