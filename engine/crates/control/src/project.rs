//! One project: its stages, warehouses, tasks and data, ready to be asked.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use windlass_model::call::git::Identity;
use windlass_model::ids::{ProjectName, StageName};
use windlass_model::manifest::ObjectMeta;
use windlass_model::manifest::config_map::ConfigMap;
use windlass_model::manifest::grants::Grants;
use windlass_model::manifest::project_config::{PromotionPolicy, PromotionWindow};
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::secret::{Secret, SecretValue};
use windlass_model::manifest::stage::{Stage, StageSpec};
use windlass_model::manifest::step::{TaskKind, TaskReference};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::sessions::{GitClient, Policy};
use windlass_promotion::inflate::Tasks;
use windlass_promotion::stage::policy::{is_auto_promoted, is_window_of, policy_for};

/// The namespace whose Secrets and ConfigMaps every project can use, as in Kargo.
pub const SHARED_NAMESPACE: &str = "kargo-shared-resources";

/// The namespace of the Secrets that a ClusterConfig names, as in Kargo. No project can use them.
pub const SYSTEM_NAMESPACE: &str = "kargo-system-resources";

/// Whether a namespace is of no project, and for all.
#[must_use]
pub fn is_common_namespace(name: &str) -> bool {
    name == SHARED_NAMESPACE || name == SYSTEM_NAMESPACE
}

/// Resources by name.
pub type Named<T> = BTreeMap<String, Arc<T>>;

/// Who commits where a step does not say, as a ClusterConfig says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterGitClient {
    /// The author.
    pub identity: Identity,
    /// The Secret of the system's namespace whose `signingKey` signs.
    pub signing_key_secret: Option<String>,
}

/// What a project has.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name.
    pub name: ProjectName,
    /// Its stages.
    pub stages: BTreeMap<StageName, Arc<Stage>>,
    /// Its warehouses.
    pub warehouses: Named<Warehouse>,
    /// Its tasks.
    pub tasks: Named<PromotionTask>,
    /// The tasks of all projects.
    pub cluster_tasks: Named<PromotionTask>,
    /// Its Secrets.
    pub secrets: Named<Secret>,
    /// The Secrets of all projects.
    pub shared_secrets: Named<Secret>,
    /// Its ConfigMaps.
    pub config_maps: Named<ConfigMap>,
    /// The ConfigMaps of all projects.
    pub shared_config_maps: Named<ConfigMap>,
    /// Which stages are promoted to by themselves.
    pub policies: Vec<PromotionPolicy>,
    /// The same, as older manifests say it in their Project.
    pub older_policies: Vec<PromotionPolicy>,
    /// When freight may be promoted.
    pub windows: Vec<PromotionWindow>,
    /// The same for all projects.
    pub cluster_windows: Vec<PromotionWindow>,
    /// Who commits where a step does not say, in all projects.
    pub git_client: Option<ClusterGitClient>,
    /// The Secrets that a ClusterConfig may name.
    pub system_secrets: Named<Secret>,
    /// Its own grant documents.
    pub grants: Named<Grants>,
}

impl Project {
    /// A project that has nothing yet.
    #[must_use]
    pub fn empty(name: ProjectName) -> Self {
        Self {
            name,
            stages: BTreeMap::new(),
            warehouses: BTreeMap::new(),
            tasks: BTreeMap::new(),
            cluster_tasks: BTreeMap::new(),
            secrets: BTreeMap::new(),
            shared_secrets: BTreeMap::new(),
            config_maps: BTreeMap::new(),
            shared_config_maps: BTreeMap::new(),
            policies: Vec::new(),
            older_policies: Vec::new(),
            windows: Vec::new(),
            cluster_windows: Vec::new(),
            git_client: None,
            system_secrets: BTreeMap::new(),
            grants: BTreeMap::new(),
        }
    }

    /// Who commits where a step does not say, with the key.
    #[must_use]
    pub fn git_client(&self) -> Option<GitClient> {
        let client = self.git_client.as_ref()?;
        let signing_key = client.signing_key_secret.as_deref().map(|name| self.signing_key(name));
        Some(GitClient { identity: client.identity.clone(), signing_key })
    }

