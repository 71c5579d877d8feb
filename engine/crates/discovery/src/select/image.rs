//! Which tags of an image repository are wanted, best first.

use windlass_model::manifest::warehouse::{ImageSelectionStrategy, ImageSubscription};
use windlass_versions::{Order, SemverRule, Strictness, TagFilter, TagSelection};

/// The tags that a subscription wants, best first.
///
/// # Errors
/// If a constraint or an expression cannot be read, a field is retired, or the strategy cannot be used yet.
pub fn select_tags(subscription: &ImageSubscription, tags: Vec<String>) -> Result<Vec<String>, String> {
    if !subscription.allow_tags.is_empty() || !subscription.ignore_tags.is_empty() {
        return Err(
            "allowTags and ignoreTags are retired; write allowTagsRegexes and ignoreTagsRegexes".to_owned()
        );
    }
    let order = match subscription.image_selection_strategy {
        ImageSelectionStrategy::SemVer => {
            let strictness = match subscription.strict_semvers {
                Some(false) => Strictness::Coerce,
                None | Some(true) => Strictness::Complete,
            };
            let rule = SemverRule::new(strictness, &subscription.constraint);
            Order::Semver(rule.map_err(|e| format!("constraint: {e} ({})", e.hint()))?)
        }
        other => return Err(format!("imageSelectionStrategy {other:?} cannot be used yet; SemVer can")),
    };
    let filter = TagFilter::new(&subscription.allow_tags_regexes, &subscription.ignore_tags_regexes);
    let filter = filter.map_err(|e| format!("allowTagsRegexes, ignoreTagsRegexes: {e}"))?;
    Ok(TagSelection { filter, order }.select(tags))
}
