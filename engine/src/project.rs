//! One project out of the manifests: its stages, warehouses, tasks and data, ready to be asked.

mod credentials;

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass_control::project::Named;
use windlass_model::ids::{ProjectName, StageName};
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::step::TaskKind;

use crate::failure::Failure;
use crate::manifests::{Manifests, NamespacedName, Owner};

pub(crate) use credentials::SecretCredentials;
pub(crate) use windlass_control::project::{Project, SHARED_NAMESPACE};

/// The project of manifests that name none.
const DEFAULT_PROJECT: &str = "default";

/// Picks the project `wanted`, or the one that the manifests are about.
///
/// # Errors
/// If they are about several.
pub(crate) fn pick(manifests: Manifests, wanted: Option<&str>) -> Result<Project, Failure> {
    let name = pick_name(&manifests, wanted)?;
    let project = ProjectName::new(name.clone()).map_err(|e| Failure::input(e.to_string()))?;
    let grants = of_project("Grants", manifests.grants, &name)?;
    let stages = of_project("Stage", manifests.stages, &name)?
        .into_iter()
        .map(|(name, stage)| Ok((StageName::new(name).map_err(|e| Failure::input(e.to_string()))?, stage)));
    let (secrets, shared_secrets) = split_shared("Secret", manifests.secrets, &name)?;
    let (config_maps, shared_config_maps) = split_shared("ConfigMap", manifests.config_maps, &name)?;
    let configs = of_project("ProjectConfig", manifests.project_configs, &name)?;
    let cluster_tasks = manifests.cluster_tasks.into_iter();
    Ok(Project {
        stages: stages.collect::<Result<_, Failure>>()?,
        warehouses: of_project("Warehouse", manifests.warehouses, &name)?,
        tasks: of_project("PromotionTask", manifests.tasks, &name)?,
        cluster_tasks: cluster_tasks.map(|(key, task)| (key.name, Arc::new(task))).collect(),
        secrets,
        shared_secrets,
        config_maps,
        shared_config_maps,
        policies: configs.into_values().flat_map(|config| config.spec.promotion_policies.clone()).collect(),
        older_policies: Vec::new(),
        windows: Vec::new(),
        cluster_windows: Vec::new(),
        git_client: None,
        system_secrets: BTreeMap::new(),
        grants,
        name: project,
    })
}

/// What manifests say of the stages of a project.
pub(crate) trait FindStage {
    /// A stage of the project.
    fn stage(&self, name: &str) -> Result<(&StageName, &Stage), Failure>;

    /// Whether promotions to a stage need the steps of `owner`.
    fn needs_steps_of(&self, stage: &Stage, owner: &Owner) -> bool;
}

impl FindStage for Project {
    fn stage(&self, name: &str) -> Result<(&StageName, &Stage), Failure> {
        let found = self.stages.iter().find(|(stage, _)| stage.as_str() == name);
        found.map(|(name, stage)| (name, stage.as_ref())).ok_or_else(|| {
            let names: Vec<&str> = self.stages.keys().map(StageName::as_str).collect();
            let similar = windlass_catalog::nearest(name, names.iter().copied());
            Failure::input(format!("there is no Stage {name:?} in project {}", self.name)).hint(match similar
            {
                Some(similar) => format!("did you mean {similar}?"),
                None => format!("its stages are {}", names.join(", ")),
            })
        })
    }

    fn needs_steps_of(&self, stage: &Stage, owner: &Owner) -> bool {
        let Owner { kind, name } = owner;
        let is_own = kind == "ClusterPromotionTask"
            || name.namespace.is_empty()
            || name.namespace == self.name.as_str();
        is_own && step_owners(stage).contains(&(kind.as_str(), name.name.as_str()))
    }
}

/// What the steps of a stage's promotions stand in, by kind and name: the stage, and the tasks that it uses.
fn step_owners(stage: &Stage) -> Vec<(&'static str, &str)> {
    let tasks = stage.spec.steps().iter().filter_map(|step| step.task.as_ref()).map(|task| {
        let kind = match task.kind.unwrap_or_default() {
            TaskKind::PromotionTask => "PromotionTask",
            TaskKind::ClusterPromotionTask => "ClusterPromotionTask",
        };
        (kind, task.name.as_str())
    });
    tasks.chain([("Stage", stage.metadata.name.as_str())]).collect()
}

fn pick_name(manifests: &Manifests, wanted: Option<&str>) -> Result<String, Failure> {
    if let Some(wanted) = wanted {
        return Ok(wanted.to_owned());
    }
    let mut names: Vec<&str> = manifests.projects.iter().map(String::as_str).collect();
    names.extend(manifests.stages.keys().map(|key| key.namespace.as_str()).filter(|name| !name.is_empty()));
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] => Ok(DEFAULT_PROJECT.to_owned()),
        [one] => Ok((*one).to_owned()),
        many => Err(Failure::input("the manifests are about more than one project")
            .hint(format!("say which with --project: {}", many.join(", ")))),
    }
}

/// The resources of a project: those in its namespace, and those that name none.
fn of_project<T>(
    kind: &str,
    resources: BTreeMap<NamespacedName, T>,
    project: &str,
) -> Result<Named<T>, Failure> {
    let own = |key: &NamespacedName| key.namespace.is_empty() || key.namespace == project;
    let mut found = BTreeMap::new();
    for (key, value) in resources.into_iter().filter(|(key, _)| own(key)) {
        let name = key.name;
        if found.insert(name.clone(), Arc::new(value)).is_some() {
            return Err(Failure::input(format!(
                "{kind} {name:?} is there twice: in the namespace {project}, and without a namespace"
            ))
            .hint("remove one of the two, or rename it"));
        }
    }
    Ok(found)
}

type OwnAndShared<T> = (Named<T>, Named<T>);

fn split_shared<T>(
    kind: &str,
    resources: BTreeMap<NamespacedName, T>,
    project: &str,
) -> Result<OwnAndShared<T>, Failure> {
    let (shared, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        resources.into_iter().partition(|(key, _)| key.namespace == SHARED_NAMESPACE);
    let shared = shared.into_iter().map(|(key, value)| (key.name, Arc::new(value))).collect();
    Ok((of_project(kind, own, project)?, shared))
}
