//! `commitFrom` and its kin: is there a subscription, among those of the requested warehouses, that gives the artifact?

use windlass_expr::{Argument, ArgumentValue, Base, Reference};
use windlass_model::freight::address::normalize_git;
use windlass_model::manifest::warehouse::{Subscription, Warehouse};

use super::finding::{Finding, suggestion};
use super::scope::{Scope, StageFacts};
use crate::manifests::Rule;

/// What an artifact is looked up by.
struct Wanted<'a> {
    function: &'a str,
    /// A repository, or for `artifactFrom` a subscription.
    text: &'a str,
    /// For `chartFrom` the chart.
    chart: &'a str,
}

impl Wanted<'_> {
    fn is_in(&self, subscription: &Subscription) -> bool {
        match self.function {
            "commitFrom" => {
                let url = normalize_git(self.text);
                subscription.git.as_ref().is_some_and(|git| normalize_git(&git.repo_url) == url)
            }
            "imageFrom" => subscription.image.as_ref().is_some_and(|image| image.repo_url == self.text),
            "chartFrom" => subscription
                .chart
                .as_ref()
                .is_some_and(|chart| chart.repo_url == self.text && chart.name == self.chart),
            _ => subscription.name == self.text,
        }
    }

    /// What a subscription offers of this kind.
    fn offered<'s>(&self, subscription: &'s Subscription) -> Option<&'s str> {
        match self.function {
            "commitFrom" => subscription.git.as_ref().map(|git| git.repo_url.as_str()),
            "imageFrom" => subscription.image.as_ref().map(|image| image.repo_url.as_str()),
            "chartFrom" => subscription.chart.as_ref().map(|chart| chart.repo_url.as_str()),
            _ => Some(subscription.name.as_str()).filter(|name| !name.is_empty()),
        }
    }

    /// What could have been meant.
    fn hint<'s>(&self, offered: impl Iterator<Item = &'s Subscription> + Clone) -> Option<String> {
        let charts = offered.clone().filter_map(|subscription| subscription.chart.as_ref());
        let charts: Vec<&str> =
            charts.filter(|chart| chart.repo_url == self.text).map(|chart| chart.name.as_str()).collect();
        if self.function == "chartFrom" && !charts.is_empty() {
            return suggestion(self.chart, "name one of its charts:", charts);
        }
        let offered = offered.filter_map(|subscription| self.offered(subscription));
        suggestion(self.text, "they subscribe to", offered)
    }

    /// What it is, for people.
    fn what(&self) -> String {
        match self.function {
            "commitFrom" => format!("the Git repository {:?}", self.text),
            "imageFrom" => format!("the image repository {:?}", self.text),
            "chartFrom" if self.chart.is_empty() => format!("the chart repository {:?}", self.text),
            "chartFrom" => format!("the chart {:?} of {:?}", self.chart, self.text),
            _ => format!("anything under the name {:?}", self.text),
        }
    }
}

/// Complains about an artifact that no requested warehouse gives, or about a warehouse that is not requested.
pub(super) fn check(
    reference: &Reference,
    name: &str,
    args: &[Argument],
    scope: &Scope<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(stage) = scope.stage else { return };
    if name == "warehouse" {
        return check_warehouse(args, stage, findings);
    }
    if !matches!(name, "commitFrom" | "imageFrom" | "chartFrom" | "artifactFrom") {
        return;
    }
    let text = |index: usize| args.get(index).and_then(|arg| known_text(&arg.value, scope));
    let Some(wanted) = text(0) else { return };
    let (chart, origin) = match (name, args.len()) {
        ("chartFrom", 2) if text(1).is_some() => (text(1), None),
        ("chartFrom", 3) => (text(1), args.get(2)),
        (_, 2) => (None, args.get(1)),
        _ => (None, None),
    };
    if name == "chartFrom" && args.len() == 3 && chart.is_none() {
        return;
    }
    let wanted = Wanted { function: name, text: wanted, chart: chart.unwrap_or_default() };
    // A warehouse that is missing has been told, and may have had it.
    let Some(searched) = searched(origin, stage) else { return };
    let found: Vec<&str> = searched
        .iter()
        .filter(|(_, warehouse)| warehouse.spec.subscriptions.iter().any(|s| wanted.is_in(s)))
        .map(|(name, _)| *name)
        .collect();
    let within = args.first().map_or_else(|| reference.span.range(), |arg| arg.span.range());
    match found.as_slice() {
        [] => {
            let message = format!("no Warehouse that the Stage requests subscribes to {}", wanted.what());
            let offered = searched.iter().flat_map(|(_, warehouse)| &warehouse.spec.subscriptions);
            let hint = wanted.hint(offered);
            // chartFrom() fails where the others give nil.
            let is_prepared = reference.tested && name != "chartFrom";
            let finding = Finding::error(Rule::UnknownRepository, within, message);
            findings.push(finding.unless_tested(is_prepared).hint(hint));
        }
        [first, second, ..] if origin.is_none() => {
            let message =
                format!("Warehouse {first} and Warehouse {second} both subscribe to {}", wanted.what());
            let hint = format!("say which one: add warehouse({first:?}) as the last argument");
            findings.push(Finding::error(Rule::AmbiguousRepository, within, message).hint(hint));
        }
        _ => {}
    }
}

/// The warehouses that are looked into; none if that cannot be told.
fn searched<'a>(
    origin: Option<&Argument>,
    stage: &'a StageFacts<'a>,
) -> Option<Vec<(&'a str, &'a Warehouse)>> {
    let all = || stage.requests.iter().map(|(name, warehouse)| warehouse.map(|warehouse| (*name, warehouse)));
    match origin.map(|origin| &origin.value) {
        None => all().collect(),
        Some(ArgumentValue::Reference(call)) => {
            let Base::Call(function, args) = &call.base else { return None };
            let Some(ArgumentValue::Text(name)) = args.first().map(|arg| &arg.value) else { return None };
            let named = stage.requests.iter().find(|(requested, _)| **requested == **name)?;
            (&**function == "warehouse").then_some(vec![(named.0, named.1?)])
        }
        Some(_) => None,
    }
}

fn check_warehouse(args: &[Argument], stage: &StageFacts<'_>, findings: &mut Vec<Finding>) {
    let Some(Argument { value: ArgumentValue::Text(name), span }) = args.first() else { return };
    if stage.requests.iter().any(|(requested, _)| **requested == **name) {
        return;
    }
    let message = format!("the Stage requests no freight of Warehouse {:?}", &**name);
    let hint = suggestion(name, "it requests freight of", stage.requests.iter().map(|(name, _)| *name));
    findings.push(Finding::error(Rule::UnrequestedWarehouse, span.range(), message).hint(hint));
}

/// The text of an argument, if it is written out here or in a variable.
fn known_text<'a>(value: &'a ArgumentValue, scope: &Scope<'a>) -> Option<&'a str> {
    match value {
        ArgumentValue::Text(text) => Some(text),
        ArgumentValue::Reference(reference) => match (&reference.base, reference.members.as_slice()) {
            (Base::Variable(name), [member]) if &**name == "vars" => scope.vars.literal(&member.name),
            _ => None,
        },
        ArgumentValue::Computed => None,
    }
}
