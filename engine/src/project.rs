//! One project out of the manifests: its stages, warehouses, tasks and data, ready to be asked.

mod credentials;
mod data;
mod records;

use std::collections::BTreeMap;

use windlass_model::ids::{ProjectName, StageName};
use windlass_model::manifest::config_map::ConfigMap;
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::stage::{Stage, StageSpec};
use windlass_model::manifest::step::{TaskKind, TaskReference};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::sessions::Policy;
use windlass_promotion::inflate::Tasks;

use crate::failure::Failure;
use crate::manifests::{Manifests, NamespacedName, Owner};

pub(crate) use credentials::SecretCredentials;
pub(crate) use data::LoadedData;
pub(crate) use records::StoredRecords;

/// The namespace whose Secrets and ConfigMaps every project can use, as in Kargo.
pub(crate) const SHARED_NAMESPACE: &str = "kargo-shared-resources";

/// The project of manifests that name none.
const DEFAULT_PROJECT: &str = "default";

/// What a project has.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) name: ProjectName,
    pub(crate) stages: BTreeMap<StageName, Stage>,
    pub(crate) warehouses: BTreeMap<String, Warehouse>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) shared_secrets: BTreeMap<String, Secret>,
    pub(crate) config_maps: BTreeMap<String, ConfigMap>,
    pub(crate) shared_config_maps: BTreeMap<String, ConfigMap>,
    /// What the project's own grant documents list; none if it has no such document.
    pub(crate) grants: Option<Vec<windlass_model::grant::Grant>>,
    tasks: BTreeMap<String, PromotionTask>,
    cluster_tasks: BTreeMap<String, PromotionTask>,
}

impl Project {
    /// Picks the project `wanted`, or the one that the manifests are about.
    ///
    /// # Errors
    /// If they are about several.
    pub(crate) fn pick(manifests: Manifests, wanted: Option<&str>) -> Result<Self, Failure> {
        let name = pick_name(&manifests, wanted)?;
        let project = ProjectName::new(name.clone()).map_err(|e| Failure::input(e.to_string()))?;
        let grants = of_project("Grants", manifests.grants, &name)?;
        let has_grants = !grants.is_empty();
        let listed = grants.into_values().flat_map(|grants| grants.spec.allow).collect();
        let stages = of_project("Stage", manifests.stages, &name)?.into_iter().map(|(name, stage)| {
            Ok((StageName::new(name).map_err(|e| Failure::input(e.to_string()))?, stage))
        });
        let (secrets, shared_secrets) = split_shared("Secret", manifests.secrets, &name)?;
        let (config_maps, shared_config_maps) = split_shared("ConfigMap", manifests.config_maps, &name)?;
        Ok(Self {
            stages: stages.collect::<Result<_, Failure>>()?,
            warehouses: of_project("Warehouse", manifests.warehouses, &name)?,
            tasks: of_project("PromotionTask", manifests.tasks, &name)?,
            cluster_tasks: manifests.cluster_tasks.into_iter().map(|(key, task)| (key.name, task)).collect(),
            secrets,
            shared_secrets,
            config_maps,
            shared_config_maps,
            grants: has_grants.then_some(listed),
            name: project,
        })
    }

    /// A stage of the project.
    pub(crate) fn stage(&self, name: &str) -> Result<(&StageName, &Stage), Failure> {
        let found = self.stages.iter().find(|(stage, _)| stage.as_str() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = self.stages.keys().map(StageName::as_str).collect();
            let similar = windlass_catalog::nearest(name, names.iter().copied());
            Failure::input(format!("there is no Stage {name:?} in project {}", self.name)).hint(match similar
            {
                Some(similar) => format!("did you mean {similar}?"),
                None => format!("its stages are {}", names.join(", ")),
            })
        })
    }

    /// What the steps of a stage's promotions stand in, by kind and name: the stage, and the tasks that it uses.
    fn step_owners<'s>(&'s self, stage: &'s Stage) -> Vec<(&'static str, &'s str)> {
        let tasks = stage.spec.steps().iter().filter_map(|step| step.task.as_ref()).map(|task| {
            let kind = match task.kind.unwrap_or_default() {
                TaskKind::PromotionTask => "PromotionTask",
                TaskKind::ClusterPromotionTask => "ClusterPromotionTask",
            };
            (kind, task.name.as_str())
        });
        tasks.chain([("Stage", stage.metadata.name.as_str())]).collect()
    }

    /// Whether promotions to a stage need the steps of `owner`.
    pub(crate) fn needs_steps_of(&self, stage: &Stage, owner: &Owner) -> bool {
        let Owner { kind, name } = owner;
        let is_own = kind == "ClusterPromotionTask"
            || name.namespace.is_empty()
            || name.namespace == self.name.as_str();
        is_own && self.step_owners(stage).contains(&(kind.as_str(), name.name.as_str()))
    }

    /// The specifications of all stages.
    pub(crate) fn stage_specs(&self) -> BTreeMap<StageName, StageSpec> {
        self.stages.iter().map(|(name, stage)| (name.clone(), stage.spec.clone())).collect()
    }

    /// What its steps may reach, where the operator's default is `default`.
    pub(crate) fn policy(&self, default: Policy) -> Policy {
        self.grants.clone().map_or(default, Policy::Closed)
    }
}

impl Tasks for Project {
    fn find(&self, reference: &TaskReference) -> Option<&PromotionTask> {
        match reference.kind.unwrap_or_default() {
            TaskKind::PromotionTask => self.tasks.get(&reference.name),
            TaskKind::ClusterPromotionTask => self.cluster_tasks.get(&reference.name),
        }
    }
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
) -> Result<BTreeMap<String, T>, Failure> {
    let own = |key: &NamespacedName| key.namespace.is_empty() || key.namespace == project;
    let mut found = BTreeMap::new();
    for (key, value) in resources.into_iter().filter(|(key, _)| own(key)) {
        let name = key.name;
        if found.insert(name.clone(), value).is_some() {
            return Err(Failure::input(format!(
                "{kind} {name:?} is there twice: in the namespace {project}, and without a namespace"
            ))
            .hint("remove one of the two, or rename it"));
        }
    }
    Ok(found)
}

type OwnAndShared<T> = (BTreeMap<String, T>, BTreeMap<String, T>);

fn split_shared<T>(
    kind: &str,
    resources: BTreeMap<NamespacedName, T>,
    project: &str,
) -> Result<OwnAndShared<T>, Failure> {
    let (shared, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
        resources.into_iter().partition(|(key, _)| key.namespace == SHARED_NAMESPACE);
    let shared = shared.into_iter().map(|(key, value)| (key.name, value)).collect();
    Ok((of_project(kind, own, project)?, shared))
}
