//! `freight_functions.jsonl`: the functions that look at freight and at the project's objects, and the criteria for making
//! freight.

use serde_json::{Map, Value, json};
use windlass_discovery::criteria_met;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::freight::{FreightCollection, FreightReference};
use windlass_model::manifest::stage::FreightRequest;
use windlass_model::time::Timestamp;
use windlass_promotion::evaluate::StepView;

use super::project::{Project, Surroundings};
use super::{Answer, Answered, part, text};

pub(super) fn answer(case: &Value) -> Answered {
    match text(case, "kind") {
        "" => template(case),
        "criteria" => {
            let found: DiscoveredArtifacts = part(case, "discovered")?;
            let met = criteria_met(text(case, "expression"), &found, Timestamp::from_micros(0));
            Ok(Answer::from_result(met))
        }
        other => Err(format!("{other:?} is no kind of these vectors")),
    }
}

fn template(case: &Value) -> Answered {
    let config_maps: Vec<Value> = part(case, "configMaps")?;
    let config_maps = config_maps.iter().map(|map| {
        let name = text(&map["metadata"], "name").to_owned();
        Ok((name, part(map, "data")?))
    });
    let project = Project {
        config_maps: config_maps.collect::<Result<_, String>>()?,
        secrets: part(case, "secrets")?,
        warehouses: part(case, "warehouses")?,
        freight: part(case, "freightObjects")?,
        stages: part(case, "stageObjects")?,
    };
    let mut freight = FreightCollection::default();
    for reference in part::<Vec<FreightReference>>(case, "freight")? {
        freight.insert(reference);
    }
    let requests: Vec<FreightRequest> = part(case, "requestedFreight")?;
    let surroundings = Surroundings::new(Map::new(), freight);
    let view = StepView { freight_requests: &requests, ..surroundings.view(&project) };
    // As a step's configuration, where all of the functions are.
    let config = json!({"it": case["template"]});
    let evaluated = match view.config(Some(&config)) {
        Ok(evaluated) => evaluated.to_json(),
        Err(error) => return Ok(Answer::Refused(error.to_string())),
    };
    Ok(Answer::from_result(evaluated.map(|mut config| config["it"].take())))
}
