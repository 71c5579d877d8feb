//! What a Promotion must have that somebody keeps as a file.

use serde::Deserialize as _;
use serde_json::Value;
use windlass_model::manifest::step::PromotionStep;

use super::steps::check_steps;
use crate::manifests::decode::Decoder;

/// Complains about its steps, in which no task is left.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, promotion: &Value) {
    let steps = promotion.pointer("/spec/steps").unwrap_or(&Value::Null);
    // What does not decode does not fit the shape either, and that has been told.
    if let Ok(steps) = Vec::<PromotionStep>::deserialize(steps) {
        check_steps(decoder, &["spec", "steps"].map(ToOwned::to_owned), &steps, false);
    }
}
