//! JSON web tokens, signed with RSA (RFC 7515, `RS256`): how applications say who they are.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use windlass_model::manifest::secret::SecretValue;

/// A private key.
pub(crate) struct Signer(RsaKeyPair);

impl Signer {
    /// A key in PEM, in either of the forms for RSA; or that in base64, as Secrets often have it.
    pub(crate) fn of_pem(key: &SecretValue) -> Option<Self> {
        let text = key.expose().trim();
        if !text.starts_with("-----BEGIN") {
            let decoded = STANDARD.decode(text.split_whitespace().collect::<String>()).ok()?;
            let decoded = SecretValue::new(String::from_utf8(decoded).ok()?);
            return decoded.expose().trim().starts_with("-----BEGIN").then(|| Self::of_pem(&decoded))?;
        }
        let mut lines = text.lines();
        let label = lines.next()?.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----")?;
        let body: String = lines.take_while(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = STANDARD.decode(body).ok()?;
        let pair = match label {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
            _ => return None,
        };
        pair.ok().map(Self)
    }

    /// The claims, signed.
    pub(crate) fn sign(&self, claims: &Value) -> Option<String> {
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encoded(&json!({ "alg": "RS256", "typ": "JWT" })), encoded(claims));
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
