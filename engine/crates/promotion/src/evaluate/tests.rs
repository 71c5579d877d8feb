//! Evaluating over and over.

use serde_json::{Map, json};
use windlass_model::freight::FreightCollection;
use windlass_model::manifest::step::Variable;

use super::functions::NoData;
use super::{StepView, TargetFreight, Templates};
use crate::sealed::SealKey;

fn variable(name: &str, value: &str) -> Variable {
    Variable { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn nothing_is_parsed_twice() {
    let (outputs, freight, key, templates) =
        (Map::new(), FreightCollection::default(), SealKey::new(&[0; 32]), Templates::default());
    let vars = [variable("plain", "1"), variable("made", "${{ vars.plain }}!")];
    let step_vars = [variable("own", "${{ vars.made }}?")];
    let view = StepView {
        project: "",
        stage: "dev",
        promotion: "",
        actor: "",
        rollback: false,
        ui_base_url: "",
        target_freight: TargetFreight::default(),
        target: None,
        vars: &vars,
        alias: "s",
        step_vars: &step_vars,
        outputs: &outputs,
        metas: &[],
        seal_key: &key,
        freight_requests: &[],
        freight: &freight,
        data: &NoData,
        templates: &templates,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let config = json!({ "a": "${{ vars.own }}", "b": ["${{ vars.own }}", "plain", "in ${{ ctx.stage }}"] });
    for _ in 0..3 {
        assert!(view.should_run("${{ vars.own == '1!?' }}").unwrap());
        let evaluated = view.config(Some(&config)).unwrap().to_json().unwrap();
        assert_eq!(evaluated, json!({ "a": "1!?", "b": ["1!?", "plain", "in dev"] }));
        assert_eq!(templates.parsed(), 5, "two variables, the if, and two texts of the configuration");
    }
}
