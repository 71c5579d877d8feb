//! All manifests, and how one finds another.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::step::{TaskKind, TaskReference};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::step_catalog::StepCatalog;

use crate::manifests::{Diagnostic, Kind, Manifests, Mark, NamespacedName, Rule, Source, Texts};

/// All manifests.
pub(super) struct World<'a> {
    pub(super) manifests: &'a Manifests,
    sources: &'a BTreeMap<(Kind, NamespacedName), Rc<Source>>,
    pub(super) texts: &'a Texts,
    pub(super) catalog: &'a dyn StepCatalog,
    /// The namespaces in which there is something of a kind and name.
    namespaces: HashMap<(Kind, &'a str), Vec<&'a NamespacedName>>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        manifests: &'a Manifests,
        sources: &'a BTreeMap<(Kind, NamespacedName), Rc<Source>>,
        texts: &'a Texts,
        catalog: &'a dyn StepCatalog,
    ) -> Self {
        let mut namespaces: HashMap<_, Vec<_>> = HashMap::new();
        for (kind, name) in sources.keys() {
            namespaces.entry((*kind, name.name.as_str())).or_default().push(name);
        }
        Self { manifests, sources, texts, catalog, namespaces }
    }

    /// The manifests of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&'a NamespacedName, &'a Source)> {
        let first = (kind, NamespacedName { namespace: String::new(), name: String::new() });
        let from = self.sources.range(first..);
        from.take_while(move |((found, _), _)| *found == kind).map(|((_, name), source)| (name, &**source))
    }

    /// The manifest that `name` means to somebody in a namespace. One without a namespace belongs to every project, and
    /// sees all of them.
    pub(super) fn find(&self, kind: Kind, namespace: &str, name: &str) -> Option<&'a NamespacedName> {
        let found = self.namespaces.get(&(kind, name))?;
        if kind.is_cluster_scoped() || namespace.is_empty() {
            return found.first().copied();
        }
        let own = found.iter().find(|key| key.namespace == namespace);
        own.or_else(|| found.iter().find(|key| key.namespace.is_empty())).copied()
    }

    /// The names of a kind that somebody in a namespace can mean.
    pub(super) fn names(&self, kind: Kind, namespace: &str) -> impl Iterator<Item = &'a str> {
        let is_seen = move |key: &&NamespacedName| {
            kind.is_cluster_scoped()
                || namespace.is_empty()
                || key.namespace.is_empty()
                || key.namespace == namespace
        };
        self.of_kind(kind).map(|(key, _)| key).filter(is_seen).map(|key| key.name.as_str())
    }

    pub(super) fn warehouse(&self, namespace: &str, name: &str) -> Option<&'a Warehouse> {
        self.manifests.warehouses.get(self.find(Kind::Warehouse, namespace, name)?)
    }

    /// The task that a reference names, and what identifies it; none if it is there and cannot be decoded.
    pub(super) fn task(&self, namespace: &str, reference: &TaskReference) -> Option<TaskFound<'a>> {
        let kind = kind_of_task(reference);
        let key = self.find(kind, namespace, &reference.name)?;
        Some(TaskFound { kind, key, task: self.task_of(kind, key) })
    }

    pub(super) fn task_of(&self, kind: Kind, key: &NamespacedName) -> Option<&'a PromotionTask> {
        match kind {
            Kind::ClusterPromotionTask => self.manifests.cluster_tasks.get(key),
            _ => self.manifests.tasks.get(key),
        }
    }

    pub(super) fn source(&self, kind: Kind, key: &NamespacedName) -> Option<&'a Source> {
        self.sources.get(&(kind, key.clone())).map(|source| &**source)
    }

    /// Complains about manifests that are there with and without a namespace: both are the project's.
    pub(super) fn check_names(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut doubles: Vec<_> = self.namespaces.iter().filter(|(_, keys)| keys.len() > 1).collect();
        doubles.sort_unstable();
        for ((kind, name), keys) in doubles {
            // Namespaces are in order, so the empty one is first.
            let [first, second, ..] = keys.as_slice() else { continue };
            let sources = (self.source(*kind, first), self.source(*kind, second));
            let (Some(first_source), Some(source)) = sources else { continue };
            if !first.namespace.is_empty() || kind.is_cluster_scoped() {
                continue;
            }
            let path = ["metadata", "name"];
            let message = format!(
                "{} {name} is there twice: in the namespace {}, and without a namespace",
                source.kind, second.namespace
            );
            let diagnostic = Diagnostic::error(Rule::DuplicateManifest, message)
                .hint("remove one of the two, or rename it");
            let mut other = first_source.place(&path, &Mark::Value);
            other.label = "it stands here without one".to_owned();
            diagnostics.push(source.locate(diagnostic, &path, &Mark::Value).at(other));
        }
    }
}

/// A task that was found.
#[derive(Clone, Copy)]
pub(super) struct TaskFound<'a> {
    pub(super) kind: Kind,
    pub(super) key: &'a NamespacedName,
    /// The task, unless it cannot be decoded.
    pub(super) task: Option<&'a PromotionTask>,
}

/// The kind of manifest that a reference names.
pub(super) fn kind_of_task(reference: &TaskReference) -> Kind {
    match reference.kind.unwrap_or_default() {
        TaskKind::PromotionTask => Kind::PromotionTask,
        TaskKind::ClusterPromotionTask => Kind::ClusterPromotionTask,
    }
}
