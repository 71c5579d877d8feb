//! Proxies that a step names. The environment's are not used: nobody would have judged the addresses.

use base64::Engine as _;
use http::{HeaderValue, Uri};
use url::Url;
use windlass_model::call::CallError;

/// A proxy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Proxy {
    /// Without user and password.
    pub(crate) uri: Uri,
    /// The value of `Proxy-Authorization`, if the URL had a user.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxy {
    pub(crate) fn at(url: &Url) -> Result<Self, CallError> {
        Ok(Self { uri: bare(url)?, authorization: authorization(url) })
    }
}

/// A URL as it is asked for: without user, password and fragment.
pub(crate) fn bare(url: &Url) -> Result<Uri, CallError> {
    let mut bare = url.clone();
    bare.set_fragment(None);
    let no_http = || {
        let shown = crate::failure::shown(url);
        CallError::invalid("url-not-http", format!("{shown} is neither an http nor an https URL"))
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(no_http());
    }
    bare.set_username("").and_then(|()| bare.set_password(None)).map_err(|()| no_http())?;
    bare.as_str().parse().map_err(|_| no_http())
}

/// The user and password of a URL as the value of an `Authorization` header.
pub(crate) fn authorization(url: &Url) -> Option<HeaderValue> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut pair = decoded(url.username());
    pair.push(b':');
    pair.extend(decoded(url.password().unwrap_or_default()));
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn decoded(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_become_headers() {
        let url = Url::parse("http://us%40er:p%3Aw@h.example:8080/x?y#z").unwrap();
        assert_eq!(bare(&url).unwrap(), "http://h.example:8080/x?y");
        assert_eq!(authorization(&url).unwrap(), "Basic dXNAZXI6cDp3");
        let nobody = Url::parse("https://h.example/").unwrap();
        assert_eq!(authorization(&nobody), None);
        let only_password = Url::parse("https://:p@h.example/").unwrap();
        assert_eq!(authorization(&only_password).unwrap(), "Basic OnA=");
        assert!(bare(&Url::parse("ftp://h.example/").unwrap()).is_err());
    }
}
