//! What a Stage must have.

use std::collections::BTreeSet;

use windlass_model::manifest::stage::{FreightSources, Stage};

use super::steps::check_steps;
use crate::manifests::decode::Decoder;
use crate::manifests::rule::Rule;

/// Complains about requests for freight and about steps.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, stage: &Stage) {
    let spec = &stage.spec;
    let mut seen = BTreeSet::new();
    for (index, request) in spec.requested_freight.iter().enumerate() {
        let index = index.to_string();
        let at = |rest: &[&'static str]| {
            let own = ["spec", "requestedFreight", index.as_str()];
            own.into_iter().chain(rest.iter().copied()).map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        if !seen.insert(request.origin.name.as_str()) {
            let message = format!("freight of {} is requested twice", request.origin.name);
            let hint = "put both sources into one request";
            decoder.error_at(Rule::DuplicateEntry, &at(&["origin", "name"]), message, hint);
        }
        if matches_upstream(&request.sources) && (request.sources.direct || request.sources.stages.len() != 1)
        {
            decoder.error_at(
                Rule::ConflictingFields,
                &at(&["sources", "autoPromotionOptions", "selectionPolicy"]),
                "MatchUpstream follows exactly one Stage",
                "name one Stage under stages and leave out direct, or write NewestFreight",
            );
        }
    }
    if let Some(template) = &spec.promotion_template {
        let path = ["spec", "promotionTemplate", "spec", "steps"].map(ToOwned::to_owned);
        check_steps(decoder, &path, &template.spec.steps, true);
    }
}

fn matches_upstream(sources: &FreightSources) -> bool {
    let options = sources.auto_promotion_options.as_ref();
    options.is_some_and(|options| options["selectionPolicy"] == "MatchUpstream")
}
