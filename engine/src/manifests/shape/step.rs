//! Variables, steps and tasks.

use super::{DURATION, NAME, Shape, TEXT, list, manifest, optional, required, some, text};

pub(super) static VARS: Shape = list(&Shape::Object(&[
    required("name", &Shape::Text(text::variable)),
    optional("value", &Shape::Template),
]));

static RETRY: Shape = Shape::Object(&[
    optional("timeout", &DURATION),
    optional("errorThreshold", &Shape::Whole { least: 0, most: u32::MAX as i64 }),
]);

static TASK: Shape = Shape::Object(&[
    required("name", &NAME),
    optional("kind", &Shape::Word(&["PromotionTask", "ClusterPromotionTask"])),
]);

pub(super) static STEP: Shape = Shape::Object(&[
    optional("uses", &TEXT),
    optional("task", &TASK),
    optional("as", &TEXT),
    optional("if", &Shape::Condition),
    optional("continueOnError", &Shape::Bool),
    optional("retry", &RETRY),
    optional("vars", &VARS),
    optional("config", &Shape::Config),
]);

pub(crate) static PROMOTION_TASK: Shape = manifest!(
    required("spec", &Shape::Object(&[optional("vars", &VARS), required("steps", &some(&STEP))])),
    optional("status", &Shape::Any),
);
