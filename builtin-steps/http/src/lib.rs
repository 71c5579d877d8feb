//! The promotion step `http`: sends one request, and by the answer succeeds, fails, or asks again later.

mod answer;
mod config;
mod request;
mod verdict;

use windlass_step::{Context, Error, ErrorKind, Outcome, Status, Step};

use answer::Answer;
pub use config::{Config, Output, Pair};

/// The step.
#[derive(Debug)]
pub struct Http;

impl Step for Http {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        // Everything that can be wrong is found before anything is sent.
        let (request, interval) = match request::build(&config, context)
            .and_then(|request| Ok((request, request::poll_interval(&config)?)))
        {
            Ok(prepared) => prepared,
            Err(ended) => return ended,
        };
        let config = match config.revealed(context) {
            Ok(config) => config,
            Err(error) => return Outcome::from_error(&error).in_context("error revealing secrets"),
        };
        let response = match context.send(&request) {
            Ok(response) => response,
            Err(error) => return not_answered(&error),
        };
        let answer = match Answer::of(&response, config.response_content_type.as_deref()) {
            Ok(answer) => answer,
            Err(why) => {
                let doing = "error building expression context from HTTP response";
                return Outcome::errored(format!("{doing}: {why}"));
            }
        };
        let answer = match answer.revealed(context) {
            Ok(answer) => answer,
            Err(error) => return Outcome::from_error(&error).in_context("error revealing secrets"),
        };
        let outcome = verdict::judge(&config, answer.status, answer.environment());
        match outcome.status {
            Status::Running => outcome.retry_after_ms(interval),
            _ => outcome,
        }
    }
}

/// An answer that is too long is an error like others, as in Kargo: the next one may be shorter.
fn not_answered(error: &Error) -> Outcome {
    let is_too_long = error.kind == ErrorKind::Limit && error.details.contains("\"maxBytes\"");
    if is_too_long {
        let doing = "error building expression context from HTTP response";
        return Outcome::errored(format!("{doing}: {}", error.message));
    }
    Outcome::from_error(error).in_context("error sending HTTP request")
}

windlass_step::export!(Http);
