//! What a text reads, held against what it can see.

use std::collections::BTreeSet;

use windlass_expr::{Base, Reference, Template};

use super::finding::Finding;
use super::scope::Scope;
use super::{freight, functions, outputs, variables};

/// Paths that an author has asked about: `vars.a` of `vars.a != nil ? vars.a : 'x'`.
#[derive(Debug, Clone, Default)]
pub(super) struct Tested(BTreeSet<String>);

impl Tested {
    /// Adds what a template asks about.
    pub(super) fn extend(&mut self, template: &Template) {
        for reference in template.references() {
            let asked = (0..reference.members.len()).filter(|index| reference.members[*index].tested);
            self.0.extend(asked.map(|index| path(reference, index + 1)));
        }
    }

    /// Whether the first `count` members of a reference are asked about.
    pub(super) fn has(&self, reference: &Reference, count: usize) -> bool {
        !self.0.is_empty() && self.0.contains(&path(reference, count))
    }
}

fn path(reference: &Reference, count: usize) -> String {
    let members = reference.members.iter().take(count).map(|member| &*member.name);
    [reference.name()].into_iter().chain(members).collect::<Vec<_>>().join("\0")
}

/// What is wrong with the references of a text, which parses. `guard` is what the step's `if` has asked about.
pub(super) fn check(text: &str, scope: &Scope<'_>, guard: &Tested) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Nothing is read by most texts.
    if !text.contains("${") {
        return findings;
    }
    let Ok(template) = scope.world.texts.template(text) else { return findings };
    let mut tested = guard.clone();
    tested.extend(&template);
    for reference in template.references() {
        match &reference.base {
            Base::Variable(name) => match &**name {
                "vars" => variables::check_vars(reference, scope, &tested, &mut findings),
                "ctx" => variables::check_context(reference, scope, &mut findings),
                "outputs" | "stepMetas" | "task" => outputs::check(reference, scope, &tested, &mut findings),
                _ => variables::check_other(reference, scope, &tested, &mut findings),
            },
            Base::Call(name, args) => {
                if functions::check(reference, name, args.len(), scope, &mut findings) {
                    freight::check(reference, name, args, scope, &mut findings);
                    functions::check_argument(name, args, scope, &mut findings);
                }
            }
        }
    }
    findings
}
