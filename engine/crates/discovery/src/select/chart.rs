//! Which versions of a chart are wanted, the highest first.

use windlass_model::manifest::warehouse::ChartSubscription;
use windlass_versions::{Order, SemverRule, Strictness, TagFilter, TagSelection, version_of_oci_tag};

/// The versions that a subscription wants, best first. In an OCI registry they are tags, which must be versions by the
/// letter; in an index they may be short.
///
/// # Errors
/// If the constraint cannot be read.
pub fn select_versions(
    subscription: &ChartSubscription,
    versions: Vec<String>,
) -> Result<Vec<String>, String> {
    let (strictness, versions) = if is_oci(&subscription.repo_url) {
        (Strictness::Canonical, versions.iter().map(|tag| version_of_oci_tag(tag)).collect())
    } else {
        (Strictness::Coerce, versions)
    };
    let rule = SemverRule::new(strictness, &subscription.semver_constraint);
    let order = Order::Semver(rule.map_err(|e| format!("semverConstraint: {e} ({})", e.hint()))?);
    Ok(TagSelection { filter: TagFilter::default(), order }.select(versions))
}

/// Whether a chart is in an OCI registry.
pub(crate) fn is_oci(url: &str) -> bool {
    url.starts_with("oci://")
}
