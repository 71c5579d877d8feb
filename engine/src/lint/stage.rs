//! A Stage: its variables, the steps of its template, the tasks it uses, and the arguments of its verification.

use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::stage::StageSpec;
use windlass_model::manifest::step::{PromotionStep, TaskReference, Variable};

use super::finding::{Finding, suggestion};
use super::references::{self, Tested};
use super::scope::{Place, Position, Scope, StageFacts, Variables, gives};
use super::step::check_step;
use super::task::{TaskFindings, User};
use super::timeline::{Timeline, alias};
use super::world::{TaskFound, World, kind_of_task};
use crate::manifests::{Diagnostic, Mark, Rule, Source};

/// Where the steps of a template stand.
const STEPS: [&str; 4] = ["spec", "promotionTemplate", "spec", "steps"];

/// One stage being looked at.
pub(super) struct StageCheck<'a, 'd> {
    world: &'a World<'a>,
    source: &'a Source,
    spec: &'a StageSpec,
    facts: StageFacts<'a>,
    diagnostics: &'d mut Vec<Diagnostic>,
    tasks: &'d mut TaskFindings<'a>,
}

impl<'a, 'd> StageCheck<'a, 'd> {
    pub(super) fn new(
        world: &'a World<'a>,
        source: &'a Source,
        spec: &'a StageSpec,
        diagnostics: &'d mut Vec<Diagnostic>,
        tasks: &'d mut TaskFindings<'a>,
    ) -> Self {
        let namespace = source.name.namespace.as_str();
        let requests = spec.requested_freight.iter().map(|request| {
            let name = request.origin.name.as_str();
            (name, world.warehouse(namespace, name))
        });
        let facts = StageFacts { requests: requests.collect(), has_targets: spec.targets.is_some() };
        Self { world, source, spec, facts, diagnostics, tasks }
    }

    pub(super) fn run(mut self) {
        let mut vars = Variables::default();
        let template = self.spec.promotion_template.as_ref().map(|template| &template.spec);
        let template_vars = template.map(|template| template.vars.as_slice()).unwrap_or_default();
        vars.announce(self.spec.vars.iter().chain(template_vars));
        self.define(&["spec", "vars"], &self.spec.vars, &mut vars);
        self.check_verification(&vars);
        self.define(&["spec", "promotionTemplate", "spec", "vars"], template_vars, &mut vars);
        let Some(template) = template else { return };
        let timeline = Timeline::of(&template.steps, &self.source.name.namespace, self.world);
        let mut at = 0;
        for (index, step) in template.steps.iter().enumerate() {
            let position = Position { timeline: &timeline, at, task: None };
            at += match &step.task {
                Some(reference) => self.check_task_step(index, step, reference, position, &vars),
                None => {
                    self.check_step(index, step, position, &vars);
                    1
                }
            };
        }
    }

