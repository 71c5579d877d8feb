//! What is wrong within tasks. A task is looked at once for each use of it, because what its expressions can see depends on
//! who uses it; what is wrong for all of them is told at the task, what is wrong for some is told at those.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::references::{self, Tested};
use super::scope::{Place, Position, Scope, Variables};
use super::step::check_step;
use super::timeline::Timeline;
use super::world::{TaskFound, World};
use crate::manifests::{Diagnostic, Kind, Mark, NamespacedName, Rule, Severity, Source};

/// The findings of all tasks.
#[derive(Default)]
pub(super) struct TaskFindings<'a>(BTreeMap<(Kind, &'a NamespacedName), OfTask<'a>>);

#[derive(Default)]
struct OfTask<'a> {
    /// Who uses it, in the order in which they were looked at.
    users: Vec<User<'a>>,
    found: BTreeMap<Key, Found>,
}

/// What makes two findings the same.
type Key = (Vec<String>, usize, Rule);

struct Found {
    finding: Finding,
    /// The users for whom it holds.
    users: Vec<usize>,
}

/// A step that uses a task.
pub(super) struct User<'a> {
    pub(super) source: &'a Source,
    /// Where it names the task.
    pub(super) path: Vec<String>,
}

impl<'a> TaskFindings<'a> {
    /// Begins to look at a task for a user.
    pub(super) fn begin_use(&mut self, found: TaskFound<'a>, user: User<'a>) {
        self.0.entry((found.kind, found.key)).or_default().users.push(user);
    }

    /// Adds what is wrong for the user that was named last.
    pub(super) fn add(
        &mut self,
        task: TaskFound<'a>,
        path: &[String],
        findings: impl IntoIterator<Item = Finding>,
    ) {
        let mut findings = findings.into_iter().peekable();
        if findings.peek().is_none() {
            return;
        }
        let of_task = self.0.entry((task.kind, task.key)).or_default();
        let user = of_task.users.len().saturating_sub(1);
        for finding in findings {
            let key = (path.to_vec(), finding.within.start, finding.rule);
            let found = of_task.found.entry(key).or_insert_with(|| Found { finding, users: Vec::new() });
            if found.users.last() != Some(&user) {
                found.users.push(user);
            }
        }
    }

    /// Tells what was found.
    pub(super) fn tell(self, world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
        for ((kind, key), OfTask { users, found }) in self.0 {
            let Some(source) = world.source(kind, key) else { continue };
            for ((path, ..), Found { finding, users: affected }) in found {
                let mark = Mark::Within(finding.within.clone());
                if affected.len() >= users.len() {
                    diagnostics.push(source.locate(finding.into_diagnostic(), &path, &mark));
                    continue;
                }
                let mut place = source.place(&path, &mark);
                place.label = "it stands here".to_owned();
                for user in affected.iter().filter_map(|user| users.get(*user)) {
                    let message = format!("used from here, in the task {}: {}", key.name, finding.message);
                    let told = Finding { message, severity: severity(&finding), ..finding.clone() };
                    let told = user.source.locate(told.into_diagnostic(), &user.path, &Mark::Value);
                    diagnostics.push(told.at(place.clone()));
                }
            }
        }
    }
}

/// A variable that others give may well be meant to be optional.
fn severity(finding: &Finding) -> Severity {
    if finding.rule == Rule::UndefinedVariable { Severity::Warning } else { finding.severity }
}

/// Looks at tasks that nobody uses: what can be said whoever will.
pub(super) fn check_unused<'a>(world: &'a World<'a>, findings: &mut TaskFindings<'a>) {
    /// Stands for the alias that the task will have.
    const ALIAS: &str = "task";
    for kind in [Kind::PromotionTask, Kind::ClusterPromotionTask] {
        for (key, source) in world.of_kind(kind) {
            if findings.0.contains_key(&(kind, key)) {
                continue;
            }
            let Some(task) = world.task_of(kind, key) else { continue };
            let found = TaskFound { kind, key, task: Some(task) };
            findings.begin_use(found, User { source, path: Vec::new() });
            let timeline = Timeline::of_task(ALIAS, &task.spec.steps, world);
            let mut vars = Variables::open();
            vars.announce(&task.spec.vars);
            let position = |at| Some(Position { timeline: &timeline, at, task: Some(ALIAS) });
            let (namespace, stage) = (key.namespace.as_str(), None);
            for (index, variable) in task.spec.vars.iter().enumerate() {
                let place = Place::StepVars;
                let scope = Scope { place, world, namespace, vars: &vars, position: position(0), stage };
                let path = ["spec", "vars", &index.to_string(), "value"].map(ToOwned::to_owned);
                findings.add(found, &path, references::check(&variable.value, &scope, &Tested::default()));
                vars.define(variable);
            }
            for (index, step) in task.spec.steps.iter().enumerate() {
                let place = Place::Step;
                let scope = Scope { place, world, namespace, vars: &vars, position: position(index), stage };
                check_step(step, &scope, vars.clone(), &mut |path, finding| {
                    let own = ["spec", "steps", &index.to_string()].map(ToOwned::to_owned);
                    findings.add(found, &[own.as_slice(), path].concat(), [finding]);
                });
            }
        }
    }
}
