//! Everything that is wrong with a set of manifests, told before anything runs.
//!
//! Reading, shapes and the rules of single manifests are `manifests`' business; here is what takes several of them, and
//! what expressions mean. `world` finds manifests, `pipeline` looks at how freight flows, `stage` and `task` walk through
//! steps, `scope` is what an expression there can see, and `references` holds it against what the expression reads.

mod bare;
mod configs;
mod finding;
mod freight;
mod functions;
mod outputs;
mod pipeline;
mod references;
mod report;
mod scope;
mod stage;
mod step;
mod task;
mod timeline;
mod variables;
mod warehouse;
mod world;

pub(crate) use report::{Format, Report};

use std::path::PathBuf;

use windlass_ports::step_catalog::StepCatalog;

use crate::manifests::{
    self, Audience, Decoded, Diagnostic, Files, Kind, Loaded, NamespacedName, Reading, Rule, Severity, Texts,
};
use stage::StageCheck;
use task::TaskFindings;
use world::World;

/// What is to be looked at.
pub(crate) struct LintOptions {
    /// Files and directories.
    pub(crate) paths: Vec<PathBuf>,
    /// Also the directories below.
    pub(crate) recursive: bool,
    /// Only the manifests of this project.
    pub(crate) project: Option<String>,
}

/// Looks at everything.
///
/// # Errors
/// If there is nothing to look at.
pub(crate) fn lint(options: &LintOptions, catalog: &dyn StepCatalog) -> Result<Report, Box<Diagnostic>> {
    let Files { files, documents, problems } = manifests::read(&options.paths, options.recursive)?;
    let texts = Texts::default();
    let project = options.project.as_deref();
    let reading = Reading { catalog, texts: &texts, audience: Audience::Lint, project };
    let mut decoded = Decoded::default();
    for document in &documents {
        decoded.add(document, &reading);
    }
    let mut diagnostics = problems;
    diagnostics.append(&mut decoded.said.diagnostics);
    diagnostics.extend(decoded.said.unusable_steps.drain(..).map(|(_, diagnostic)| diagnostic));
    if let Some(message) = &decoded.said.steps_unavailable {
        let message = format!("steps and their configurations are not checked: {message}");
        diagnostics.push(Diagnostic::error(Rule::StepsNotBuilt, message));
    }
    let world = World::new(&decoded.manifests, &decoded.sources, &texts, catalog);
    check(&world, &mut diagnostics);
    Ok(Report::new(diagnostics, &files, decoded.others))
}

/// Looks at all manifests together.
fn check(world: &World<'_>, diagnostics: &mut Vec<Diagnostic>) {
    world.check_names(diagnostics);
    pipeline::check(world, diagnostics);
    configs::check(world, diagnostics);
    for (name, source) in world.of_kind(Kind::Warehouse) {
        if let Some(warehouse) = world.manifests.warehouses.get(name) {
            warehouse::check(world, source, &warehouse.spec, diagnostics);
        }
    }
    let mut tasks = TaskFindings::default();
    for (name, source) in world.of_kind(Kind::Stage) {
        if let Some(stage) = world.manifests.stages.get(name) {
            StageCheck::new(world, source, &stage.spec, diagnostics, &mut tasks).run();
        }
    }
    task::check_unused(world, &mut tasks);
    tasks.tell(world, diagnostics);
}

/// What is to be said about variables that the steps of a stage's promotions read and nobody defines: Kargo takes them for
/// null, and so do we, but it is hardly ever meant.
pub(crate) fn undefined_variables(
    loaded: &Loaded,
    project: Option<&str>,
    stage: &str,
    catalog: &dyn StepCatalog,
) -> Vec<Diagnostic> {
    let world = World::new(&loaded.manifests, &loaded.sources, &loaded.texts, catalog);
    let (mut diagnostics, mut tasks) = (Vec::new(), TaskFindings::default());
    let is_meant = |name: &NamespacedName| {
        let is_of_project = project.is_none_or(|project| name.namespace == project);
        name.name == stage && (name.namespace.is_empty() || is_of_project)
    };
    for (name, source) in world.of_kind(Kind::Stage).filter(|(name, _)| is_meant(name)) {
        if let Some(stage) = loaded.manifests.stages.get(name) {
            StageCheck::new(&world, source, &stage.spec, &mut diagnostics, &mut tasks).run();
        }
    }
    tasks.tell(&world, &mut diagnostics);
    diagnostics.retain(|diagnostic| diagnostic.rule == Rule::UndefinedVariable);
    for diagnostic in &mut diagnostics {
        diagnostic.severity = Severity::Warning;
    }
    diagnostics
}
