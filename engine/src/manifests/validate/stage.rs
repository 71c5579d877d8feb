//! What a Stage must have.

use std::collections::BTreeSet;

use windlass_model::manifest::stage::Stage;
use windlass_versions::GoDuration;

use super::steps::{check_steps, check_vars};
use crate::manifests::decode::Decoder;

/// Complains about requests for freight and about steps.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, stage: &Stage) {
    let spec = &stage.spec;
    if spec.requested_freight.is_empty() {
        decoder.error_at(
            &["spec", "requestedFreight"],
            "a Stage requests freight of at least one Warehouse",
            "add spec.requestedFreight with an origin",
        );
    }
    let mut seen = BTreeSet::new();
    for (index, request) in spec.requested_freight.iter().enumerate() {
        let index = index.to_string();
        let path = ["spec", "requestedFreight", index.as_str(), "origin", "name"];
        if request.origin.name.is_empty() {
            decoder.error_at(&path, "the origin has no name", "name the Warehouse");
        } else if !seen.insert(request.origin.name.as_str()) {
            let message = format!("freight of {} is requested twice", request.origin.name);
            decoder.error_at(&path, message, "put both sources into one request");
        }
        if let Some(text) = &request.sources.required_soak_time
            && let Err(error) = text.parse::<GoDuration>()
        {
            let path = ["spec", "requestedFreight", index.as_str(), "sources", "requiredSoakTime"];
            decoder.error_at(&path, error.to_string(), error.hint());
        }
    }
    check_vars(decoder, &["spec", "vars"].map(ToOwned::to_owned), &spec.vars);
    if let Some(template) = &spec.promotion_template {
        let root = ["spec", "promotionTemplate", "spec"].map(ToOwned::to_owned).to_vec();
        let below = |name: &str| [root.as_slice(), &[name.to_owned()]].concat();
        check_vars(decoder, &below("vars"), &template.spec.vars);
        check_steps(decoder, &below("steps"), &template.spec.steps, true);
    }
}
