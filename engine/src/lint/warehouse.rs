//! The expressions of a Warehouse: filters of commits and tags, and the criteria for freight.

use windlass_expr::{Argument, ArgumentValue, Base, Reference};
use windlass_model::freight::address::{normalize_chart, normalize_git, normalize_image};
use windlass_model::manifest::warehouse::{CommitSelectionStrategy, Subscription, WarehouseSpec};

use super::bare::{self, Sight};
use super::finding::{Finding, suggestion};
use super::world::World;
use crate::manifests::{Diagnostic, Mark, Rule, Source};

/// What a filter knows of a commit.
const OF_COMMITS: Sight =
    Sight { variables: Some(&["id", "commitDate", "author", "committer", "subject"]), functions: &[] };

/// What a filter knows of a tag.
const OF_TAGS: Sight = Sight {
    variables: Some(&["tag", "id", "creatorDate", "author", "committer", "subject", "tagger", "annotation"]),
    functions: &[],
};

/// What criteria know: the newest of each artifact.
const OF_CRITERIA: Sight =
    Sight { variables: Some(&[]), functions: &["commitFrom", "imageFrom", "chartFrom", "artifactFrom"] };

/// The members of what the functions of criteria give, where they are not those of promotions.
const DISCOVERED: [(&str, &[&str]); 2] = [
    ("commitFrom", &["ID", "Branch", "Tag", "Subject", "Author", "Committer", "CreatorDate"]),
    ("imageFrom", &["Tag", "Digest", "Annotations", "CreatedAt"]),
];

/// Complains about the expressions of a warehouse.
pub(super) fn check(
    world: &World<'_>,
    source: &Source,
    spec: &WarehouseSpec,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut tell = |path: &[&str], findings: Vec<Finding>| {
        for finding in findings {
            let mark = Mark::Within(finding.within.clone());
            diagnostics.push(source.locate(finding.into_diagnostic(), path, &mark));
        }
    };
    for (index, subscription) in spec.subscriptions.iter().enumerate() {
        let Some(git) = subscription.git.as_ref().filter(|git| !git.expression_filter.is_empty()) else {
            continue;
        };
        let Ok(filter) = world.texts.expression(&git.expression_filter) else { continue };
        let sight = match git.commit_selection_strategy {
            CommitSelectionStrategy::NewestFromBranch => &OF_COMMITS,
            CommitSelectionStrategy::SemVer
            | CommitSelectionStrategy::Lexical
            | CommitSelectionStrategy::NewestTag => &OF_TAGS,
        };
        let path = ["spec", "subscriptions", &index.to_string(), "git", "expressionFilter"];
        tell(&path, bare::check(filter.references(), sight));
    }
    let Some(criteria) = &spec.freight_creation_criteria else { return };
    let Ok(expression) = world.texts.expression(&criteria.expression) else { return };
    let mut findings = bare::check(expression.references(), &OF_CRITERIA);
    for reference in expression.references() {
        check_artifact(reference, &spec.subscriptions, &mut findings);
    }
    tell(&["spec", "freightCreationCriteria", "expression"], findings);
}

/// Complains about an artifact that the warehouse does not discover, or a member that it does not have.
fn check_artifact(reference: &Reference, subscriptions: &[Subscription], findings: &mut Vec<Finding>) {
    let Base::Call(name, args) = &reference.base else { return };
    if let (Some((_, members)), Some(member)) =
        (DISCOVERED.iter().find(|(function, _)| *function == &**name), reference.members.first())
        && !members.contains(&&*member.name)
    {
        let message = format!("what {name}() discovers has no member {:?}", &*member.name);
        let hint = suggestion(&member.name, "its members are", members.iter().copied());
        findings.push(Finding::error(Rule::UnknownArtifactMember, member.span.range(), message).hint(hint));
    }
    let Some(Argument { value: ArgumentValue::Text(text), span }) = args.first() else { return };
    let Some((offered, wanted)) = offered(name, text, subscriptions) else { return };
    if offered.iter().any(|(_, address)| *address == wanted) {
        return;
    }
    let message = format!("the Warehouse does not subscribe to {:?}", &**text);
    let hint = suggestion(text, "it subscribes to", offered.iter().map(|(written, _)| *written));
    let finding = Finding::error(Rule::UnknownRepository, span.range(), message);
    findings.push(finding.unless_tested(reference.tested).hint(hint));
}

/// What a warehouse subscribes to, as written and as compared.
type Offered<'s> = Vec<(&'s str, String)>;

/// What subscriptions offer to a function, and what it asks for, as compared.
fn offered<'s>(
    function: &str,
    text: &str,
    subscriptions: &'s [Subscription],
) -> Option<(Offered<'s>, String)> {
    let collect = |written: &dyn Fn(&'s Subscription) -> Option<&'s str>,
                   normalize: &dyn Fn(&str) -> String| {
        let all = subscriptions.iter().filter_map(written);
        Some((all.map(|url| (url, normalize(url))).collect(), normalize(text)))
    };
    match function {
        "commitFrom" => collect(&|s| s.git.as_ref().map(|git| git.repo_url.as_str()), &normalize_git),
        "imageFrom" => collect(&|s| s.image.as_ref().map(|image| image.repo_url.as_str()), &normalize_image),
        "chartFrom" => collect(&|s| s.chart.as_ref().map(|chart| chart.repo_url.as_str()), &normalize_chart),
        "artifactFrom" => {
            collect(&|s| Some(s.name.as_str()).filter(|name| !name.is_empty()), &ToOwned::to_owned)
        }
        _ => None,
    }
}
