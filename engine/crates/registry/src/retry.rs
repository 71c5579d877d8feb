//! When a registry asks to come back later: how long to wait, and when it is no use.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use windlass_model::time::Timestamp;

/// Requests are repeated so often.
pub(crate) const MAX_RETRIES: u32 = 3;

/// Nobody waits longer than this between two of them.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Take it.
    Take,
    /// Ask again after a while.
    Wait(Duration),
    /// The registry wants a longer pause than anybody makes, of so many seconds.
    TooLong(u64),
}

/// What to do after an answer with this status, where `retries` repetitions came before it.
pub(crate) fn next(status: StatusCode, headers: &HeaderMap, retries: u32, now: Timestamp) -> Next {
    let worth_it = matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    if !worth_it {
        return Next::Take;
    }
    match retry_after(headers, now) {
        Some(wait) if wait > MAX_WAIT => Next::TooLong(wait.as_secs()),
        _ if retries >= MAX_RETRIES => Next::Take,
        Some(wait) => Next::Wait(wait),
        None => Next::Wait(Duration::from_secs(1 << retries)),
    }
}

/// `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Timestamp::from_micros(at.as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(status: u16, value: &str, retries: u32) -> Next {
        let mut headers = HeaderMap::new();
        if !value.is_empty() {
            headers.insert(header::RETRY_AFTER, value.parse().unwrap());
        }
        let now = "2026-03-01T00:00:00Z".parse().unwrap();
        next(StatusCode::from_u16(status).unwrap(), &headers, retries, now)
    }

    #[test]
    fn the_pause_is_what_the_registry_says() {
        let seconds = |s| Next::Wait(Duration::from_secs(s));
        assert_eq!(after(429, "7", 0), seconds(7));
        assert_eq!(after(503, "Sun, 01 Mar 2026 00:00:30 GMT", 2), seconds(30));
        assert_eq!(after(503, "Sun, 01 Mar 2020 00:00:30 GMT", 0), seconds(0));
        assert_eq!([after(429, "", 0), after(502, "soon", 1), after(504, "-1", 2)], [1, 2, 4].map(seconds));
    }

    #[test]
    fn patience_ends() {
        assert_eq!(after(429, "7", 3), Next::Take);
        assert_eq!(after(429, "61", 0), Next::TooLong(61));
        assert_eq!(after(429, "18446744073709551615", 0), Next::TooLong(u64::MAX));
        assert_eq!(after(500, "1", 0), Next::Take);
        assert_eq!(after(200, "1", 0), Next::Take);
    }
}
