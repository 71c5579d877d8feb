//! The request that a configuration asks for.

use std::fs::File;
use std::time::Duration;

use windlass_step::http::{Effect, Request, check_url, with_query};
use windlass_step::{Context, Outcome};
use windlass_versions::GoDuration;

use crate::config::{Config, Pair};

/// How long an exchange may take where the configuration does not say.
const TIMEOUT: Duration = Duration::from_secs(10);

/// When a question is asked again where the configuration does not say.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// By this header a server knows a request that it has seen.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The request; an outcome if there is none, and there would be none in another attempt either.
pub(crate) fn build(config: &Config, context: &Context) -> Result<Request, Outcome> {
    let failed = |what: &dyn std::fmt::Display| {
        Outcome::errored_terminal(format!("error building HTTP request: {what}"))
    };
    check_url(&config.url).map_err(|why| failed(&format_args!("the URL is none: {why}")))?;
    let method = config.method.as_deref().unwrap_or("GET");
    let params: Vec<(String, String)> = config.query_params.iter().map(Pair::cloned).collect();
    let mut request = Request::new(method, with_query(&config.url, &params), effect(method));
    for Pair { name, value } in &config.headers {
        request = if name.eq_ignore_ascii_case(IDEMPOTENCY_KEY) {
            request.idempotency_key(value)
        } else {
            request.header(name, value)
        };
    }
    if let Some(timeout) = duration("timeout", config.timeout.as_deref(), TIMEOUT)? {
        request = request.timeout(timeout);
    }
    if config.insecure_skip_tls_verify {
        request = request.insecure_skip_tls_verify();
    }
    if let Some(proxy) = &config.proxy {
        check_url(proxy).map_err(|why| failed(&format_args!("the URL of the proxy is none: {why}")))?;
        request = request.proxy(proxy);
    }
    if let Some(path) = &config.body_from_file {
        let unread = |why: &dyn std::fmt::Display| {
            failed(&format_args!("could not read bodyFromFile {path:?}: {why}"))
        };
        let file = context.resolve(path).map_err(|error| unread(&error))?;
        let opened = File::open(&file).and_then(|file| file.metadata()).map_err(|error| unread(&error))?;
        if !opened.is_file() {
            return Err(unread(&"it is no regular file"));
        }
        request = context.with_body_of(request, &file);
    } else if !config.body.is_empty() {
        request = request.body(config.body.as_bytes());
    }
    Ok(request)
}

/// How long to wait before the next attempt of a step that is not done, in milliseconds.
pub(crate) fn poll_interval(config: &Config) -> Result<u64, Outcome> {
    let interval = duration("pollInterval", config.poll_interval.as_deref(), POLL_INTERVAL)?;
    Ok(u64::try_from(interval.unwrap_or_default().as_millis()).unwrap_or(u64::MAX))
}

/// What may be sent any number of times, and what changes something. Go by the method: a user cannot say otherwise.
fn effect(method: &str) -> Effect {
    if matches!(method, "GET" | "HEAD") { Effect::Read } else { Effect::Write }
}

/// The duration that a field says; none if it is zero or less, which means no limit.
fn duration(field: &str, text: Option<&str>, default: Duration) -> Result<Option<Duration>, Outcome> {
    let Some(text) = text else { return Ok(Some(default)) };
    let parsed: GoDuration =
        text.parse().map_err(|error| Outcome::errored_terminal(format!("error parsing {field}: {error}")))?;
    Ok(parsed.to_std().filter(|duration| !duration.is_zero()))
}

impl Pair {
    fn cloned(&self) -> (String, String) {
        (self.name.clone(), self.value.clone())
    }
}
