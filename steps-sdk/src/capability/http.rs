//! HTTP.

use serde_json::json;

use crate::Error;
pub use crate::bindings::windlass::step::http::{Body, Effect, Request, Response};
use crate::context::Context;
use crate::host::Host as _;

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
    /// Sends a request and waits for the whole response. Every status is a response.
    ///
    /// # Errors
    /// If no grant allows it, or nothing came back.
    pub fn send(&self, request: &Request) -> Result<Response, Error> {
        self.host.send(request)
    }
}
