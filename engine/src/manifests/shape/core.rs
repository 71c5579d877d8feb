//! Kinds of Kubernetes, and Project.

use super::{Shape, TEXT, manifest, optional, removed};

static DATA: Shape = Shape::Map(&TEXT);

pub(crate) static SECRET: Shape = manifest!(
    optional("type", &TEXT),
    // That it is base64 is checked with what it decodes to.
    optional("data", &DATA),
    optional("stringData", &DATA),
    optional("immutable", &Shape::Bool),
);

pub(crate) static CONFIG_MAP: Shape =
    manifest!(optional("data", &DATA), optional("binaryData", &DATA), optional("immutable", &Shape::Bool),);

pub(crate) static NAMESPACE: Shape =
    manifest!(optional("spec", &Shape::Any), optional("status", &Shape::Any));

pub(crate) static PROJECT: Shape = manifest!(
    removed("spec", "promotion policies stand in a ProjectConfig of the same name"),
    optional("status", &Shape::Any),
);
