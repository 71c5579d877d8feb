//! ProjectConfig and ClusterConfig.

use super::metadata::{LABEL_SELECTOR, NAME_SELECTOR};
use super::{Field, NAME, Shape, TEXT, list, manifest, optional, required, some, text};

static POLICY: Shape = Shape::Choice {
    fields: &[
        optional("stage", &NAME),
        optional("stageSelector", &NAME_SELECTOR),
        optional("autoPromotionEnabled", &Shape::Bool),
        optional(
            "autoRollback",
            &Shape::Object(&[
                optional("onPromotion", &list(&Shape::Word(&["Failed", "Errored"]))),
                optional("onVerification", &list(&Shape::Word(&["Failed", "Error"]))),
            ]),
        ),
    ],
    one_of: &["stage", "stageSelector"],
};

static SECRET_REF: Shape = Shape::Object(&[required("name", &TEXT)]);
static RECEIVER_OF_SECRET: Shape = Shape::Object(&[required("secretRef", &SECRET_REF)]);

static ACTION: Shape = Shape::Object(&[
    required("action", &Shape::Word(&["Refresh"])),
    optional("whenExpression", &Shape::Expression),
    optional("parameters", &Shape::Map(&TEXT)),
    required(
        "targetSelectionCriteria",
        &some(&Shape::Object(&[
            // Kargo's schema allows Warehouse alone, its code and documentation Promotion as well.
            required("kind", &Shape::Word(&["Warehouse", "Promotion"])),
            optional("name", &Shape::Template),
            optional("labelSelector", &LABEL_SELECTOR),
            optional(
                "indexSelector",
                &Shape::Object(&[required(
                    "matchIndices",
                    &list(&Shape::Object(&[
                        required("key", &Shape::Word(&["subscribedURLs", "receiverPaths"])),
                        required("operator", &Shape::Word(&["Equals", "NotEquals"])),
                        required("value", &Shape::Template),
                    ])),
                )]),
            ),
        ])),
    ),
]);

static RECEIVERS: Shape = list(&Shape::Choice {
    fields: &[
        required("name", &NAME),
        optional(
            "artifactory",
            &Shape::Object(&[required("secretRef", &SECRET_REF), optional("virtualRepoName", &TEXT)]),
        ),
        optional("azure", &RECEIVER_OF_SECRET),
        optional("bitbucket", &RECEIVER_OF_SECRET),
        optional("dockerhub", &RECEIVER_OF_SECRET),
        optional(
            "generic",
            &Shape::Object(&[required("secretRef", &SECRET_REF), required("actions", &some(&ACTION))]),
        ),
        optional("gitea", &RECEIVER_OF_SECRET),
        optional("github", &RECEIVER_OF_SECRET),
        optional("gitlab", &RECEIVER_OF_SECRET),
        optional("harbor", &RECEIVER_OF_SECRET),
        optional("quay", &RECEIVER_OF_SECRET),
    ],
    one_of: &[
        "artifactory",
        "azure",
        "bitbucket",
        "dockerhub",
        "generic",
        "gitea",
        "github",
        "gitlab",
        "harbor",
        "quay",
    ],
});

static LINKS: Shape = list(&Shape::Object(&[
    required("title", &TEXT),
    required("url", &TEXT),
    optional("description", &TEXT),
    optional("if", &Shape::Expression),
]));

static WINDOWS: Shape = list(&Shape::Object(&[
    required("name", &NAME),
    required("kind", &Shape::Word(&["Allow", "Deny"])),
    optional("stageSelector", &NAME_SELECTOR),
    optional("projectSelector", &NAME_SELECTOR),
    optional("rrule", &TEXT),
    optional("dtstart", &TEXT),
    optional("dtend", &TEXT),
]));

const fn receivers() -> Field {
    optional("webhookReceivers", &RECEIVERS)
}

const fn freight_links() -> Field {
    optional("freightLinks", &LINKS)
}

const fn stage_links() -> Field {
    optional("stageLinks", &LINKS)
}

const fn windows() -> Field {
    optional("promotionWindows", &WINDOWS)
}

pub(crate) static PROJECT_CONFIG: Shape = manifest!(
    optional(
        "spec",
        &Shape::Object(&[
            optional("promotionPolicies", &list(&POLICY)),
            receivers(),
            freight_links(),
            stage_links(),
            windows(),
        ]),
    ),
    optional("status", &Shape::Any),
);

pub(crate) static CLUSTER_CONFIG: Shape = manifest!(
    optional(
        "spec",
        &Shape::Object(&[
            optional(
                "gitClient",
                &Shape::Object(&[
                    required("name", &Shape::Text(text::not_empty)),
                    required("email", &Shape::Text(text::email)),
                    optional("signingKeySecret", &SECRET_REF),
                ]),
            ),
            receivers(),
            freight_links(),
            stage_links(),
            windows(),
        ]),
    ),
    optional("status", &Shape::Any),
);
