//! Artifacts as expressions see them: fields by their Go names, JSON by Kargo's.

use windlass_expr::{JsonName, Map as Variables, Object, Value};
use windlass_model::artifact::{Chart, GitCommit, Image, OtherArtifact};
use windlass_model::freight::FreightOrigin;

pub(super) fn commit(commit: &GitCommit) -> Object {
    Object::new("v1alpha1.GitCommit")
        .field("RepoURL", JsonName::OmitEmpty("repoURL"), commit.repo_url.as_str())
        .field("ID", JsonName::OmitEmpty("id"), commit.id.as_str())
        .field("Branch", JsonName::OmitEmpty("branch"), commit.branch.as_str())
        .field("Tag", JsonName::OmitEmpty("tag"), commit.tag.as_str())
        .field("Message", JsonName::OmitEmpty("message"), commit.message.as_str())
        .field("Author", JsonName::OmitEmpty("author"), commit.author.as_str())
        .field("Committer", JsonName::OmitEmpty("committer"), commit.committer.as_str())
        .field("SubscriptionName", JsonName::OmitEmpty("subscriptionName"), commit.subscription_name.as_str())
}

pub(super) fn image(image: &Image) -> Object {
    // Go's nil map: absent annotations read as null.
    let mut annotations =
        if image.annotations.is_empty() { Variables::nil_of_strings() } else { Variables::of_strings() };
    for (key, value) in &image.annotations {
        annotations.insert(key.as_str(), value.as_str());
    }
    Object::new("v1alpha1.Image")
        .field("RepoURL", JsonName::OmitEmpty("repoURL"), image.repo_url.as_str())
        .field("Tag", JsonName::OmitEmpty("tag"), image.tag.as_str())
        .field("Digest", JsonName::OmitEmpty("digest"), image.digest.as_str())
        .field("Annotations", JsonName::OmitEmpty("annotations"), annotations)
        .field("SubscriptionName", JsonName::OmitEmpty("subscriptionName"), image.subscription_name.as_str())
}

pub(super) fn chart(chart: &Chart) -> Object {
    Object::new("v1alpha1.Chart")
        .field("RepoURL", JsonName::OmitEmpty("repoURL"), chart.repo_url.as_str())
        .field("Name", JsonName::OmitEmpty("name"), chart.name.as_str())
        .field("Version", JsonName::OmitEmpty("version"), chart.version.as_str())
        .field("SubscriptionName", JsonName::OmitEmpty("subscriptionName"), chart.subscription_name.as_str())
}

pub(super) fn other(artifact: &OtherArtifact) -> Object {
    Object::new("function.artifact")
        .field("ArtifactType", JsonName::AsInGo, artifact.artifact_type.as_str())
        .field("SubscriptionName", JsonName::AsInGo, artifact.subscription_name.as_str())
        .field("Version", JsonName::AsInGo, artifact.version.as_str())
        .field("Metadata", JsonName::AsInGo, Value::from_json(&artifact.metadata))
}

pub(super) fn origin(origin: &FreightOrigin) -> Object {
    Object::new("v1alpha1.FreightOrigin")
        .field(
            "Kind",
            JsonName::Always("kind"),
            Object::text("v1alpha1.FreightOriginKind", origin.kind.as_str()),
        )
        .field("Name", JsonName::Always("name"), origin.name.as_str())
}
