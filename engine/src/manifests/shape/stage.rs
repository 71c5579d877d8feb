//! Stage.

use super::metadata::LABEL_SELECTOR;
use super::step::{STEP, VARS};
use super::{DURATION, NAME, Shape, TEXT, TEXTS, list, manifest, optional, removed, required, some};

pub(super) static ORIGIN: Shape =
    Shape::Object(&[optional("kind", &Shape::Word(&["Warehouse"])), required("name", &NAME)]);

static REQUEST: Shape = Shape::Object(&[
    required("origin", &ORIGIN),
    optional(
        "sources",
        &Shape::Object(&[
            optional("direct", &Shape::Bool),
            optional("stages", &TEXTS),
            optional("requiredSoakTime", &DURATION),
            optional("availabilityStrategy", &Shape::Word(&["All", "OneOf"])),
            optional(
                "autoPromotionOptions",
                &Shape::Object(&[optional(
                    "selectionPolicy",
                    &Shape::Word(&["NewestFreight", "MatchUpstream"]),
                )]),
            ),
        ]),
    ),
]);

static VERIFICATION: Shape = Shape::Object(&[
    optional(
        "analysisTemplates",
        &list(&Shape::Object(&[
            required("name", &TEXT),
            optional("kind", &Shape::Word(&["AnalysisTemplate", "ClusterAnalysisTemplate"])),
        ])),
    ),
    optional(
        "analysisRunMetadata",
        &Shape::Object(&[
            optional("labels", &Shape::Map(&TEXT)),
            optional("annotations", &Shape::Map(&TEXT)),
        ]),
    ),
    optional("args", &list(&Shape::Object(&[required("name", &TEXT), required("value", &Shape::Template)]))),
]);

static TEMPLATE: Shape = Shape::Object(&[required(
    "spec",
    &Shape::Object(&[optional("vars", &VARS), required("steps", &some(&STEP))]),
)]);

pub(crate) static STAGE: Shape = manifest!(
    required(
        "spec",
        &Shape::Object(&[
            optional("shard", &TEXT),
            optional("vars", &VARS),
            required("requestedFreight", &some(&REQUEST)),
            optional("promotionTemplate", &TEMPLATE),
            optional("verification", &VERIFICATION),
            optional("targets", &Shape::Object(&[required("selectors", &list(&LABEL_SELECTOR))])),
            removed("promotionMechanisms", "write its steps under promotionTemplate"),
            removed("subscriptions", "write its sources under requestedFreight"),
        ]),
    ),
    optional("status", &Shape::Any),
);
