//! The golden cases of the step, and its published schema.

use std::path::Path;

use windlass_step::testing::{assert_schema, replay_cases};
use windlass_step_json_parse::JsonParse;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<JsonParse>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<JsonParse>(include_str!("../schema.json"));
}
