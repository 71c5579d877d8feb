//! Freight, Promotion and their kin, which people seldom write but may keep.

use super::stage::ORIGIN;
use super::step::{STEP, VARS};
use super::{NAME, Shape, TEXT, list, manifest, optional, required};

static COMMIT: Shape = Shape::Object(&[
    required("repoURL", &TEXT),
    optional("id", &TEXT),
    optional("branch", &TEXT),
    optional("tag", &TEXT),
    optional("message", &TEXT),
    optional("author", &TEXT),
    optional("committer", &TEXT),
    optional("subscriptionName", &TEXT),
]);

static IMAGE: Shape = Shape::Object(&[
    required("repoURL", &TEXT),
    optional("tag", &TEXT),
    optional("digest", &TEXT),
    optional("annotations", &Shape::Map(&TEXT)),
    optional("subscriptionName", &TEXT),
]);

static CHART: Shape = Shape::Object(&[
    required("repoURL", &TEXT),
    optional("name", &TEXT),
    optional("version", &TEXT),
    optional("subscriptionName", &TEXT),
]);

static ARTIFACT: Shape = Shape::Object(&[
    required("artifactType", &TEXT),
    required("subscriptionName", &TEXT),
    required("version", &TEXT),
    optional("metadata", &Shape::Any),
]);

pub(crate) static FREIGHT: Shape = manifest!(
    optional("alias", &TEXT),
    optional("discoveredAt", &Shape::Any),
    required("origin", &ORIGIN),
    optional("commits", &list(&COMMIT)),
    optional("images", &list(&IMAGE)),
    optional("charts", &list(&CHART)),
    optional("artifacts", &list(&ARTIFACT)),
    optional("status", &Shape::Any),
);

pub(crate) static PROMOTION: Shape = manifest!(
    required(
        "spec",
        &Shape::Choice {
            fields: &[
                required("stage", &NAME),
                optional("freight", &NAME),
                optional("origin", &ORIGIN),
                optional("target", &NAME),
                optional("vars", &VARS),
                // Admission makes them of the Stage's, whatever is written here.
                optional("steps", &list(&STEP)),
            ],
            one_of: &["freight", "origin"],
        },
    ),
    optional("status", &Shape::Any),
);

pub(crate) static PROMOTION_REQUEST: Shape = manifest!(
    required(
        "spec",
        &Shape::Object(&[
            required("stage", &NAME),
            required("freight", &NAME),
            required("targets", &list(&Shape::Object(&[required("name", &NAME)]))),
        ]),
    ),
    optional("status", &Shape::Any),
);

pub(crate) static TARGET: Shape = manifest!(
    optional("spec", &Shape::Object(&[optional("params", &Shape::Map(&Shape::Any))])),
    optional("status", &Shape::Any),
);
