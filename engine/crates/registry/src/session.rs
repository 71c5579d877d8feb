//! Asking one registry about one repository: authorization is found out when it is asked for, pauses are made when they
//! are asked for, and redirects are followed without taking credentials along.

use std::time::Duration;

use base64::Engine as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use url::Url;
use windlass_egress::{Egress, Inbound, Outbound, Redirects, is_loopback_url};
use windlass_model::call::CallError;
use windlass_model::digest::Digest;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credential;
use windlass_ports::git::NetworkScope;
use windlass_ports::images::RegistryError;

use crate::answer::{refusal, unreachable};
use crate::challenge::{self, Challenge};
use crate::client::RegistryClient;
use crate::pace::Pace;
use crate::reference::Repository;
use crate::retry::{self, Next};
use crate::token::{Authorization, TokenKey};

/// Redirects are followed so far.
const MAX_REDIRECTS: u32 = 5;

/// How long a registry may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// How requests go out.
pub(crate) struct Wire<'a> {
    pub(crate) egress: &'a Egress,
    pub(crate) clock: &'a dyn Clock,
    /// How often a registry may be asked.
    pub(crate) pace: Option<&'a Pace>,
    pub(crate) scope: &'a NetworkScope,
    pub(crate) credential: Option<&'a Credential>,
    pub(crate) insecure: bool,
}

/// One repository of one registry.
pub(crate) struct Session<'a> {
    pub(crate) wire: Wire<'a>,
    pub(crate) client: &'a RegistryClient,
    pub(crate) repository: Repository,
    scheme: &'static str,
}

impl Wire<'_> {
    /// Tells credentials apart without telling them.
    pub(crate) fn credential_digest(&self) -> Digest {
        let credential = match self.credential {
            Some(c) => [c.source.as_str(), c.username.expose(), c.password.expose()],
            None => ["", "", ""],
        };
        Digest::of_parts(&credential.map(str::as_bytes))
    }

    /// Sends one request.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        headers: HeaderMap,
    ) -> Result<Inbound, CallError> {
        let starts_at_home = is_loopback_url(&url);
        let check = move |hop: &Url, _: &Method| {
            let is_private = hop.scheme() == "https" || (starts_at_home && is_loopback_url(hop));
            if is_private { Ok(()) } else { Err(unencrypted(hop)) }
        };
        let request = Outbound {
            headers,
            redirects: Redirects::Follow(MAX_REDIRECTS, &check),
            insecure_skip_tls_verify: self.insecure,
            patience: Some(PATIENCE),
            ..Outbound::new(method, url)
        };
        self.egress.send(self.scope, request).await
    }

    /// Sends one request, and again after a pause if the registry asks for that; `what` is asked for.
    pub(crate) async fn send_patiently(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        what: &str,
    ) -> Result<Inbound, RegistryError> {
        let mut retries = 0;
        loop {
            let turn = self.pace.map(|pace| pace.turn(&url.origin().ascii_serialization(), self.clock.now()));
            if let Some(pause) = turn.filter(|pause| !pause.is_zero()) {
                self.pause(pause).await?;
            }
            let response = self.send(method.clone(), url.clone(), headers.clone()).await;
            let response = response.map_err(|error| unreachable(&error))?;
            let now = self.clock.now();
            let pause = match retry::next(response.status, &response.headers, retries, now) {
                Next::Take => return Ok(response),
                Next::Wait(pause) if now.plus(pause) < self.scope.deadline => pause,
                Next::Wait(pause) => return Err(too_long(what, response.status, pause.as_secs())),
                Next::TooLong(seconds) => return Err(too_long(what, response.status, seconds)),
            };
            retries += 1;
            self.pause(pause).await?;
        }
    }

    async fn pause(&self, pause: Duration) -> Result<(), RegistryError> {
        tokio::select! {
            biased;
            () = self.scope.cancel.cancelled() => Err(unreachable(&CallError::cancelled())),
            () = self.clock.sleep(pause) => Ok(()),
        }
    }
}

impl<'a> Session<'a> {
    /// Prepares for asking about a repository.
    pub(crate) async fn open(
        client: &'a RegistryClient,
        wire: Wire<'a>,
        repository: Repository,
    ) -> Result<Self, RegistryError> {
        let scheme = client.schemes.of(&wire, &repository).await?;
        Ok(Self { wire, client, repository, scheme })
    }

    /// A URL of the repository: `target` follows its path.
    pub(crate) fn url(&self, target: &str) -> Result<Url, RegistryError> {
        self.repository.url(self.scheme, &format!("{}/{target}", self.repository.path))
    }

    /// Sends a request to the registry with what authorization it asks for; `what` is asked for.
    pub(crate) async fn ask(
        &self,
        method: Method,
        url: &Url,
        accept: &str,
        what: &str,
    ) -> Result<Inbound, RegistryError> {
        let key = self.token_key(url);
        let mut headers = HeaderMap::new();
        if let Ok(accept) = HeaderValue::try_from(accept) {
            headers.insert(header::ACCEPT, accept);
        }
        if let Some(known) = self.client.tokens.get(&key, self.wire.clock.now()) {
            headers.insert(header::AUTHORIZATION, known);
        }
        let response = self.wire.send_patiently(&method, url, &headers, what).await?;
        if response.status != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.client.tokens.forget(&key);
        let Some(authorization) = self.authorize(&response.headers).await? else {
            return Err(refusal(response, what).await);
        };
        headers.insert(header::AUTHORIZATION, authorization.value.clone());
        let response = self.wire.send_patiently(&method, url, &headers, what).await?;
        if response.status != StatusCode::UNAUTHORIZED {
            self.client.tokens.keep(key, authorization);
        }
        Ok(response)
    }

    /// Meets the challenge of an answer; none if that cannot be done.
    async fn authorize(&self, headers: &HeaderMap) -> Result<Option<Authorization>, RegistryError> {
        let texts = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        match challenge::best(texts) {
            Some(Challenge::Bearer { realm, service, scope }) => {
                self.fetch_token(&realm, service.as_deref(), scope.as_deref()).await.map(Some)
            }
            Some(Challenge::Basic) => {
                Ok(self.wire.credential.map(|credential| Authorization::of_password(basic(credential))))
            }
            None => Ok(None),
        }
    }

    fn token_key(&self, url: &Url) -> TokenKey {
        TokenKey {
            tenant: self.wire.scope.tenant.clone(),
            origin: url.origin().ascii_serialization(),
            repository: self.repository.path.clone(),
            credential: self.wire.credential_digest(),
            insecure: self.wire.insecure,
        }
    }
}

/// A user and a password as a header's value.
pub(crate) fn basic(credential: &Credential) -> HeaderValue {
    let pair = format!("{}:{}", credential.username.expose(), credential.password.expose());
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    // Base64 has no character that a header may not have.
    let mut value =
        HeaderValue::try_from(format!("Basic {encoded}")).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

fn unencrypted(hop: &Url) -> CallError {
    CallError::denied(
        "registry-unencrypted",
        format!("the registry redirects to {}, which is not encrypted", hop.origin().ascii_serialization()),
    )
}

fn too_long(what: &str, status: StatusCode, seconds: u64) -> RegistryError {
    RegistryError::Unavailable(format!(
        "{what}: the registry answered with status {status} and asks to come back in {seconds} seconds, which is too \
         long to wait for now"
    ))
}
