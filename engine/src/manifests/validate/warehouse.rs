//! What a Warehouse must have.

use windlass_model::manifest::warehouse::Warehouse;

use crate::manifests::decode::Decoder;
use crate::manifests::expressions::check_expression;

/// Complains about subscriptions that are none.
pub(in crate::manifests) fn check(decoder: &mut Decoder<'_>, warehouse: &Warehouse) {
    let spec = &warehouse.spec;
    if spec.subscriptions.is_empty() {
        decoder.error_at(&["spec", "subscriptions"], "a Warehouse watches at least one repository", "");
    }
    if let Some(criteria) = &spec.freight_creation_criteria {
        let path = ["spec", "freightCreationCriteria", "expression"].map(ToOwned::to_owned);
        check_expression(decoder, &path, &criteria.expression);
    }
    for (index, subscription) in spec.subscriptions.iter().enumerate() {
        let path = |rest: &[&str]| -> Vec<String> {
            let mut path = vec!["spec".to_owned(), "subscriptions".to_owned(), index.to_string()];
            path.extend(rest.iter().map(|segment| (*segment).to_owned()));
            path
        };
        let kinds = [subscription.git.is_some(), subscription.image.is_some(), subscription.chart.is_some()];
        if kinds.iter().filter(|there| **there).count() != 1 {
            decoder.error_at(&path(&[]), "a subscription has exactly one of git, image and chart", "");
            continue;
        }
        let url = |url: &str| url.trim().is_empty();
        if let Some(git) = &subscription.git {
            if url(&git.repo_url) {
                decoder.error_at(&path(&["git", "repoURL"]), "the repository is missing", "");
            }
            if !git.expression_filter.is_empty() {
                check_expression(decoder, &path(&["git", "expressionFilter"]), &git.expression_filter);
            }
        }
        if let Some(image) = &subscription.image {
            if url(&image.repo_url) {
                decoder.error_at(&path(&["image", "repoURL"]), "the repository is missing", "");
            }
            let gone = [
                ("allowTags", image.allow_tags.is_empty(), "write allowTagsRegexes, a list"),
                (
                    "ignoreTags",
                    image.ignore_tags.is_empty(),
                    "write ignoreTagsRegexes, with ^ and $ around each tag",
                ),
            ];
            for (name, _, hint) in gone.iter().filter(|(_, is_empty, _)| !is_empty) {
                let message =
                    format!("{name} was taken out of Kargo, which discovers nothing where it is set");
                decoder.error_at(&path(&["image", name]), message, hint);
            }
        }
        if let Some(chart) = &subscription.chart
            && url(&chart.repo_url)
        {
            decoder.error_at(&path(&["chart", "repoURL"]), "the repository is missing", "");
        }
    }
}
