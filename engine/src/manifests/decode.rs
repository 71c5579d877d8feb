//! From documents to kinds: each manifest is recognised, held against its shape, decoded, checked and kept.

mod step_kind;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use serde_json::Value;
use windlass_model::ids::is_kubernetes_name;
use windlass_model::manifest::Project;
use windlass_ports::step_catalog::StepCatalog;
use windlass_yaml::Path;

use super::diagnostic::{Diagnostic, Severity};
use super::files::ManifestDocument;
use super::kinds::{Kind, KindInfo, Manifests, NamespacedName, Use};
use super::recognise::{Recognised, recognise};
use super::rule::Rule;
use super::shape::{self, NAME_HINT};
use super::source::{Mark, Source};
use super::texts::Texts;
use super::validate;
use crate::project::SHARED_NAMESPACE;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Somebody who is about to promote. What cannot have an effect is not looked into.
    Promotion,
    /// Somebody who wants to know everything that is wrong.
    Lint,
}

/// How manifests are read.
pub(crate) struct Reading<'a> {
    pub(crate) catalog: &'a dyn StepCatalog,
    pub(crate) texts: &'a Texts,
    pub(crate) audience: Audience,
    /// Only the manifests of this project, if one is named.
    pub(crate) project: Option<&'a str>,
}

/// What steps stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// `Stage`, `PromotionTask` or `ClusterPromotionTask`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: NamespacedName,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) manifests: Manifests,
    /// Where each of them stands.
    pub(crate) sources: BTreeMap<(Kind, NamespacedName), Rc<Source>>,
    pub(crate) said: Said,
    /// How many documents are nothing that Windlass knows.
    pub(crate) others: usize,
}

/// Everything that is to be said about the manifests.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// About all of them.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// About steps that cannot be run.
    pub(crate) unusable_steps: Vec<(Owner, Diagnostic)>,
    /// Why no step can be looked up, if that is so.
    pub(crate) steps_unavailable: Option<String>,
}

impl Decoded {
    /// Decodes a document.
    pub(crate) fn add(&mut self, document: &Rc<ManifestDocument>, reading: &Reading<'_>) {
        let items = document.json.get("items").and_then(Value::as_array);
        if let (Some("List"), Some(items)) = (document.json["kind"].as_str(), items) {
            for (index, item) in items.iter().enumerate() {
                let root = Path::of(["items".to_owned(), index.to_string()]);
                self.add_manifest(document, root, item, reading);
            }
            return;
        }
        self.add_manifest(document, Path::root(), &document.json, reading);
    }

    /// Decodes one manifest of a document: the document itself, or an item of a List.
    pub(crate) fn add_one(&mut self, document: &Rc<ManifestDocument>, json: &Value, reading: &Reading<'_>) {
        let items = document.json.get("items").and_then(Value::as_array).into_iter().flatten();
        let index = items.into_iter().position(|item| item == json);
        let is_list = document.json["kind"] == "List";
        let root = match index.filter(|_| is_list) {
            Some(index) => Path::of(["items".to_owned(), index.to_string()]),
            None => Path::root(),
        };
        self.add_manifest(document, root, json, reading);
    }

    fn add_manifest(
        &mut self,
        document: &Rc<ManifestDocument>,
        root: Path,
        json: &Value,
        reading: &Reading<'_>,
    ) {
        let source = source(document, root, json);
        let info = match recognise(json, reading.audience) {
            Recognised::Known(info) => info,
            Recognised::Wrong(diagnostic, key) => {
                let path: Vec<&str> = key.into_iter().collect();
                self.said.diagnostics.push(source.locate(*diagnostic, &path, &Mark::Value));
                return;
            }
            Recognised::Other => {
                self.others += 1;
                return;
            }
        };
        let is_read = info.use_ == Use::Used || reading.audience == Audience::Lint;
        if !is_read || !is_of_project(info.kind, &source.name, reading.project) {
            return;
        }
        let Self { manifests, sources, said, .. } = self;
        let source = Rc::new(source);
        Decoder { reading, source, info, json, is_faulty: false, said }.decode(manifests, sources);
    }
}

fn source(document: &Rc<ManifestDocument>, root: Path, json: &Value) -> Source {
    let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    Source {
        document: Rc::clone(document),
        root,
        kind: text("/kind"),
        name: NamespacedName { namespace: text("/metadata/namespace"), name: text("/metadata/name") },
    }
}

/// Whether a manifest may have to do with a project.
fn is_of_project(kind: Kind, name: &NamespacedName, project: Option<&str>) -> bool {
    let Some(project) = project else { return true };
    match kind {
        Kind::Project | Kind::Namespace => name.name == project,
        _ if kind.is_cluster_scoped() => true,
        _ => name.namespace.is_empty() || name.namespace == project || name.namespace == SHARED_NAMESPACE,
    }
}

/// One manifest being decoded.
pub(crate) struct Decoder<'a> {
    reading: &'a Reading<'a>,
    source: Rc<Source>,
    info: &'static KindInfo,
    json: &'a Value,
    /// Something that will not decode has been told.
    is_faulty: bool,
    said: &'a mut Said,
}

