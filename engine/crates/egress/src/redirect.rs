//! What becomes of a request when it is redirected (as Go's client does it, which Kargo uses).

use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

/// Headers that are for one origin only.
const FOR_ONE_ORIGIN: [header::HeaderName; 3] =
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];

/// The next hop.
pub(crate) struct Hop {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// Whether the body is sent again.
    pub(crate) keep_body: bool,
}

/// Where a response redirects to, if it does.
pub(crate) fn next_hop(method: &Method, url: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Hop> {
    let keeps_method = match status {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        _ => return None,
    };
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let url = url.join(location).ok()?;
    let method = if keeps_method || matches!(*method, Method::GET | Method::HEAD) {
        method.clone()
    } else {
        Method::GET
    };
    Some(Hop { url, method, keep_body: keeps_method })
}

/// Takes what may not cross to another origin out of the headers.
pub(crate) fn strip_for_origin(from: &Url, to: &Url, headers: &mut HeaderMap) {
    if from.origin() != to.origin() {
        for name in FOR_ONE_ORIGIN {
            headers.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: &Method, status: u16, location: &str) -> Option<(String, Method, bool)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, location.parse().unwrap());
        let url = Url::parse("https://a.example/x/y").unwrap();
        next_hop(method, &url, StatusCode::from_u16(status).unwrap(), &headers)
            .map(|hop| (hop.url.to_string(), hop.method, hop.keep_body))
    }

    #[test]
    fn methods_change_as_in_go() {
        let to = "https://a.example/x/z".to_owned();
        assert_eq!(hop(&Method::POST, 302, "z"), Some((to.clone(), Method::GET, false)));
        assert_eq!(hop(&Method::HEAD, 301, "z"), Some((to.clone(), Method::HEAD, false)));
        assert_eq!(hop(&Method::POST, 307, "z"), Some((to.clone(), Method::POST, true)));
        assert_eq!(hop(&Method::PUT, 303, "/x/z"), Some((to, Method::GET, false)));
        assert_eq!(hop(&Method::GET, 304, "z"), None);
    }

    #[test]
    fn credentials_stay_at_their_origin() {
        let a = Url::parse("https://a.example/").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Basic x".parse().unwrap());
        strip_for_origin(&a, &Url::parse("https://a.example/other").unwrap(), &mut headers);
        assert_eq!(headers.len(), 1);
        strip_for_origin(&a, &Url::parse("http://a.example/").unwrap(), &mut headers);
        assert!(headers.is_empty());
    }
}
