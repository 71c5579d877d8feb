//! Git's smart HTTP protocol on `egress`.

use std::io::{self, Read, Seek as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tempfile::SpooledTempFile;
use url::Url;
use windlass_egress::{Inbound, Outbound, OutboundBody, Redirects};
use windlass_model::call::CallError;
use windlass_model::freight::address::normalize_git;
use windlass_model::grant::without_user_info;
use windlass_ports::credentials::Credential;

use super::Transfer;
use crate::remote::Remote;

/// A request is kept in memory up to this size, and in a file beyond.
const SPOOL_BYTES: usize = 2 << 20;

/// How long a server may be silent while it is read from: one that packs much says so every few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Redirects of an advertisement that are followed.
const MAX_REDIRECTS: u32 = 3;

/// The URL of the repository whose advertisement is at `url`.
fn advertised_by(url: &Url) -> Option<String> {
    let mut base = url.clone();
    base.set_query(None);
    base.as_str().strip_suffix("/info/refs").map(ToOwned::to_owned)
}

/// A redirect may only spell the same repository otherwise (`app` and `app.git`): at another one, credentials and
/// permission would be used for what they are not meant for.
fn check_hop(repository: &str, hop: &Url) -> Result<(), CallError> {
    let to = advertised_by(hop);
    if to.as_deref().is_some_and(|to| normalize_git(to) == normalize_git(repository)) {
        return Ok(());
    }
    let to = without_user_info(to.as_deref().unwrap_or(hop.as_str()));
    Err(CallError::invalid(
        "git-repository-moved",
        format!("{repository} has moved to {to}; name that URL instead"),
    ))
}

/// A transport that makes a request of everything that is asked of it.
pub(super) struct SmartHttp {
    transfer: Arc<Transfer>,
    /// Where the server says that the repository is, if it spells its URL otherwise.
    canonical: Arc<Mutex<Option<String>>>,
}

impl SmartHttp {
    pub(super) fn new(transfer: Arc<Transfer>) -> Self {
        Self { transfer, canonical: Arc::default() }
    }

    /// The URL to ask, for the one that libgit2 was given.
    fn base(&self, url: &str) -> String {
        let canonical = self.canonical.lock().unwrap_or_else(PoisonError::into_inner);
        canonical.as_deref().unwrap_or(url).trim_end_matches('/').to_owned()
    }
}

impl SmartSubtransport for SmartHttp {
    fn action(&self, url: &str, service: Service) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        let base = self.base(url);
        let (service, path) = match service {
            Service::UploadPackLs => ("git-upload-pack", "info/refs?service=git-upload-pack"),
            Service::UploadPack => ("git-upload-pack", "git-upload-pack"),
            Service::ReceivePackLs => ("git-receive-pack", "info/refs?service=git-receive-pack"),
            Service::ReceivePack => ("git-receive-pack", "git-receive-pack"),
        };
        let is_advertisement = path.starts_with("info/");
        Ok(Box::new(Exchange {
            transfer: Arc::clone(&self.transfer),
            canonical: Arc::clone(&self.canonical),
            url: format!("{base}/{path}"),
            repository: without_user_info(&base),
            service,
            is_advertisement,
            request: SpooledTempFile::new(SPOOL_BYTES),
            response: None,
            rest: Bytes::new(),
        }))
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

/// One request and its response: what libgit2 writes is the request, and its first read sends it.
struct Exchange {
    transfer: Arc<Transfer>,
    canonical: Arc<Mutex<Option<String>>>,
    url: String,
    repository: String,
    service: &'static str,
    is_advertisement: bool,
    request: SpooledTempFile,
    response: Option<Inbound>,
    rest: Bytes,
}

impl Write for Exchange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.request.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Exchange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.response.is_none() {
            let response = self.send().map_err(|error| self.transfer.fail(error))?;
            self.response = Some(response);
        }
        while self.rest.is_empty() {
            let transfer = Arc::clone(&self.transfer);
            let Some(response) = &mut self.response else { return Ok(0) };
            match transfer.wait(response.chunk()) {
                Ok(Some(piece)) => self.rest = piece,
                Ok(None) => return Ok(0),
                Err(error) => return Err(transfer.fail(error)),
            }
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest.split_to(count));
        Ok(count)
    }
}

