//! The steps of a promotion in the order in which they run, tasks put in, as expressions refer to them.

use std::collections::HashMap;
use std::sync::Arc;

use windlass_model::ids::StepAlias;
use windlass_model::manifest::step::PromotionStep;
use windlass_model::step_manifest::Ask;
use windlass_ports::step_catalog::{StepCatalog, StepKind};

use super::world::World;

/// The steps of a promotion.
#[derive(Default)]
pub(super) struct Timeline {
    entries: Vec<Entry>,
    by_alias: HashMap<String, usize>,
    /// Tasks that hand on outputs of their steps, and the first step that does.
    tasks: HashMap<String, usize>,
    /// Tasks of which nothing is known. What refers to them cannot be checked.
    unknown: Vec<String>,
}

/// One step.
pub(super) struct Entry {
    pub(super) alias: String,
    /// What runs; none if there is no such step.
    pub(super) kind: Option<Arc<StepKind>>,
}

/// What an alias leads to.
pub(super) enum Seen<'t> {
    /// A step that has run before, or was skipped.
    Earlier(&'t Entry),
    /// The outputs that a task has handed on.
    Task,
    /// The step itself, which may only find what it gave in an earlier attempt.
    Itself,
    /// A step that runs later; its number.
    Later(usize),
    /// Nothing that can be judged.
    Unknown,
    Nothing,
}

impl Timeline {
    /// The timeline of a template's steps.
    pub(super) fn of(steps: &[PromotionStep], namespace: &str, world: &World<'_>) -> Self {
        let mut timeline = Self::default();
        for (index, step) in steps.iter().enumerate() {
            let alias = alias(step, index);
            let Some(reference) = &step.task else {
                timeline.push(alias, &step.uses, world.catalog);
                continue;
            };
            match world.task(namespace, reference).and_then(|found| found.task) {
                Some(task) => timeline.push_task(&alias, &task.spec.steps, world.catalog),
                None => timeline.unknown.push(alias),
            }
        }
        timeline
    }

    /// The timeline of a task by itself, under an alias.
    pub(super) fn of_task(alias: &str, steps: &[PromotionStep], world: &World<'_>) -> Self {
        let mut timeline = Self::default();
        timeline.push_task(alias, steps, world.catalog);
        timeline
    }

    fn push_task(&mut self, task: &str, steps: &[PromotionStep], catalog: &dyn StepCatalog) {
        for (index, step) in steps.iter().enumerate() {
            let within = StepAlias::within(task, &alias(step, index)).as_str().to_owned();
            self.push(within, &step.uses, catalog);
            let last = self.entries.last().and_then(|entry| entry.kind.as_ref());
            let hands_on = last.is_none_or(|kind| {
                kind.manifest.capabilities.iter().any(|ask| matches!(ask, Ask::TaskOutputPropagation {}))
            });
            if hands_on {
                self.tasks.entry(task.to_owned()).or_insert(self.entries.len() - 1);
            }
        }
    }

    fn push(&mut self, alias: String, uses: &str, catalog: &dyn StepCatalog) {
        self.by_alias.entry(alias.clone()).or_insert(self.entries.len());
        self.entries.push(Entry { alias, kind: catalog.find(uses).ok() });
    }

    /// What an alias leads to for the step at `at`.
    pub(super) fn look(&self, alias: &str, at: usize) -> Seen<'_> {
        let is_unknown = |task: &String| {
            alias == task || alias.strip_prefix(task).is_some_and(|rest| rest.starts_with("::"))
        };
        match self.by_alias.get(alias).or_else(|| self.tasks.get(alias)) {
            Some(found) if *found < at && self.by_alias.contains_key(alias) => {
                Seen::Earlier(&self.entries[*found])
            }
            Some(found) if *found < at => Seen::Task,
            Some(found) if *found == at => Seen::Itself,
            Some(found) => Seen::Later(*found),
            None if self.unknown.iter().any(is_unknown) => Seen::Unknown,
            None => Seen::Nothing,
        }
    }

    /// The aliases that the step at `at` can refer to.
    pub(super) fn earlier(&self, at: usize) -> impl Iterator<Item = &str> {
        let tasks = self.tasks.iter().filter(move |(_, first)| **first < at).map(|(task, _)| task.as_str());
        self.entries.iter().take(at).map(|entry| entry.alias.as_str()).chain(tasks)
    }
}

/// The alias as written, or made of the place in the list as written.
pub(super) fn alias(step: &PromotionStep, index: usize) -> String {
    let written = step.alias.trim();
    match (written.is_empty(), &step.task) {
        (false, _) => written.to_owned(),
        (true, Some(_)) => format!("task-{}", index + 1),
        (true, None) => format!("step-{}", index + 1),
    }
}
