//! Kubernetes' own parts of manifests.

use super::{NAME, Shape, TEXT, TEXTS, list, optional, required, text};

pub(super) static METADATA: Shape = Shape::Object(&[
    // Its form is checked with the kind, which may know better what to say.
    optional("name", &TEXT),
    optional("generateName", &TEXT),
    optional("namespace", &NAME),
    optional("labels", &LABELS),
    optional("annotations", &Shape::Map(&TEXT)),
    optional("finalizers", &TEXTS),
    optional("ownerReferences", &Shape::Any),
    optional("creationTimestamp", &Shape::Any),
    optional("deletionTimestamp", &Shape::Any),
    optional("deletionGracePeriodSeconds", &Shape::Any),
    optional("generation", &Shape::Any),
    optional("managedFields", &Shape::Any),
    optional("resourceVersion", &Shape::Any),
    optional("selfLink", &Shape::Any),
    optional("uid", &Shape::Any),
]);

static LABELS: Shape = Shape::Map(&Shape::Text(text::label));

static MATCH_EXPRESSIONS: Shape = list(&Shape::Object(&[
    required("key", &TEXT),
    required("operator", &Shape::Word(&["In", "NotIn", "Exists", "DoesNotExist"])),
    optional("values", &TEXTS),
]));

pub(super) static LABEL_SELECTOR: Shape = Shape::Object(&[
    optional("matchLabels", &Shape::Map(&TEXT)),
    optional("matchExpressions", &MATCH_EXPRESSIONS),
]);

/// A label selector together with a name, which may be a pattern.
pub(super) static NAME_SELECTOR: Shape = Shape::Object(&[
    optional("name", &Shape::Text(text::name_pattern)),
    optional("matchLabels", &Shape::Map(&TEXT)),
    optional("matchExpressions", &MATCH_EXPRESSIONS),
]);
