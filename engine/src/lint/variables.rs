//! `vars`, `ctx`, and variables that are not there at all.

use windlass_expr::Reference;

use super::finding::{Finding, suggestion};
use super::references::Tested;
use super::scope::{Place, Scope};
use crate::manifests::Rule;

/// The variables of promotions.
const VARIABLES: [&str; 6] = ["ctx", "vars", "outputs", "task", "stepMetas", "target"];

/// Complains about a member of `vars` that nobody defines.
pub(super) fn check_vars(
    reference: &Reference,
    scope: &Scope<'_>,
    tested: &Tested,
    findings: &mut Vec<Finding>,
) {
    let Some(member) = reference.members.first() else { return };
    if scope.vars.has(&member.name) || tested.has(reference, 1) {
        return;
    }
    let name = &member.name;
    if scope.vars.is_later(name) {
        let (message, hint) = if scope.place == Place::Verification {
            let message = format!("vars.{name} is defined for promotions only, and therefore null here");
            (message, "verifications see the variables under spec.vars".to_owned())
        } else {
            let message = format!("vars.{name} is defined only further down, and therefore null here");
            (message, "variables are evaluated from top to bottom; move it up".to_owned())
        };
        let finding = Finding::error(Rule::UndefinedVariable, member.span.range(), message);
        findings.push(finding.hint(hint));
        return;
    }
    let message = if scope.vars.is_open {
        format!("the task does not define vars.{name}, and no Stage here uses the task")
    } else {
        format!("vars.{name} is not defined, and therefore null")
    };
    let hint = suggestion(name, "the variables here are", scope.vars.names());
    let finding = Finding::error(Rule::UndefinedVariable, member.span.range(), message);
    findings.push(finding.unless_tested(scope.vars.is_open).hint(hint));
}

/// A member of `ctx` and what it has in turn.
struct Context {
    name: &'static str,
    members: &'static [Self],
}

const fn leaf(name: &'static str) -> Context {
    Context { name, members: &[] }
}

const CONTEXT: &[Context] = &[
    leaf("project"),
    leaf("stage"),
    leaf("promotion"),
    leaf("uiBaseUrl"),
    Context {
        name: "targetFreight",
        members: &[leaf("name"), leaf("alias"), Context { name: "origin", members: &[leaf("name")] }],
    },
    Context {
        name: "meta",
        members: &[
            Context { name: "promotion", members: &[leaf("actor"), leaf("rollback")] },
            Context { name: "step", members: &[leaf("alias")] },
        ],
    },
];

/// Verifications know the first two.
const OF_VERIFICATIONS: usize = 2;

/// Complains about members that `ctx` does not have.
pub(super) fn check_context(reference: &Reference, scope: &Scope<'_>, findings: &mut Vec<Finding>) {
    let mut here = match scope.place {
        Place::Verification => &CONTEXT[..OF_VERIFICATIONS],
        Place::PromotionVars | Place::StepVars | Place::Step => CONTEXT,
    };
    let mut path = "ctx".to_owned();
    for member in &reference.members {
        let Some(found) = here.iter().find(|known| known.name == &*member.name) else {
            let message = if here.is_empty() {
                format!("{path} is a text and has no members")
            } else {
                format!("{path} has no member {:?}", &*member.name)
            };
            let hint = suggestion(&member.name, "its members are", here.iter().map(|known| known.name));
            findings.push(Finding::error(Rule::UnknownContext, member.span.range(), message).hint(hint));
            return;
        };
        here = found.members;
        path = format!("{path}.{}", found.name);
    }
}

/// Complains about a variable that does not exist.
pub(super) fn check_other(
    reference: &Reference,
    scope: &Scope<'_>,
    tested: &Tested,
    findings: &mut Vec<Finding>,
) {
    let name = reference.name();
    if name == "target" {
        let has_targets = scope.stage.is_none_or(|stage| stage.has_targets);
        let may_be_missing = reference.tested || tested.has(reference, 0);
        if !has_targets && !may_be_missing {
            let message = "target exists only in promotions to a target, and the Stage has none";
            findings.push(Finding::error(Rule::MisplacedVariable, reference.span.range(), message));
        }
        return;
    }
    let message = format!("there is no variable {name}, so it is null");
    let hint = match name {
        "secrets" => Some("write secret(\"name\").key".to_owned()),
        _ if windlass_expr::function_names().any(|function| function == name) => {
            Some(format!("it is a function: write {name}(…)"))
        }
        _ => suggestion(name, "the variables here are", VARIABLES),
    };
    findings.push(Finding::error(Rule::UnknownVariable, reference.span.range(), message).hint(hint));
}
