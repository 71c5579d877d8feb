//! `freight_id.jsonl`: the names of freight and of collections, and addresses in their canonical form.

use serde_json::Value;
use windlass_model::freight::{FreightCollection, FreightReference, address};

use super::{Answer, Answered, part, text};

pub(super) fn answer(case: &Value) -> Answered {
    let given = text(case, "in");
    let found = match text(case, "fn") {
        "freightID" => {
            let freight: FreightReference =
                serde_json::from_value(case["freight"].clone()).map_err(|e| format!("freight: {e}"))?;
            freight.compute_name().to_string()
        }
        "collectionID" => {
            let mut collection = FreightCollection::default();
            for freight in part::<Vec<FreightReference>>(case, "freight")? {
                collection.insert(freight);
            }
            collection.id
        }
        "normalizeGit" => address::normalize_git(given),
        "normalizeImage" => address::normalize_image(given),
        "normalizeChart" => address::normalize_chart(given),
        other => return Err(format!("{other:?} is no function of these vectors")),
    };
    Ok(Answer::Value(found.into()))
}
