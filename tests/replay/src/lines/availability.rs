//! `availability.jsonl`: whether freight may be promoted to a stage, and how long it was upstream.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use windlass_model::freight::FreightOrigin;
use windlass_model::manifest::ObjectMeta;
use windlass_model::manifest::stage::Stage;
use windlass_model::time::Timestamp;
use windlass_promotion::availability::{FreightStatus, Verified, check_available};
use windlass_versions::GoDuration;

use super::{Answer, Answered, part};

/// Freight as Kargo's API shows it, as far as it matters here.
#[derive(Deserialize)]
struct Freight {
    metadata: ObjectMeta,
    origin: FreightOrigin,
    #[serde(default)]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    verified_in: BTreeMap<String, VerifiedIn>,
    currently_in: BTreeMap<String, CurrentlyIn>,
    approved_for: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedIn {
    longest_soak: Option<String>,
}

#[derive(Deserialize)]
struct CurrentlyIn {
    since: Timestamp,
}

pub(super) fn answer(case: &Value) -> Answered {
    let stage: Stage = part(case, "stage")?;
    let now: Timestamp = serde_json::from_value(case["now"].clone()).map_err(|e| format!("now: {e}"))?;
    let freight: Freight =
        serde_json::from_value(case["freight"].clone()).map_err(|e| format!("freight: {e}"))?;
    let (meta, origin) = (freight.metadata, freight.origin);
    let status = freight.status.read()?;
    // The product never has freight of another project in its hands.
    let is_here = stage.metadata.namespace == meta.namespace;
    let available =
        is_here && check_available(&stage.metadata.name, &stage.spec, &origin, &status, now).is_ok();
    let mut soaks = Map::new();
    for upstream in stage.spec.requested_freight.iter().flat_map(|request| &request.sources.stages) {
        let seconds = status.soak(upstream, now).unwrap_or_default().as_secs_f64().round();
        let soak = GoDuration::from_std(Duration::from_secs_f64(seconds)).ok_or("a soak time is too long")?;
        soaks.insert(upstream.clone(), json!(soak.to_string()));
    }
    Ok(Answer::Value(json!({"available": available, "longestSoak": soaks})))
}

impl Status {
    fn read(self) -> Result<FreightStatus, String> {
        let verified = |(stage, verified): (String, VerifiedIn)| {
            let longest: Option<GoDuration> = verified
                .longest_soak
                .map(|text| text.parse())
                .transpose()
                .map_err(|e| format!("longestSoak: {e}"))?;
            Ok((stage, Verified { at: None, longest_soak: longest.and_then(GoDuration::to_std) }))
        };
        let current = self.currently_in.into_iter();
        Ok(FreightStatus {
            verified_in: self.verified_in.into_iter().map(verified).collect::<Result<_, String>>()?,
            currently_in: current.map(|(stage, current)| (stage, current.since)).collect(),
            approved_for: self.approved_for.into_keys().map(|stage| (stage, None)).collect(),
        })
    }
}
