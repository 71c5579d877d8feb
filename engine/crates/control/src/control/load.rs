//! Taking up projects: from what is stored to a running loop.

use std::sync::Arc;

use windlass_model::ids::{Namespace, ProjectName};
use windlass_ports::journal::JournalError;
use windlass_promotion::unit::UnitError;

use super::Control;
use crate::actor::{Actor, take_in};
use crate::project::{Project, ProjectCell, SHARED_NAMESPACE, SYSTEM_NAMESPACE};
use crate::registry::Entry;
use crate::trouble::Trouble;

/// The kinds that a project's loop has to know, in its own namespace.
const OWN_KINDS: [&str; 7] =
    ["Stage", "Warehouse", "PromotionTask", "Secret", "ConfigMap", "ProjectConfig", "Grants"];

/// Those of the namespaces that are no project's.
const COMMON_KINDS: [(&str, &[&str]); 2] =
    [(SHARED_NAMESPACE, &["Secret", "ConfigMap"]), (SYSTEM_NAMESPACE, &["Secret"])];

impl Control {
    pub(super) async fn load_all(&self) -> Result<(), UnitError> {
        let listing = self.ports.resources.list(&self.ports.tenant, "Project", None).await?;
        for document in listing.documents {
            let name = ProjectName::new(document.key.name)
                .map_err(|e| JournalError::Unavailable(format!("a record is damaged: {e}")))?;
            self.load_project(name).await?;
        }
        Ok(())
    }

    /// Reads what a project has, and starts its loop.
    pub(super) async fn load_project(&self, name: ProjectName) -> Result<(), UnitError> {
        let mut project = Project::empty(name.clone());
        let own = Namespace::from(&name);
        for kind in OWN_KINDS {
            self.load_kind(&mut project, kind, &own).await?;
        }
        for (namespace, kinds) in COMMON_KINDS {
            let Ok(namespace) = Namespace::new(namespace) else { continue };
            for kind in kinds {
                self.load_kind(&mut project, kind, &namespace).await?;
            }
        }
        for kind in ["ClusterPromotionTask", "ClusterConfig", "Project"] {
            self.load_kind(&mut project, kind, &Namespace::cluster()).await?;
        }
        let cell = Arc::new(ProjectCell::new(Arc::new(project)));
        let trouble = Arc::new(Trouble::default());
        let stop = self.stop.child_token();
        let started =
            Actor::spawn(self.ports.clone(), cell, Arc::clone(&trouble), &self.tasks, stop.clone()).await?;
        self.registry.insert(name, Entry { started: Arc::new(started), trouble, stop });
        Ok(())
    }

    async fn load_kind(
        &self,
        project: &mut Project,
        kind: &str,
        namespace: &Namespace,
    ) -> Result<(), UnitError> {
        let listing = self.ports.resources.list(&self.ports.tenant, kind, Some(namespace)).await?;
        for document in listing.documents {
            let value = document.value()?;
            if document.key.kind != "Project" || document.key.name == project.name.as_str() {
                take_in(project, &document.key, Some(&value));
            }
        }
        Ok(())
    }
}