impl Exchange {
    fn send(&mut self) -> Result<Inbound, CallError> {
        let url = Url::parse(&self.url)
            .map_err(|e| CallError::invalid("url-invalid", format!("{}: {e}", self.repository)))?;
        let (method, body) = if self.is_advertisement {
            (Method::GET, OutboundBody::None)
        } else {
            (Method::POST, self.take_request()?)
        };
        let repository = self.repository.clone();
        let check = move |hop: &Url, _: &Method| check_hop(&repository, hop);
        let request = Outbound {
            headers: self.headers(),
            body,
            redirects: if self.is_advertisement {
                Redirects::Follow(MAX_REDIRECTS, &check)
            } else {
                Redirects::Return
            },
            // A push is answered when it has been taken, and that may last.
            patience: (self.service == "git-upload-pack").then_some(PATIENCE),
            insecure_skip_tls_verify: matches!(self.transfer.remote, Remote::Http { insecure: true, .. }),
            ..Outbound::new(method, url)
        };
        let wire = &self.transfer.wire;
        let response = self.check(self.transfer.wait(wire.egress.send(&wire.network, request))?)?;
        if self.is_advertisement {
            // The rest of the transfer goes to the URL that answered.
            let canonical = advertised_by(&response.url);
            *self.canonical.lock().unwrap_or_else(PoisonError::into_inner) = canonical;
        }
        Ok(response)
    }

    fn take_request(&mut self) -> Result<OutboundBody, CallError> {
        let failed = |e: io::Error| CallError::internal(format!("the request to Git cannot be kept: {e}"));
        let mut request = std::mem::replace(&mut self.request, SpooledTempFile::new(SPOOL_BYTES));
        request.rewind().map_err(failed)?;
        if request.is_rolled() {
            let file = request.into_file().map_err(failed)?;
            let len = file.metadata().map_err(failed)?.len();
            return Ok(OutboundBody::File(file, len));
        }
        let mut bytes = Vec::new();
        request.read_to_end(&mut bytes).map_err(failed)?;
        Ok(OutboundBody::Bytes(bytes.into()))
    }

    fn credential(&self) -> Option<&Credential> {
        match &self.transfer.remote {
            Remote::Http { credential, .. } => credential.as_ref(),
            Remote::Ssh { .. } | Remote::Local { .. } => None,
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let text = |text: String| HeaderValue::try_from(text).ok();
        if !self.is_advertisement
            && let (Some(sent), Some(wanted)) = (
                text(format!("application/x-{}-request", self.service)),
                text(format!("application/x-{}-result", self.service)),
            )
        {
            headers.insert(header::CONTENT_TYPE, sent);
            headers.insert(header::ACCEPT, wanted);
        }
        if let Some(credential) = self.credential() {
            let pair = format!("{}:{}", credential.username.expose(), credential.password.expose());
            let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
            if let Some(mut value) = text(format!("Basic {encoded}")) {
                value.set_sensitive(true);
                headers.insert(header::AUTHORIZATION, value);
            }
        }
        headers
    }

    /// Turns what is no answer of a Git server into an error that says what to do.
    fn check(&self, response: Inbound) -> Result<Inbound, CallError> {
        let status = response.status;
        let repository = &self.repository;
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(CallError::denied("git-credentials", self.refused(status)));
            }
            StatusCode::NOT_FOUND => {
                let hint = "; check the URL, or whether the credentials allow to see it";
                let message = format!("there is no Git repository at {repository} (404){hint}");
                return Err(CallError::not_found("git-repository-not-found", message));
            }
            status => {
                return Err(CallError::unavailable(
                    "git-unavailable",
                    format!("{repository} answered with status {status}"),
                ));
            }
        }
        let expected = if self.is_advertisement { "advertisement" } else { "result" };
        let content_type = response.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        if content_type != Some(format!("application/x-{}-{expected}", self.service).as_str()) {
            return Err(CallError::not_found(
                "git-repository-not-found",
                format!("{repository} is a web page and no Git repository; check the URL"),
            ));
        }
        Ok(response)
    }

    fn refused(&self, status: StatusCode) -> String {
        let repository = &self.repository;
        match self.credential() {
            Some(credential) => format!(
                "{repository} refuses the credentials of Secret {} ({}); check its username and password",
                credential.source,
                status.as_u16()
            ),
            None => format!(
                "{repository} asks for credentials ({}); add a Secret with the label kargo.akuity.io/cred-type: git \
                 and the data repoURL, username and password",
                status.as_u16()
            ),
        }
    }
}
