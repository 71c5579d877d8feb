//! What a Secret must have.

use windlass_model::manifest::secret::{CREDENTIAL_TYPE_LABEL, Secret};

use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;

/// Complains about values that cannot be decoded, and credentials that say not for which repository.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, secret: &Secret) {
    let values = match secret.values() {
        Ok(values) => values,
        Err(error) => {
            return decoder.error_at(Rule::InvalidSecret, &["data", &error.key], error.to_string(), "");
        }
    };
    let is_credential = matches!(secret.credential_type(), Some("git" | "image" | "helm"));
    if is_credential && !values.contains_key("repoURL") {
        decoder.error_at(
            Rule::InvalidSecret,
            &["metadata", "labels", CREDENTIAL_TYPE_LABEL],
            "a credential without repoURL is for no repository",
            "add repoURL to its data, or stringData",
        );
    }
}
