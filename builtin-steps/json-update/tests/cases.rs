//! The golden cases of the step, and its published schema.

use std::path::Path;

use windlass_step::testing::{assert_schema, replay_cases};
use windlass_step_json_update::JsonUpdate;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<JsonUpdate>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<JsonUpdate>(include_str!("../schema.json"));
}
