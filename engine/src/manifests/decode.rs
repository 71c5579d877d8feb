//! From a document to a kind: fields that do not fit are errors, fields that nobody knows are warnings.

use std::collections::btree_map::Entry;

use serde_json::Value;
use windlass_catalog::nearest;
use windlass_model::ids::is_kubernetes_name;
use windlass_model::manifest::Project;
use windlass_ports::step_catalog::{CatalogError, StepCatalog};
use windlass_yaml::Path;

use super::diagnostic::Diagnostic;
use super::files::ManifestDocument;
use super::kinds::{KINDS, Kind, Manifests, NamespacedName, OfKind, Resource};
use super::validate;

/// What steps stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// `Stage`, `PromotionTask` or `ClusterPromotionTask`.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: NamespacedName,
}

/// Everything that is to be said about the manifests.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// About all of them.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// About steps that cannot be run.
    pub(crate) unusable_steps: Vec<(Owner, Diagnostic)>,
}

/// Decodes a document into the set.
pub(crate) fn decode(
    document: &ManifestDocument,
    catalog: &dyn StepCatalog,
    set: &mut Manifests,
    said: &mut Said,
) {
    let items = document.json.get("items").and_then(Value::as_array);
    if let (Some("List"), Some(items)) = (document.json["kind"].as_str(), items) {
        for (index, item) in items.iter().enumerate() {
            let root = Path::of(["items".to_owned(), index.to_string()]);
            Decoder { document, catalog, root, json: item, owner: None, said }.decode(set);
        }
        return;
    }
    Decoder { document, catalog, root: Path::root(), json: &document.json, owner: None, said }.decode(set);
}

/// One manifest being decoded.
pub(crate) struct Decoder<'a> {
    document: &'a ManifestDocument,
    catalog: &'a dyn StepCatalog,
    root: Path,
    json: &'a Value,
    /// What is being checked.
    owner: Option<Owner>,
    said: &'a mut Said,
}

