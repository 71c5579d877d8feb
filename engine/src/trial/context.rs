//! What a step is told of its promotion when there is none: read from a file, with something for whatever it leaves out.

use serde_json::{Map, Value, json};
use windlass_model::context::StepContext;
use windlass_model::freight::{FreightCollection, FreightReference};
use windlass_model::ids::{ProjectName, PromotionName, StageName};

use crate::failure::Failure;

/// What is known of a promotion that is only supposed.
#[derive(Debug)]
pub(crate) struct TrialContext {
    /// What the step is told.
    pub(crate) step: StepContext,
    /// The project.
    pub(crate) project: ProjectName,
    /// The stage.
    pub(crate) stage: StageName,
    /// The promotion.
    pub(crate) promotion: PromotionName,
}

/// What there is where the file says nothing.
const SUPPOSED: [(&str, &str); 4] =
    [("project", "default"), ("stage", "trial"), ("promotion", "trial"), ("alias", "step-1")];

impl TrialContext {
    /// Reads a context: an object with the members of a step's context, all of which may be absent. `freight` may map
    /// origins to freight, as a Stage's status has it.
    ///
    /// # Errors
    /// If a member is of another form, or a name is none.
    pub(crate) fn read(given: Value) -> Result<Self, Failure> {
        let mut members = match given {
            Value::Null => Map::new(),
            Value::Object(members) => members,
            _ => return Err(Failure::input("the context is no mapping")),
        };
        for (name, supposed) in SUPPOSED {
            members.entry(name).or_insert_with(|| json!(supposed));
        }
        if let Some(freight) = members.get_mut("freight") {
            *freight = collection(freight.take())?;
        }
        let failed = |e: &dyn std::fmt::Display| Failure::input(format!("the context: {e}"));
        let step: StepContext = serde_json::from_value(Value::Object(members)).map_err(|e| failed(&e))?;
        Ok(Self {
            project: ProjectName::new(&step.project).map_err(|e| failed(&e))?,
            stage: StageName::new(&step.stage).map_err(|e| failed(&e))?,
            promotion: PromotionName::new(&step.promotion).map_err(|e| failed(&e))?,
            step,
        })
    }
}

/// Freight by origin as a collection, which may also be given as such.
fn collection(freight: Value) -> Result<Value, Failure> {
    if freight.get("items").is_some() {
        return Ok(freight);
    }
    let mut collection = FreightCollection::default();
    for (origin, reference) in freight.as_object().into_iter().flatten() {
        let reference: FreightReference = serde_json::from_value(reference.clone())
            .map_err(|e| Failure::input(format!("the context: freight of {origin}: {e}")))?;
        collection.insert(reference);
    }
    Ok(json!(collection))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_supposed() {
        let context = TrialContext::read(Value::Null).unwrap();
        assert_eq!(context.step.alias, "step-1");
        assert_eq!(context.project.as_str(), "default");
    }

    #[test]
    fn freight_is_given_by_origin() {
        let freight = json!({ "name": "f1", "origin": { "kind": "Warehouse", "name": "w" } });
        let context = TrialContext::read(json!({ "freight": { "Warehouse/w": freight } })).unwrap();
        assert_eq!(context.step.freight.items["Warehouse/w"].name, "f1");
    }

    #[test]
    fn what_is_no_context_is_refused() {
        for wrong in [json!([]), json!({ "project": 1 }), json!({ "stage": "No Name" })] {
            assert!(TrialContext::read(wrong).is_err());
        }
    }
}