    fn scope<'s>(
        &'s self,
        place: Place,
        vars: &'s Variables<'a>,
        position: Option<Position<'s>>,
    ) -> Scope<'s> {
        Scope {
            place,
            world: self.world,
            namespace: &self.source.name.namespace,
            vars,
            position,
            stage: Some(&self.facts),
        }
    }

    /// Checks variables of the promotion and defines them.
    fn define(&mut self, path: &[&str], variables: &'a [Variable], vars: &mut Variables<'a>) {
        for (index, variable) in variables.iter().enumerate() {
            let scope = self.scope(Place::PromotionVars, vars, None);
            let findings = references::check(&variable.value, &scope, &Tested::default());
            let index = index.to_string();
            let path: Vec<&str> = path.iter().copied().chain([index.as_str(), "value"]).collect();
            self.tell(&path, findings);
            vars.define(variable);
        }
    }

    /// The arguments of a verification see the stage's own variables only, and must be texts.
    fn check_verification(&mut self, vars: &Variables<'a>) {
        let verification = self.spec.verification.as_ref();
        let args = verification.and_then(|verification| verification["args"].as_array());
        for (index, value) in
            args.into_iter().flatten().enumerate().filter_map(|(i, arg)| Some((i, arg["value"].as_str()?)))
        {
            let scope = self.scope(Place::Verification, vars, None);
            let mut findings = references::check(value, &scope, &Tested::default());
            let result = self.world.texts.template(value).ok().and_then(|template| template.result_type());
            if let Some(kind) = result {
                let message =
                    format!("an argument of a verification is a text, and this is always of the type {kind}");
                let finding = Finding::error(Rule::WrongResult, 0..value.len(), message);
                findings.push(finding.hint("write quote(…) around it".to_owned()));
            }
            self.tell(&["spec", "verification", "args", &index.to_string(), "value"], findings);
        }
    }

    fn check_step(
        &mut self,
        index: usize,
        step: &'a PromotionStep,
        position: Position<'_>,
        vars: &Variables<'a>,
    ) {
        let mut told = Vec::new();
        let scope = self.scope(Place::Step, vars, Some(position));
        check_step(step, &scope, vars.clone(), &mut |path, finding| told.push((path.to_vec(), finding)));
        for (path, finding) in told {
            let index = index.to_string();
            let below = path.iter().map(String::as_str);
            let path: Vec<&str> = STEPS.into_iter().chain([index.as_str()]).chain(below).collect();
            self.tell(&path, [finding]);
        }
    }

    /// Checks a use of a task; how many steps it puts in.
    fn check_task_step(
        &mut self,
        index: usize,
        step: &'a PromotionStep,
        reference: &TaskReference,
        position: Position<'_>,
        vars: &Variables<'a>,
    ) -> usize {
        let index_text = index.to_string();
        let path: Vec<&str> = STEPS.into_iter().chain([index_text.as_str(), "task", "name"]).collect();
        let namespace = self.source.name.namespace.as_str();
        let Some(found) = self.world.task(namespace, reference) else {
            self.miss_task(&path, reference);
            return 0;
        };
        let Some(task) = found.task else { return 0 };
        let alias = alias(step, index);
        let vars = self.task_vars(&path, step, task, found, vars);
        let user = User { source: self.source, path: path.iter().map(|s| (*s).to_owned()).collect() };
        self.tasks.begin_use(found, user);
        let position = Position { task: Some(&alias), ..position };
        self.check_task(index, step, task, found, position, vars);
        task.spec.steps.len()
    }

    fn miss_task(&mut self, path: &[&str], reference: &TaskReference) {
        let kind = kind_of_task(reference);
        let what = if kind_of_task(reference).is_cluster_scoped() {
            "ClusterPromotionTask"
        } else {
            "PromotionTask"
        };
        let mut diagnostic =
            Diagnostic::error(Rule::UnknownTask, format!("there is no {what} {:?}", reference.name));
        let names = self.world.names(kind, &self.source.name.namespace);
        diagnostic.hint = suggestion(&reference.name, "those here are", names);
        self.diagnostics.push(self.source.locate(diagnostic, path, &Mark::Value));
    }

    /// Complains about inputs of a task that nobody gives; the variables that are there before the task's own.
    fn task_vars(
        &mut self,
        path: &[&str],
        step: &'a PromotionStep,
        task: &'a PromotionTask,
        found: TaskFound<'a>,
        vars: &Variables<'a>,
    ) -> Variables<'a> {
        let mut vars = vars.clone();
        for variable in &task.spec.vars {
            let is_given = self.gives(&variable.name) || gives(&step.vars, &variable.name);
            if is_given || !variable.value.is_empty() {
                continue;
            }
            let message = format!("the task {} needs the variable {}", found.key.name, variable.name);
            let hint = "give it a value under vars of this step, of the template or of the Stage";
            let diagnostic = Diagnostic::error(Rule::MissingTaskVariable, message).hint(hint);
            self.diagnostics.push(self.source.locate(diagnostic, path, &Mark::Value));
            // That it is missing is told once.
            vars.define(variable);
        }
        vars
    }

    /// Whether the promotion gives a variable a value.
    fn gives(&self, name: &str) -> bool {
        let template = self.spec.promotion_template.as_ref();
        gives(&self.spec.vars, name) || template.is_some_and(|template| gives(&template.spec.vars, name))
    }

    /// Checks what stands in a task, for this use of it, and the variables that this use gives.
    fn check_task(
        &mut self,
        index: usize,
        step: &'a PromotionStep,
        task: &'a PromotionTask,
        found: TaskFound<'a>,
        position: Position<'_>,
        mut vars: Variables<'a>,
    ) {
        let kept: Vec<(usize, &Variable)> = task
            .spec
            .vars
            .iter()
            .enumerate()
            .filter(|(_, variable)| !self.gives(&variable.name) && !variable.value.is_empty())
            .collect();
        vars.announce(kept.iter().map(|(_, variable)| *variable));
        vars.announce(&step.vars);
        for (number, variable) in kept {
            let scope = self.scope(Place::StepVars, &vars, Some(position));
            let findings = references::check(&variable.value, &scope, &Tested::default());
            let path = ["spec", "vars", &number.to_string(), "value"].map(ToOwned::to_owned);
            self.tasks.add(found, &path, findings);
            vars.define(variable);
        }
        for (number, variable) in step.vars.iter().enumerate() {
            let scope = self.scope(Place::StepVars, &vars, Some(position));
            let findings = references::check(&variable.value, &scope, &Tested::default());
            let (index, number) = (index.to_string(), number.to_string());
            let rest = [index.as_str(), "vars", number.as_str(), "value"];
            let path: Vec<&str> = STEPS.into_iter().chain(rest).collect();
            self.tell(&path, findings);
            vars.define(variable);
        }
        for (number, inner) in task.spec.steps.iter().enumerate() {
            let position = Position { at: position.at + number, ..position };
            let mut told = Vec::new();
            let scope = self.scope(Place::Step, &vars, Some(position));
            check_step(inner, &scope, vars.clone(), &mut |path, finding| told.push((path.to_vec(), finding)));
            for (path, finding) in told {
                let own = ["spec", "steps", &number.to_string()].map(ToOwned::to_owned);
                self.tasks.add(found, &[own.as_slice(), &path].concat(), [finding]);
            }
        }
    }

    fn tell(&mut self, path: &[&str], findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            let mark = Mark::Within(finding.within.clone());
            self.diagnostics.push(self.source.locate(finding.into_diagnostic(), path, &mark));
        }
    }
}
