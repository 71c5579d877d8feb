//! HTTP.

mod query;
mod url;

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::Error;
pub use crate::bindings::windlass::step::http::{Body, Effect, Request, Response};
use crate::context::Context;
use crate::host::Host as _;

pub use query::with_query;
pub use url::{NotAUrl, check_url};

/// The largest body of a response that comes in memory, in bytes (2 MiB).
pub const MAX_BODY_BYTES: u64 = 2 << 20;

impl Request {
    /// A request with GET that changes nothing.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url, Effect::Read)
    }

    /// A request with any method. `effect` says whether it changes something.
    #[must_use]
    pub fn new(method: impl Into<String>, url: impl Into<String>, effect: Effect) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Body::None,
            effect,
            options: "{}".to_owned(),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with a body, 2 MiB at most.
    #[must_use]
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Bytes(bytes.into());
        self
    }

    /// The same, to be answered within `timeout`, from the first byte that is sent to the last that comes.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.option("timeoutMs", u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1))
    }

    /// The same; a longer body of the response is an error of the kind `limit`.
    #[must_use]
    pub fn max_bytes(self, bytes: u64) -> Self {
        self.option("maxBytes", bytes)
    }

    /// The same with a key by which the other side knows a request that it has seen, in the header `Idempotency-Key`. Such
    /// a write is sent again after a crash.
    #[must_use]
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        self.option("idempotencyKey", key.into())
    }

    /// The same without a check of the server's certificate.
    #[must_use]
    pub fn insecure_skip_tls_verify(self) -> Self {
        self.option("insecureSkipTLSVerify", true)
    }

    /// The same through a proxy.
    #[must_use]
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.option("proxy", url.into())
    }

    /// The same with the options of the contract, such as `timeoutMs` and `idempotencyKey`.
    #[must_use]
    pub fn option(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        let mut options: serde_json::Value =
            serde_json::from_str(&self.options).unwrap_or_else(|_| json!({}));
        options[name] = value.into();
        self.options = options.to_string();
        self
    }
}

impl Context {
    /// The request with the content of a file as its body; see [`Context::resolve`].
    #[must_use]
    pub fn with_body_of(&self, mut request: Request, file: &Path) -> Request {
        request.body = Body::File(self.relative(file));
        request
    }

    /// The request, the body of whose response goes to a file, whatever is there, and does not come in memory. It must be a
    /// read. No file is left by a body that breaks off.
    #[must_use]
    pub fn saved_to(&self, request: Request, file: &Path) -> Request {
        request.option("saveTo", self.relative(file))
    }

    /// Sends a request and waits for the whole response. Every status is a response.
    ///
    /// # Errors
    /// If no grant allows it, or nothing came back.
    pub fn send(&self, request: &Request) -> Result<Response, Error> {
        self.host.send(request)
    }
}
