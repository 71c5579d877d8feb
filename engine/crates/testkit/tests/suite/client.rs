//! A client for the tests: HTTP through `egress`, Git through the `git` program.

use std::path::Path;
use std::sync::Arc;

use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::process::Command;
use url::Url;
use windlass_egress::{Egress, EgressConfig, Inbound, Outbound, OutboundBody};
use windlass_model::call::CallError;
use windlass_model::time::Timestamp;
use windlass_ports::clock::{Clock, FakeClock};
use windlass_ports::git::NetworkScope;
use windlass_testkit::network::open_scope;

/// The time at which tests begin: 2026-03-01T00:00:00Z.
pub(crate) fn clock() -> Arc<FakeClock> {
    Arc::new(FakeClock::new("2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap()))
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// An HTTP client of one server.
pub(crate) struct Client {
    egress: Egress,
    pub(crate) scope: NetworkScope,
    base: String,
    pub(crate) authorization: Option<String>,
}

impl Client {
    pub(crate) fn new(base: &str, clock: &Arc<FakeClock>) -> Self {
        let egress = Egress::new(EgressConfig::default(), Arc::clone(clock) as Arc<dyn Clock>);
        Self { egress, scope: open_scope(), base: base.to_owned(), authorization: None }
    }

    /// Sends a request whose body is left to be read.
    pub(crate) async fn open(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Inbound, CallError> {
        let mut all = HeaderMap::new();
        let authorization = self.authorization.as_deref().map(|value| ("authorization", value));
        for (name, value) in headers.iter().copied().chain(authorization) {
            all.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        let url =
            if target.starts_with("http") { target.to_owned() } else { format!("{}{target}", self.base) };
        let request = Outbound {
            headers: all,
            body: OutboundBody::Bytes(body.to_vec().into()),
            ..Outbound::new(method, Url::parse(&url).unwrap())
        };
        self.egress.send(&self.scope, request).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, CallError> {
        let response = self.open(method, target, headers, body).await?;
        let (status, headers) = (response.status, response.headers.clone());
        Ok(Answer { status, headers, body: response.bytes(1 << 30).await? })
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, &[], b"").await.unwrap()
    }

    pub(crate) async fn json(&self, method: Method, target: &str, document: &Value) -> Answer {
        let content_type = match method {
            Method::PATCH => "application/merge-patch+json",
            _ => "application/json",
        };
        let body = document.to_string();
        self.send(method, target, &[("content-type", content_type)], body.as_bytes()).await.unwrap()
    }
}

/// What a `git` command of the user's did.
#[derive(Debug)]
pub(crate) struct GitRun {
    pub(crate) ok: bool,
    pub(crate) said: String,
}

/// Runs `git` as a user would, without the configuration of this machine.
pub(crate) async fn git(dir: &Path, arguments: &[&str]) -> GitRun {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.version=2"])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_DATE", "2026-02-03T04:05:06Z")
        .env("GIT_COMMITTER_DATE", "2026-02-03T04:05:06Z")
        .env("LC_ALL", "C")
        .output()
        .await
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    GitRun { ok: output.status.success(), said: String::from_utf8_lossy(&said).trim().to_owned() }
}

/// Runs `git` and expects it to succeed; what it printed.
pub(crate) async fn git_ok(dir: &Path, arguments: &[&str]) -> String {
    let run = git(dir, arguments).await;
    assert!(run.ok, "git {arguments:?}: {}", run.said);
    run.said
}

impl Client {
    /// Sends a request that is given up as soon as `when` holds; why it ended.
    pub(crate) async fn get_cancelled_when(&self, target: &str, when: impl Fn() -> bool) -> CallError {
        let cancel = async {
            while !when() {
                tokio::task::yield_now().await;
            }
            self.scope.cancel.cancel();
        };
        let (ended, ()) = tokio::join!(self.send(Method::GET, target, &[], b""), cancel);
        ended.unwrap_err()
    }
}

impl Client {
    /// The same client, which trusts one more certificate.
    pub(crate) fn trusting(&self, certificate_pem: &str) -> Self {
        let config = EgressConfig { extra_roots: vec![certificate_pem.into()], ..EgressConfig::default() };
        let clock: Arc<dyn Clock> = clock();
        Self {
            egress: Egress::new(config, clock),
            scope: self.scope.clone(),
            base: self.base.clone(),
            authorization: self.authorization.clone(),
        }
    }
}
