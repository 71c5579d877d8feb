//! Warehouse and its subscriptions.

use super::{DURATION, Field, Shape, TEXT, TEXTS, list, manifest, optional, removed, required, some, text};

/// Kargo takes 0 for its default, 20.
static LIMIT: Shape = Shape::Whole { least: 0, most: 100 };
static CONSTRAINT: Shape = Shape::Text(text::constraint);
static TAGS: Shape = list(&Shape::Text(text::regex));
static PATHS: Shape = list(&Shape::Text(text::path_pattern));

const fn insecure() -> Field {
    optional("insecureSkipTLSVerify", &Shape::Bool)
}

static GIT: Shape = Shape::Object(&[
    required("repoURL", &Shape::Text(text::git_url)),
    optional(
        "commitSelectionStrategy",
        &Shape::Word(&["NewestFromBranch", "SemVer", "Lexical", "NewestTag"]),
    ),
    optional("branch", &Shape::Text(text::branch)),
    optional("semverConstraint", &CONSTRAINT),
    optional("strictSemvers", &Shape::Bool),
    optional("allowTagsRegexes", &TAGS),
    optional("ignoreTagsRegexes", &TAGS),
    removed("allowTags", "write allowTagsRegexes, a list"),
    removed("ignoreTags", "write ignoreTagsRegexes, with ^ and $ around each tag"),
    optional("expressionFilter", &Shape::Expression),
    optional("includePaths", &PATHS),
    optional("excludePaths", &PATHS),
    optional("discoveryLimit", &LIMIT),
    optional("since", &Shape::Text(text::time)),
    optional("blobless", &Shape::Bool),
    insecure(),
]);

static IMAGE: Shape = Shape::Object(&[
    required("repoURL", &Shape::Text(text::image_url)),
    optional("imageSelectionStrategy", &Shape::Word(&["SemVer", "Lexical", "NewestBuild", "Digest"])),
    // What it must be depends on the strategy.
    optional("constraint", &TEXT),
    optional("strictSemvers", &Shape::Bool),
    optional("allowTagsRegexes", &TAGS),
    optional("ignoreTagsRegexes", &TAGS),
    // Kargo reads them still, so that it can refuse them.
    optional("allowTags", &TEXT),
    optional("ignoreTags", &TEXTS),
    optional("platform", &Shape::Text(text::platform)),
    optional("discoveryLimit", &LIMIT),
    optional("cacheByTag", &Shape::Bool),
    insecure(),
    removed("semverConstraint", "write constraint"),
    removed("gitRepoURL", "read the label of the image, or annotate it"),
]);

static CHART: Shape = Shape::Object(&[
    required("repoURL", &Shape::Text(text::chart_url)),
    optional("name", &TEXT),
    optional("semverConstraint", &CONSTRAINT),
    optional("discoveryLimit", &LIMIT),
    insecure(),
]);

static SUBSCRIPTION: Shape = Shape::Choice {
    fields: &[
        optional("name", &Shape::Text(text::label_name)),
        optional("git", &GIT),
        optional("image", &IMAGE),
        optional("chart", &CHART),
    ],
    one_of: &["git", "image", "chart"],
};

pub(crate) static WAREHOUSE: Shape = manifest!(
    required(
        "spec",
        &Shape::Object(&[
            optional("shard", &TEXT),
            optional("interval", &DURATION),
            optional("freightCreationPolicy", &Shape::Word(&["Automatic", "Manual"])),
            optional(
                "freightCreationCriteria",
                &Shape::Object(&[optional("expression", &Shape::Expression)]),
            ),
            required("subscriptions", &some(&SUBSCRIPTION)),
        ]),
    ),
    optional("status", &Shape::Any),
);
