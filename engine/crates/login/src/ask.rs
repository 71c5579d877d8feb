//! One question to a service.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use url::Url;
use windlass_egress::{Outbound, OutboundBody};

use crate::{Logins, Reach};

/// The longest answer that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// How long a service may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a service said.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Logins {
    /// Asks; `who` is the service as messages name it, `reach` what of the network it may be in.
    ///
    /// # Errors
    /// A message without anything of the request, if there is no answer.
    pub(crate) async fn ask(
        &self,
        who: &str,
        reach: Reach,
        method: Method,
        url: Url,
        headers: &[(&'static str, &str)],
        body: String,
    ) -> Result<Said, String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let mut value =
                HeaderValue::from_str(value).map_err(|_| format!("{who}: a key is not fit for a header"))?;
            value.set_sensitive(*name == "authorization");
            map.insert(HeaderName::from_static(name), value);
        }
        let body = if body.is_empty() { OutboundBody::None } else { OutboundBody::Bytes(body.into()) };
        let request = Outbound {
            headers: map,
            body,
            patience: Some(PATIENCE),
            secret_body: true,
            ..Outbound::new(method, url)
        };
        let network = (self.network)(reach);
        let answer = Box::pin(self.egress.send(&network, request)).await;
        let answer = answer.map_err(|e| format!("{who}: {}", e.message))?;
        let status = answer.status.as_u16();
        let bytes = answer.bytes(MOST_BYTES).await.map_err(|e| format!("{who}: {}", e.message))?;
        Ok(Said { status, json: serde_json::from_slice(&bytes).unwrap_or_default() })
    }
}

impl Said {
    /// Why the service did not do it, in its words.
    pub(crate) fn refusal(&self, who: &str, what: &str) -> String {
        let words = ["message", "error_description", "error", "__type"].iter();
        let why = words.filter_map(|name| self.json[*name].as_str()).next().unwrap_or("without saying why");
        format!("{who} did not {what}: it answered with status {}, {why}", self.status)
    }

    /// A text of the answer.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.json.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}