impl Decoder<'_> {
    fn decode(mut self, set: &mut Manifests) {
        let Some(kind) = self.kind() else { return };
        match kind {
            Kind::Project => {
                if let Some((name, _)) = self.typed::<Project>() {
                    set.projects.push(name.name);
                }
            }
            // Neither says anything about a promotion by hand.
            Kind::ProjectConfig | Kind::Namespace => {}
            Kind::Stage => self.add(&mut set.stages, validate::stage::check),
            Kind::Warehouse => self.add(&mut set.warehouses, validate::warehouse::check),
            Kind::PromotionTask => self.add(&mut set.tasks, validate::steps::check_task),
            Kind::ClusterPromotionTask => self.add(&mut set.cluster_tasks, validate::steps::check_task),
            Kind::Grants => self.add(&mut set.grants, validate::grants::check),
            Kind::Secret => self.add(&mut set.secrets, validate::secret::check),
            Kind::ConfigMap => self.add(&mut set.config_maps, |_, _| {}),
        }
    }

    /// Decodes, checks and keeps a manifest.
    fn add<T: Resource>(&mut self, of_kind: &mut OfKind<T>, check: impl Fn(&mut Self, &T)) {
        let Some((name, value)) = self.typed::<T>() else { return };
        let kind = self.json["kind"].as_str().unwrap_or_default().to_owned();
        self.owner = Some(Owner { kind, name: name.clone() });
        check(self, &value);
        match of_kind.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => {
                let message = format!("{} is there twice", taken.key().name);
                self.error_at(&["metadata", "name"], message, "remove one of the two, or rename it");
            }
        }
    }

    /// The kind of the manifest.
    fn kind(&mut self) -> Option<Kind> {
        let text = |key: &str| self.json.get(key).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let known = KINDS.iter().find(|(version, name, _)| (*version, *name) == (api_version, kind));
        if let Some((.., kind)) = known {
            return Some(*kind);
        }
        if kind.is_empty() || api_version.is_empty() {
            let place = self.place("", false, "");
            self.said.diagnostics.push(
                Diagnostic::error("this is no manifest: it has no apiVersion and kind")
                    .at(place)
                    .hint("remove the file from the directory, or name the files with -f"),
            );
            return None;
        }
        let names: Vec<&str> = KINDS.iter().map(|(_, name, _)| *name).collect();
        let same_name = KINDS.iter().find(|(_, name, _)| *name == kind);
        let hint = match (same_name, nearest(kind, names.iter().copied())) {
            (Some((version, ..)), _) => format!("{kind} has the apiVersion {version}"),
            (None, Some(similar)) => format!("did you mean {similar}?"),
            (None, None) => format!("these kinds are known: {}", names.join(", ")),
        };
        let message = format!("manifests of kind {kind} ({api_version}) are not known");
        let place = self.place(if same_name.is_some() { "apiVersion" } else { "kind" }, false, "");
        self.said.diagnostics.push(Diagnostic::error(message).at(place).hint(hint));
        None
    }

    /// Decodes the manifest, complains about its fields and its name.
    fn typed<T: Resource>(&mut self) -> Option<(NamespacedName, T)> {
        let mut unknown = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let tracked = serde_path_to_error::Deserializer::new(self.json, &mut track);
        let decoded: Result<T, _> = serde_ignored::deserialize(tracked, |path| unknown.push(segments(&path)));
        let value = match decoded {
            Ok(value) => value,
            Err(error) => {
                let path = track.path().iter().map(path_segment).collect::<Vec<_>>();
                let place = self.place_of(&path, false, "");
                self.said.diagnostics.push(Diagnostic::error(plain(&error.to_string())).at(place));
                return None;
            }
        };
        for path in unknown.iter().filter(|path| !is_kubernetes_own(path)) {
            let name = path.last().map(String::as_str).unwrap_or_default();
            let place = self.place_of(path, true, "");
            self.said.diagnostics.push(
                Diagnostic::warning(format!("the field {name:?} is not known and has no effect")).at(place),
            );
        }
        let meta = value.metadata();
        if !is_kubernetes_name(&meta.name) {
            let message = if meta.name.is_empty() {
                "the manifest has no name".to_owned()
            } else {
                format!("{:?} is no name that Kubernetes allows", meta.name)
            };
            let place = self.place_of(&["metadata".to_owned(), "name".to_owned()], false, "");
            self.said.diagnostics.push(Diagnostic::error(message).at(place).hint(
                "use lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
            ));
            return None;
        }
        Some((NamespacedName { namespace: meta.namespace.clone(), name: meta.name.clone() }, value))
    }

    fn place(&self, key: &str, on_key: bool, label: &str) -> super::diagnostic::Place {
        let path = if key.is_empty() { self.root.clone() } else { self.root.join(key) };
        self.document.place(&path, on_key, label)
    }

    fn place_of(&self, path: &[String], on_key: bool, label: &str) -> super::diagnostic::Place {
        let path = path.iter().fold(self.root.clone(), |at, segment| at.join(segment));
        self.document.place(&path, on_key, label)
    }

    /// Complains about the value at a path.
    pub(crate) fn error_at<S: ToString>(&mut self, path: &[S], message: impl Into<String>, hint: &str) {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        let place = self.place_of(&path, false, "");
        let diagnostic = Diagnostic::error(message).at(place);
        self.said.diagnostics.push(if hint.is_empty() { diagnostic } else { diagnostic.hint(hint) });
    }

    /// Complains about a step that cannot be run, at the value at a path, or at the member of this name in it.
    fn unusable_step(
        &mut self,
        path: &[String],
        member: Option<&str>,
        message: String,
        hint: Option<String>,
    ) {
        let Some(owner) = self.owner.clone() else { return };
        let path: Vec<String> =
            path.iter().map(String::as_str).chain(member).map(ToOwned::to_owned).collect();
        let place = self.place_of(&path, member.is_some(), "");
        let diagnostic = Diagnostic::error(message).at(place);
        let diagnostic = match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        };
        self.said.unusable_steps.push((owner, diagnostic));
    }

    /// Complains if the step at `path` is of no kind that there is, or has a configuration that will not fit.
    pub(crate) fn check_step_kind(&mut self, path: &[String], uses: &str, config: Option<&Value>) {
        let below = |name: &str| [path, &[name.to_owned()]].concat();
        match self.catalog.find(uses) {
            Ok(kind) => {
                let empty = Value::Object(serde_json::Map::new());
                for problem in self.catalog.check_written(&kind, config.unwrap_or(&empty)) {
                    let at = if config.is_some() {
                        [below("config"), problem.path].concat()
                    } else {
                        below("uses")
                    };
                    let message = format!("the configuration of {uses}: {}", problem.message);
                    self.unusable_step(&at, problem.member.as_deref(), message, None);
                }
            }
            Err(CatalogError::Unknown { name, nearest }) => {
                let hint = match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => format!("these steps are there: {}", self.catalog.names().join(", ")),
                };
                self.unusable_step(&below("uses"), None, format!("there is no step {name:?}"), Some(hint));
            }
            // Told where the step is first needed.
            Err(CatalogError::Unavailable(_)) => {}
        }
    }

    /// Complains about bytes within the text at a path, where the text stands in the file as it is.
    pub(crate) fn error_within(
        &mut self,
        path: &[String],
        within: std::ops::Range<usize>,
        text: &str,
        message: String,
        hint: Option<String>,
    ) {
        let mut place = self.place_of(path, false, "");
        let source = place.file.text.get(place.range.clone()).unwrap_or_default();
        if let Some(at) = source.find(text)
            && within.end <= text.len()
        {
            let start = place.range.start + at;
            place.range = start + within.start..start + within.end.max(within.start + 1).min(text.len());
        }
        let diagnostic = Diagnostic::error(message).at(place);
        self.said.diagnostics.push(match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }
}

/// The message of a wrong type, without the names of our own types.
fn plain(message: &str) -> String {
    match message.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a mapping"),
        None => message.to_owned(),
    }
}

/// What Kubernetes itself writes into every manifest says nothing to us.
fn is_kubernetes_own(path: &[String]) -> bool {
    match path.first().map(String::as_str) {
        Some("apiVersion" | "kind" | "status") => path.len() == 1,
        Some("metadata") => true,
        _ => false,
    }
}

fn segments(path: &serde_ignored::Path<'_>) -> Vec<String> {
    use serde_ignored::Path;
    match path {
        Path::Root => Vec::new(),
        Path::Seq { parent, index } => with(parent, index.to_string()),
        Path::Map { parent, key } => with(parent, key.clone()),
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            segments(parent)
        }
    }
}

fn with(parent: &serde_ignored::Path<'_>, last: String) -> Vec<String> {
    let mut all = segments(parent);
    all.push(last);
    all
}

fn path_segment(segment: &serde_path_to_error::Segment) -> String {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.clone(),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => String::new(),
    }
}
