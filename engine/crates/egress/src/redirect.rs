//! What becomes of a request when it is redirected (as Go's client does it, which Kargo uses).

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use url::Url;
use windlass_model::call::CallError;

use crate::failure::shown;

/// Headers that are for one origin only.
const FOR_ONE_ORIGIN: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// Headers that speak of a body which is not sent again.
const OF_THE_BODY: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE, header::CONTENT_LOCATION];

/// The next hop.
pub(crate) struct Hop {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// Whether the body is sent again.
    pub(crate) keep_body: bool,
}

/// Where a response redirects to, if it does.
///
/// # Errors
/// If it says so in a way that nobody can follow.
pub(crate) fn next_hop(
    method: &Method,
    url: &Url,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Hop>, CallError> {
    let keeps_method = match status {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        _ => return Ok(None),
    };
    let Some(location) = headers.get(header::LOCATION) else { return Ok(None) };
    // Servers that write UTF-8 there mean it.
    let to = std::str::from_utf8(location.as_bytes()).ok().and_then(|location| url.join(location).ok());
    let Some(mut to) = to else {
        return Err(CallError::unavailable(
            "redirect-unusable",
            format!("{} redirects to {location:?}, which is no URL", shown(url)),
        ));
    };
    if to.fragment().is_none() {
        to.set_fragment(url.fragment());
    }
    let method = if keeps_method || matches!(*method, Method::GET | Method::HEAD) {
        method.clone()
    } else {
        Method::GET
    };
    Ok(Some(Hop { url: to, method, keep_body: keeps_method }))
}

/// Makes the headers those of the next hop: what may not cross to another origin is taken out, the request that was
/// redirected is named, unless the caller names another (`has_referer`).
pub(crate) fn prepare_headers(from: &Url, hop: &Hop, has_referer: bool, headers: &mut HeaderMap) {
    let crosses = from.origin() != hop.url.origin();
    if crosses {
        let secret = |value: &HeaderValue| value.is_sensitive();
        let mut private: Vec<HeaderName> = FOR_ONE_ORIGIN.to_vec();
        private.extend(headers.iter().filter(|(_, value)| secret(value)).map(|(name, _)| name.clone()));
        for name in private {
            headers.remove(name);
        }
    }
    if !hop.keep_body {
        for name in OF_THE_BODY {
            headers.remove(name);
        }
    }
    if has_referer {
        return;
    }
    headers.remove(header::REFERER);
    // From an encrypted place nothing is told to one that is not.
    if !(from.scheme() == "https" && hop.url.scheme() == "http")
        && let Ok(value) = HeaderValue::try_from(referer(from, crosses))
    {
        headers.insert(header::REFERER, value);
    }
}

/// What another place is told of where a request comes from: the whole URL within an origin, else the origin alone, since a
/// path may hold a secret.
fn referer(from: &Url, crosses: bool) -> String {
    if crosses {
        return format!("{}/", from.origin().ascii_serialization());
    }
    let mut shown = from.clone();
    shown.set_fragment(None);
    // Only URLs without a host refuse.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(method: &Method, status: u16, location: &str) -> Option<Hop> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, HeaderValue::from_bytes(location.as_bytes()).unwrap());
        let url = Url::parse("https://a.example/x/y#f").unwrap();
        next_hop(method, &url, StatusCode::from_u16(status).unwrap(), &headers).unwrap()
    }

    fn hop(method: &Method, status: u16, location: &str) -> Option<(String, Method, bool)> {
        next(method, status, location).map(|hop| (hop.url.to_string(), hop.method, hop.keep_body))
    }

    #[test]
    fn methods_change_as_in_go() {
        let to = "https://a.example/x/z#f".to_owned();
        assert_eq!(hop(&Method::POST, 302, "z"), Some((to.clone(), Method::GET, false)));
        assert_eq!(hop(&Method::HEAD, 301, "z"), Some((to.clone(), Method::HEAD, false)));
        assert_eq!(hop(&Method::POST, 307, "z"), Some((to.clone(), Method::POST, true)));
        assert_eq!(hop(&Method::PUT, 303, "/x/z#f"), Some((to, Method::GET, false)));
        assert_eq!(hop(&Method::GET, 304, "z"), None);
        assert_eq!(hop(&Method::GET, 302, "/\u{fc}").unwrap().0, "https://a.example/%C3%BC#f");
    }

    #[test]
    fn a_redirect_to_nowhere_is_an_error() {
        let mut headers = HeaderMap::new();
        let url = Url::parse("https://a.example/x?token=hunter2").unwrap();
        assert!(next_hop(&Method::GET, &url, StatusCode::FOUND, &headers).unwrap().is_none());
        headers.insert(header::LOCATION, "http://[::1".parse().unwrap());
        let error = next_hop(&Method::GET, &url, StatusCode::FOUND, &headers).err().unwrap();
        assert_eq!(error.code, "redirect-unusable");
        assert!(!error.message.contains("hunter2"), "{}", error.message);
    }

    fn headers_after(to: &str, status: u16) -> Vec<(String, String)> {
        let from = Url::parse("https://user:pass@a.example/x?q=1#f").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Basic x".parse().unwrap());
        headers.insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
        let mut secret = HeaderValue::from_static("hunter2");
        secret.set_sensitive(true);
        headers.insert("x-key", secret);
        headers.insert("x-kept", "yes".parse().unwrap());
        let hop = next(&Method::POST, status, to).unwrap();
        prepare_headers(&from, &hop, false, &mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let mut all: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        all.sort();
        all
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn credentials_stay_at_their_origin() {
        let all = [
            ("authorization", "Basic x"),
            ("content-type", "text/plain"),
            ("referer", "https://a.example/x?q=1"),
            ("x-kept", "yes"),
            ("x-key", "hunter2"),
        ];
        assert_eq!(headers_after("/other", 307), pairs(&all));
        let other = [("content-type", "text/plain"), ("referer", "https://a.example/"), ("x-kept", "yes")];
        assert_eq!(headers_after("https://b.example/", 308), pairs(&other));
        assert_eq!(headers_after("http://a.example/", 302), pairs(&[("x-kept", "yes")]));
    }
}
