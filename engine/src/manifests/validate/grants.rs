//! What a project may grant.

use windlass_model::grant::Grant;
use windlass_model::manifest::grants::Grants;

use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;

/// Complains about grants that are not the project's to give.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, grants: &Grants) {
    for (index, grant) in grants.spec.allow.iter().enumerate() {
        if let Grant::GitLocal(local) = grant {
            decoder.error_at(
                Rule::ForbiddenGrant,
                &["spec", "allow", &index.to_string(), "git.local"],
                "a project cannot give away directories of the host",
                &format!(
                    "remove it, and let the operator start windlass with --grant git.local={}",
                    local.dir
                ),
            );
        }
    }
}