impl<'a> Decoder<'a> {
    fn decode(mut self, set: &mut Manifests, sources: &mut BTreeMap<(Kind, NamespacedName), Rc<Source>>) {
        let json = self.shaped();
        if !self.has_name() || self.is_second(sources) {
            return;
        }
        let name = self.source.name.clone();
        macro_rules! keep {
            ($of_kind:ident, $check:expr) => {
                if let Some(value) = self.typed(&json) {
                    $check(&mut self, &value);
                    set.$of_kind.insert(name, value);
                }
            };
        }
        match self.info.kind {
            Kind::Project => {
                if self.typed::<Project>(&json).is_some() {
                    set.projects.push(name.name);
                }
            }
            Kind::ProjectConfig => keep!(project_configs, validate::project_config::check),
            Kind::Stage => keep!(stages, validate::stage::check),
            Kind::Warehouse => keep!(warehouses, validate::warehouse::check),
            Kind::PromotionTask => keep!(tasks, validate::steps::check_task),
            Kind::ClusterPromotionTask => keep!(cluster_tasks, validate::steps::check_task),
            Kind::Grants => keep!(grants, validate::grants::check),
            Kind::Secret => keep!(secrets, validate::secret::check),
            Kind::ConfigMap => keep!(config_maps, |_: &mut Self, _: &_| {}),
            Kind::ClusterConfig => validate::project_config::check_cluster(&mut self),
            Kind::Promotion => validate::promotion::check(&mut self, &json),
            // Their shape is all there is to say of them.
            Kind::Freight | Kind::PromotionRequest | Kind::Target | Kind::Namespace => {}
        }
    }

    /// Holds the manifest against its shape; as it is to be decoded.
    fn shaped(&mut self) -> Cow<'a, Value> {
        let checked = shape::check(self.info.shape, self.json, self.reading.texts);
        for problem in checked.problems {
            // What has no effect stops nobody from promoting.
            let is_idle = matches!(problem.rule, Rule::UnknownField | Rule::RemovedField);
            let mut diagnostic = Diagnostic::error(problem.rule, problem.message);
            if is_idle && self.reading.audience == Audience::Promotion {
                diagnostic.severity = Severity::Warning;
            }
            self.is_faulty |= !is_idle;
            let is_cut =
                problem.rule == Rule::InvalidExpression && self.source.is_cut_by_comment(&problem.path);
            diagnostic.hint = problem.hint;
            if is_cut {
                diagnostic.hint =
                    Some("to YAML, \" #\" begins a comment: put the whole text in quotes".to_owned());
            }
            self.said.diagnostics.push(self.source.locate(diagnostic, &problem.path, &problem.mark));
        }
        let json = if checked.has_nulls {
            Cow::Owned(shape::without_nulls(self.info.shape, self.json))
        } else {
            Cow::Borrowed(self.json)
        };
        // Nobody promotes with a manifest that does not fit; but what else is wrong with it can be told.
        // Not so a Secret, which means something else without a part.
        let is_lint = self.reading.audience == Audience::Lint && self.info.kind != Kind::Secret;
        let is_mended = self.is_faulty && is_lint;
        let mended = is_mended.then(|| shape::mended(self.info.shape, &json)).flatten();
        mended.map_or(json, Cow::Owned)
    }

    /// Complains if the manifest has no name, or none that can be.
    fn has_name(&mut self) -> bool {
        let name = &self.source.name.name;
        if is_kubernetes_name(name) {
            return true;
        }
        let written = self.json.pointer("/metadata/name");
        let is_told = written.is_some_and(|name| !name.is_string() && !name.is_null())
            || self.json.get("metadata").is_none_or(|metadata| !metadata.is_object());
        if is_told {
            return false;
        }
        let is_made_later = name.is_empty() && self.json.pointer("/metadata/generateName").is_some();
        if is_made_later && self.info.kind == Kind::Promotion {
            return true;
        }
        let message = if name.is_empty() {
            "the manifest has no name".to_owned()
        } else {
            format!("{name:?} is no name that Kubernetes allows")
        };
        self.error_at(Rule::InvalidName, &["metadata", "name"], message, NAME_HINT);
        false
    }

    /// Complains if there is a manifest of this kind and name already.
    fn is_second(&mut self, sources: &mut BTreeMap<(Kind, NamespacedName), Rc<Source>>) -> bool {
        let name = &self.source.name;
        if name.name.is_empty() {
            return false;
        }
        let first = match sources.entry((self.info.kind, name.clone())) {
            Entry::Vacant(free) => {
                free.insert(Rc::clone(&self.source));
                return false;
            }
            Entry::Occupied(taken) => Rc::clone(taken.get()),
        };
        let path = ["metadata", "name"];
        let message = format!("{} {} is there twice", self.source.kind, name.name);
        let diagnostic =
            Diagnostic::error(Rule::DuplicateManifest, message).hint("remove one of the two, or rename it");
        let mut other = first.place(&path, &Mark::Value);
        other.label = "it stands here first".to_owned();
        self.said.diagnostics.push(self.source.locate(diagnostic, &path, &Mark::Value).at(other));
        true
    }

    /// Decodes the manifest. If it does not fit its shape, that has been told.
    pub(super) fn typed<T: DeserializeOwned>(&mut self, json: &Value) -> Option<T> {
        match T::deserialize(json) {
            Ok(value) => Some(value),
            Err(error) => {
                if !self.is_faulty {
                    self.error_at(Rule::WrongType, &[""; 0], format!("the manifest: {error}"), "");
                }
                None
            }
        }
    }

    /// The manifest's name.
    pub(crate) fn name(&self) -> &NamespacedName {
        &self.source.name
    }

    /// Complains about the value at a path.
    pub(crate) fn error_at<S: AsRef<str>>(
        &mut self,
        rule: Rule,
        path: &[S],
        message: impl Into<String>,
        hint: &str,
    ) {
        let mut diagnostic = Diagnostic::error(rule, message);
        diagnostic.hint = Some(hint.to_owned()).filter(|hint| !hint.is_empty());
        self.said.diagnostics.push(self.source.locate(diagnostic, path, &Mark::Value));
    }
}
