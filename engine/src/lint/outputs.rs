//! `outputs`, `task.outputs` and `stepMetas`: what earlier steps left.

use serde_json::Value;
use windlass_expr::{Member, Reference};

use super::finding::{Finding, suggestion};
use super::references::Tested;
use super::scope::{Position, Scope};
use super::timeline::Seen;
use crate::manifests::Rule;

/// Complains about outputs of steps that have not run.
pub(super) fn check(reference: &Reference, scope: &Scope<'_>, tested: &Tested, findings: &mut Vec<Finding>) {
    let root = reference.name();
    let Some(position) = scope.position else {
        let message = format!("{root} does not exist in this place, where no step can be seen");
        findings.push(Finding::error(Rule::MisplacedVariable, reference.span.range(), message));
        return;
    };
    let is_open = scope.stage.is_none();
    if root != "task" {
        return Read { reference, position, tested, skip: 0, is_open }.check(root, findings);
    }
    if position.task.is_none() {
        let message = "task exists only within tasks";
        let finding = Finding::error(Rule::MisplacedVariable, reference.span.range(), message);
        findings.push(finding.hint("write outputs, which has all steps".to_owned()));
        return;
    }
    let Some(first) = reference.members.first() else { return };
    if &*first.name == "outputs" {
        Read { reference, position, tested, skip: 1, is_open: false }.check("task.outputs", findings);
    } else {
        let message = format!("task has no member {:?}", &*first.name);
        let hint = "its one member is outputs".to_owned();
        findings.push(Finding::error(Rule::UnknownVariable, first.span.range(), message).hint(hint));
    }
}

/// A reference to outputs.
struct Read<'a> {
    reference: &'a Reference,
    position: Position<'a>,
    tested: &'a Tested,
    /// How many members stand before the alias.
    skip: usize,
    /// There may be other steps, of which nothing is known.
    is_open: bool,
}

impl Read<'_> {
    fn check(&self, root: &str, findings: &mut Vec<Finding>) {
        let Some(member) = self.reference.members.get(self.skip) else { return };
        let Position { timeline, at, task } = self.position;
        let prefix = task.filter(|_| self.skip > 0).map(|task| format!("{task}::")).unwrap_or_default();
        let alias = format!("{prefix}{}", member.name);
        let is_tested = self.tested.has(self.reference, self.skip + 1);
        let say = |rule, message: String| Finding::error(rule, member.span.range(), message);
        let name = &member.name;
        match timeline.look(&alias, at) {
            Seen::Earlier(step) => {
                let schema = step.kind.as_ref().and_then(|kind| kind.manifest.output_schema.as_ref());
                if let (Some(schema), true) = (schema, root != "stepMetas") {
                    check_members(schema, &self.reference.members[self.skip + 1..], name, findings);
                }
            }
            Seen::Task | Seen::Unknown => {}
            // An earlier attempt may have given it.
            Seen::Itself if is_tested => {}
            Seen::Itself => {
                let message = format!("step {name:?} reads its own output, which it has not given yet");
                findings.push(say(Rule::EarlyOutput, message));
            }
            Seen::Later(number) => {
                let message = format!("step {name:?} runs later, as number {}", number + 1);
                let hint = "only the outputs of steps further up are there".to_owned();
                findings.push(say(Rule::EarlyOutput, message).unless_tested(is_tested).hint(hint));
            }
            Seen::Nothing => {
                let message = format!("there is no step {name:?} whose output could be read");
                let inner = self.step_of_task(name);
                if self.is_open && inner.is_none() {
                    return;
                }
                let hint = inner.or_else(|| self.others(name, &prefix));
                let finding = say(Rule::UnknownOutput, message).unless_tested(is_tested || self.is_open);
                findings.push(finding.hint(hint));
            }
        }
    }

    /// What to do if an alias is that of a step of the same task.
    fn step_of_task(&self, name: &str) -> Option<String> {
        let Position { timeline, at, task } = self.position;
        let alias = format!("{}::{name}", task.filter(|_| self.skip == 0)?);
        let is_step = !matches!(timeline.look(&alias, at), Seen::Nothing);
        is_step.then(|| format!("it is a step of the task: write task.outputs[{name:?}]"))
    }

    /// The aliases that could have been meant.
    fn others(&self, name: &str, prefix: &str) -> Option<String> {
        let Position { timeline, at, .. } = self.position;
        let names = timeline.earlier(at).filter_map(|alias| alias.strip_prefix(prefix));
        suggestion(name, "the steps that have run by then are", names)
            .or_else(|| Some("no step has run by then".to_owned()))
    }
}

/// Complains about a member that an output, by its schema, does not have.
fn check_members(schema: &Value, members: &[Member], alias: &str, findings: &mut Vec<Finding>) {
    let mut schema = schema;
    for member in members {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        match properties.get(&*member.name) {
            Some(below) => schema = below,
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                let message = format!("the output of step {alias:?} has no member {:?}", &*member.name);
                let names = properties.keys().map(String::as_str);
                let hint = suggestion(&member.name, "its members are", names);
                let finding = Finding::error(Rule::UnknownOutputMember, member.span.range(), message);
                findings.push(finding.unless_tested(true).hint(hint));
                return;
            }
            None => return,
        }
    }
}