    fn signing_key(&self, name: &str) -> Result<SecretValue, String> {
        let wrong = |what: &str| {
            format!(
                "the ClusterConfig's gitClient.signingKeySecret names the Secret {SYSTEM_NAMESPACE}/{name}, {what}"
            )
        };
        let secret = self.system_secrets.get(name).ok_or_else(|| wrong("which is not there"))?;
        let mut values = secret.values().map_err(|error| wrong(&format!("which cannot be read: {error}")))?;
        values.remove("signingKey").ok_or_else(|| wrong("which has no signingKey"))
    }

    /// Whether freight is promoted to a stage by itself.
    #[must_use]
    pub fn is_auto_promoted(&self, stage: &ObjectMeta) -> bool {
        is_auto_promoted(self.effective_policies(), stage)
    }

    fn effective_policies(&self) -> &[PromotionPolicy] {
        if self.policies.is_empty() { &self.older_policies } else { &self.policies }
    }

    /// What is said about a stage and has no effect in this version.
    pub(crate) fn not_enforced(&self, stage: &Stage) -> Vec<String> {
        let mut without_effect = Vec::new();
        if stage.spec.targets.is_some() {
            without_effect
                .push("spec.targets has no effect yet: promotions go to the Stage as a whole".to_owned());
        }
        let all = self.windows.iter().chain(&self.cluster_windows);
        let windows = all.filter(|window| is_window_of(window, &stage.metadata));
        let windows: Vec<&str> = windows.map(|window| window.name.as_str()).collect();
        if !windows.is_empty() {
            let windows = windows.join(", ");
            without_effect.push(format!(
                "promotion windows have no effect yet ({windows}): promotions are made at any time"
            ));
        }
        if policy_for(self.effective_policies(), &stage.metadata)
            .is_some_and(|policy| policy.auto_rollback.is_some())
        {
            without_effect
                .push("autoRollback has no effect yet: promote the freight that was there before".to_owned());
        }
        without_effect
    }

    /// The specifications of all stages.
    #[must_use]
    pub fn stage_specs(&self) -> BTreeMap<StageName, StageSpec> {
        self.stages.iter().map(|(name, stage)| (name.clone(), stage.spec.clone())).collect()
    }

    /// What its steps may reach, where the operator's default is `default`.
    #[must_use]
    pub fn policy(&self, default: Policy) -> Policy {
        if self.grants.is_empty() {
            return default;
        }
        Policy::Closed(self.grants.values().flat_map(|grants| grants.spec.allow.clone()).collect())
    }
}

impl Tasks for Project {
    fn find(&self, reference: &TaskReference) -> Option<&PromotionTask> {
        let tasks = match reference.kind.unwrap_or_default() {
            TaskKind::PromotionTask => &self.tasks,
            TaskKind::ClusterPromotionTask => &self.cluster_tasks,
        };
        tasks.get(&reference.name).map(Arc::as_ref)
    }
}

/// A project that changes while it is used: whoever asks gets it as it is then.
#[derive(Debug)]
pub struct ProjectCell(RwLock<Arc<Project>>);

impl ProjectCell {
    /// A cell with a project in it.
    #[must_use]
    pub fn new(project: Arc<Project>) -> Self {
        Self(RwLock::new(project))
    }

    /// The project as it is now.
    #[must_use]
    pub fn get(&self) -> Arc<Project> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the project.
    pub fn change(&self, change: impl FnOnce(&mut Project)) {
        change(Arc::make_mut(&mut self.0.write().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// Finds projects.
pub trait Projects: Send + Sync {
    /// A project as it is now.
    fn find_project(&self, name: &ProjectName) -> Option<Arc<Project>>;
}

impl Projects for ProjectCell {
    fn find_project(&self, name: &ProjectName) -> Option<Arc<Project>> {
        Some(self.get()).filter(|project| project.name == *name)
    }
}
