//! The promotion step `http-download`: puts the answer to a GET into a file. The host writes it; it never passes through the
//! memory of the step.

mod config;
mod place;

use std::time::Duration;

use windlass_step::http::{Request, check_url, with_query};
use windlass_step::{Context, Error, ErrorKind, Fault, Outcome, Step};
use windlass_versions::GoDuration;

pub use config::{Config, Pair};
use place::Place;

/// The largest file, in bytes (100 MiB).
const MAX_BYTES: u64 = 100 << 20;

/// How long a download may take where the configuration does not say.
const TIMEOUT: Duration = Duration::from_secs(300);

/// The step.
#[derive(Debug)]
pub struct HttpDownload;

impl Step for HttpDownload {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        download(&config, context).unwrap_or_else(|ended| ended)
    }
}

fn download(config: &Config, context: &Context) -> Result<Outcome, Outcome> {
    let place = Place::prepare(config, context)?;
    let request = context.saved_to(request(config)?, &place.beside);
    let response = context.send(&request).map_err(|error| {
        place.give_up();
        not_downloaded(&error)
    })?;
    if !(200..300).contains(&response.status) {
        place.give_up();
        // An error that counts, as in Kargo, and not for good.
        let failed = Outcome::failed(format!("HTTP request failed with status {}", response.status));
        return Ok(Outcome { fault: Some(Fault::Retryable), ..failed });
    }
    place.take(context).inspect_err(|_| place.give_up())?;
    Ok(Outcome::succeeded())
}

fn request(config: &Config) -> Result<Request, Outcome> {
    check_url(&config.url).map_err(|why| {
        Outcome::errored_terminal(format!("error building HTTP request: the URL is none: {why}"))
    })?;
    let params: Vec<(String, String)> =
        config.query_params.iter().map(|Pair { name, value }| (name.clone(), value.clone())).collect();
    let mut request = Request::get(with_query(&config.url, &params)).max_bytes(MAX_BYTES);
    for Pair { name, value } in &config.headers {
        request = request.header(name, value);
    }
    if config.insecure_skip_tls_verify {
        request = request.insecure_skip_tls_verify();
    }
    Ok(match timeout(config)? {
        Some(timeout) => request.timeout(timeout),
        None => request,
    })
}

/// None for no limit.
fn timeout(config: &Config) -> Result<Option<Duration>, Outcome> {
    let Some(text) = &config.timeout else { return Ok(Some(TIMEOUT)) };
    let parsed: GoDuration = text.parse().map_err(|error| {
        Outcome::errored(format!("error creating HTTP client: error parsing timeout: {error}"))
    })?;
    Ok(parsed.to_std().filter(|timeout| !timeout.is_zero()))
}

fn not_downloaded(error: &Error) -> Outcome {
    if error.kind == ErrorKind::Limit && error.details.contains("\"maxBytes\"") {
        return Outcome::errored_terminal(format!("download exceeds limit of {MAX_BYTES} bytes"));
    }
    Outcome::from_error(error).in_context("error sending HTTP request")
}

windlass_step::export!(HttpDownload);
