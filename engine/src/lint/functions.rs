//! Calls of the functions that Kargo adds to the language.

use windlass_expr::{Argument, ArgumentValue, Reference};
use windlass_promotion::evaluate::functions::SIGNATURES;

use super::finding::{Finding, suggestion};
use super::scope::{Place, Scope};
use super::timeline::Seen;
use crate::manifests::{Kind, Rule};
use crate::project::SHARED_NAMESPACE;

/// Complains about a call of a function that does not exist here, or takes other arguments; whether it can be called.
pub(super) fn check(
    reference: &Reference,
    name: &str,
    count: usize,
    scope: &Scope<'_>,
    findings: &mut Vec<Finding>,
) -> bool {
    let Some(signature) = SIGNATURES.iter().find(|signature| signature.name == name) else {
        findings.push(unknown(reference, name));
        return false;
    };
    let span = reference.span.range();
    if signature.is_status && scope.place != Place::Step {
        let message = format!("{name}() does not exist in this place, where no step is known to have ended");
        let hint = "it exists in the if and the config of steps".to_owned();
        findings.push(Finding::error(Rule::MisplacedFunction, span, message).hint(hint));
        return false;
    }
    if !(signature.least..=signature.most).contains(&count) {
        let takes = match (signature.least, signature.most) {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        let message = format!("{name}() takes {takes}, not {count}");
        findings.push(Finding::error(Rule::WrongArguments, span, message));
        return false;
    }
    if let (Some(member), false) = (reference.members.first(), signature.members.is_empty())
        && !signature.members.contains(&&*member.name)
    {
        let message = format!("the result of {name}() has no member {:?}", &*member.name);
        let hint = suggestion(&member.name, "its members are", signature.members.iter().copied());
        findings.push(Finding::error(Rule::UnknownArtifactMember, member.span.range(), message).hint(hint));
    }
    true
}

/// The complaint about a function that there is not.
pub(super) fn unknown(reference: &Reference, name: &str) -> Finding {
    let known = SIGNATURES.iter().map(|signature| signature.name).chain(windlass_expr::function_names());
    let known: Vec<&str> = known.collect();
    let same = known.iter().copied().find(|known| known.eq_ignore_ascii_case(name));
    let near = same.or_else(|| windlass_catalog::nearest(name, known.iter().copied()));
    let message = format!("there is no function {name}()");
    Finding::error(Rule::UnknownFunction, reference.span.range(), message)
        .hint(near.map(|near| format!("did you mean {near}?")))
}

/// Complains about what a written-out argument names and is not there.
pub(super) fn check_argument(name: &str, args: &[Argument], scope: &Scope<'_>, findings: &mut Vec<Finding>) {
    let Some(Argument { value: ArgumentValue::Text(text), span }) = args.first() else { return };
    let within = span.range();
    match name {
        "status" => check_status(text, within, scope, findings),
        "configMap" => check_data(Kind::ConfigMap, scope.namespace, text, within, scope, findings),
        "secret" => check_data(Kind::Secret, scope.namespace, text, within, scope, findings),
        "sharedConfigMap" => check_data(Kind::ConfigMap, SHARED_NAMESPACE, text, within, scope, findings),
        "sharedSecret" => check_data(Kind::Secret, SHARED_NAMESPACE, text, within, scope, findings),
        "stageMetadata" if scope.world.find(Kind::Stage, scope.namespace, text).is_none() => {
            let message = format!("there is no Stage {text:?}");
            let hint =
                suggestion(text, "the Stages here are", scope.world.names(Kind::Stage, scope.namespace));
            findings.push(Finding::error(Rule::MissingStage, within, message).hint(hint));
        }
        _ => {}
    }
}

/// A step of a task sees its own task's short aliases, any other step sees those that belong to no task.
fn check_status(alias: &str, within: std::ops::Range<usize>, scope: &Scope<'_>, findings: &mut Vec<Finding>) {
    let Some(position) = scope.position else { return };
    let prefix = position.task.map(|task| format!("{task}::")).unwrap_or_default();
    let is_step = |alias: &str| position.task.is_some() || !alias.contains("::");
    match position.timeline.look(&format!("{prefix}{alias}"), position.at) {
        Seen::Earlier(_) if is_step(alias) => {}
        Seen::Unknown => {}
        Seen::Itself | Seen::Later(_) => {
            let message = format!("step {alias:?} has not run by then, so its status is empty");
            findings.push(Finding::error(Rule::EarlyOutput, within, message));
        }
        Seen::Earlier(_) | Seen::Task | Seen::Nothing => {
            let message = format!("there is no step {alias:?} here, so its status is always empty");
            let names = position.timeline.earlier(position.at);
            let names = names.filter_map(|alias| alias.strip_prefix(&prefix)).filter(|alias| is_step(alias));
            let hint = suggestion(alias, "the steps that have run by then are", names);
            findings.push(Finding::error(Rule::UnknownOutput, within, message).hint(hint));
        }
    }
}

fn check_data(
    kind: Kind,
    namespace: &str,
    name: &str,
    within: std::ops::Range<usize>,
    scope: &Scope<'_>,
    findings: &mut Vec<Finding>,
) {
    if scope.stage.is_none() || scope.world.find(kind, namespace, name).is_some() {
        return;
    }
    let what = if kind == Kind::Secret { "Secret" } else { "ConfigMap" };
    let place = if namespace == SHARED_NAMESPACE { " that all projects share" } else { "" };
    let message = format!("there is no {what} {name:?}{place} among the manifests");
    let near = windlass_catalog::nearest(name, scope.world.names(kind, namespace));
    let hint = near.map_or_else(
        || "where it does not exist, it is read as an empty one".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    findings.push(Finding::error(Rule::MissingData, within, message).unless_tested(true).hint(hint));
}
