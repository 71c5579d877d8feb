//! Amazon's registries: an access key gives a password for half a day.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use url::Url;
use windlass_model::manifest::secret::SecretValue;
use windlass_model::time::Timestamp;

use crate::cache::Dated;
use crate::sigv4::{Request, authorization};
use crate::{Logins, Reach, Token};

const WHO: &str = "Amazon ECR";

/// What is asked of the service.
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";

/// An access key, as a Secret has it.
#[derive(Clone)]
pub struct AwsKey {
    /// The region of the registry.
    pub region: String,
    /// Its id, which is no secret.
    pub id: String,
    /// The key.
    pub secret: SecretValue,
}

/// A registry of Amazon's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcrRegistry {
    /// Whose it is.
    pub account: String,
}

impl EcrRegistry {
    /// The registry of an image or chart, if it is one: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/…`.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        let host = url.trim_start_matches("oci://").trim_start_matches("https://").split('/').next()?;
        let (account, rest) = host.split_once(".dkr.ecr.")?;
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let region =
            rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
        (is_account && is_region(region)).then(|| Self { account: account.to_owned() })
    }
}

fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Logins {
    /// A password for a registry.
    ///
    /// # Errors
    /// A message, if Amazon gives none.
    pub async fn ecr(&self, key: &AwsKey, registry: &EcrRegistry) -> Result<Token, String> {
        let now = self.clock.now();
        let parts = ["ecr", &registry.account, &key.region, &key.id, key.secret.expose()];
        let token = self.cache.get(&parts, now, self.new_ecr_token(key, registry, now)).await?;
        Ok(Token { username: "AWS", token })
    }

    async fn new_ecr_token(
        &self,
        key: &AwsKey,
        registry: &EcrRegistry,
        now: Timestamp,
    ) -> Result<Dated, String> {
        if !is_region(&key.region) {
            return Err("awsRegion is no region".to_owned());
        }
        let host = format!("api.ecr.{}.amazonaws.com", key.region);
        let body = serde_json::json!({ "registryIds": [registry.account] }).to_string();
        let at = now.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string();
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("host", &host),
                ("x-amz-date", &at),
                ("x-amz-target", TARGET),
            ],
            body: body.as_bytes(),
        };
        let signed = authorization(&request, &key.region, "ecr", &key.id, &key.secret);
        let url = match &self.endpoints.ecr {
            Some(url) => url.clone(),
            None => Url::parse(&format!("https://{host}/")).map_err(|e| e.to_string())?,
        };
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-date", at.as_str()),
            ("x-amz-target", TARGET),
            ("authorization", signed.as_str()),
        ];
        let said = self.ask(WHO, Reach::default(), Method::POST, url, &headers, body).await?;
        let given = said.text("/authorizationData/0/authorizationToken").filter(|_| said.status == 200);
        let pair = given.and_then(|token| String::from_utf8(STANDARD.decode(token).ok()?).ok());
        let Some(password) = pair.as_deref().and_then(|pair| pair.strip_prefix("AWS:")) else {
            return Err(said.refusal(WHO, &format!("give a password for the registry {}", registry.account)));
        };
        let until = said.json.pointer("/authorizationData/0/expiresAt").and_then(serde_json::Value::as_f64);
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 fit")]
        let until = until.map(|seconds| Timestamp::from_micros((seconds as i64).saturating_mul(1_000_000)));
        let until = until.unwrap_or_else(|| now.plus(Duration::from_hours(1)));
        Ok(Dated { token: SecretValue::new(password), until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_registries_are_known() {
        let registry = |url| EcrRegistry::of(url).map(|registry| registry.account);
        assert_eq!(
            registry("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app").as_deref(),
            Some("123456789012")
        );
        assert!(registry("oci://123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/charts/app").is_some());
        for other in [
            "12345.dkr.ecr.eu-west-1.amazonaws.com/app",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com/app",
            "123456789012.dkr.ecr.a/b.amazonaws.com/app",
            "public.ecr.aws/app",
        ] {
            assert_eq!(registry(other), None, "{other}");
        }
    }
}
