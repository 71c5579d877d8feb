//! Which freight: the newest that the warehouse offers, the newest that came through the stages before, or what the user
//! names. Freight that is made here is kept, so that later stages find it.

use serde_json::{Value, json};
use windlass_discovery::{Chosen, Depth, Discovery, alias_of, assemble, criteria_met};
use windlass_model::digest::CommitId;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::freight::address::{normalize_git, normalize_image};
use windlass_model::freight::{FreightOrigin, FreightReference};
use windlass_model::ids::{FreightName, Namespace, StageName};
use windlass_model::manifest::KARGO_API_VERSION;
use windlass_model::manifest::stage::{FreightRequest, StageSpec};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_ports::records::{DocumentChange, Expect, FREIGHT, ResourceKey, Resources as _};
use windlass_promotion::availability::{NotAvailable, check_available};
use windlass_promotion::project_stages::ProjectStages;

use crate::failure::Failure;
use crate::wiring::Engine;

/// What the user said about freight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FreightChoice {
    /// A name, the beginning of one, or an alias.
    pub(crate) freight: Option<String>,
    /// `repository:tag`, each in the place of the newest.
    pub(crate) images: Vec<String>,
    /// `[repository@]commit`, each in the place of the newest.
    pub(crate) commits: Vec<String>,
    /// The warehouse, for stages that take freight of several.
    pub(crate) warehouse: Option<String>,
}

/// Freight that is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredFreight {
    /// What it holds.
    pub(crate) reference: FreightReference,
    /// Its name for people.
    pub(crate) alias: String,
    /// When it was made, RFC 3339.
    created: String,
}

/// Whether freight that is made here is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// So that later stages find it.
    InRecord,
    /// It is only looked at.
    Nowhere,
}

/// Chooses freight of a project.
pub(crate) struct FreightChooser<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) stages: &'a ProjectStages,
    pub(crate) keeping: Keeping,
}

impl FreightChooser<'_> {
    /// The freight to promote to a stage.
    ///
    /// # Errors
    /// If there is none, or it is not available to the stage.
    pub(crate) async fn choose(
        &self,
        name: &StageName,
        stage: &StageSpec,
        choice: &FreightChoice,
    ) -> Result<StoredFreight, Failure> {
        if let Some(wanted) = &choice.freight {
            let freight = self.by_name(wanted).await?;
            self.check(name, stage, &freight)
                .await?
                .map_err(|reason| not_available(name, &freight, &reason))?;
            return Ok(freight);
        }
        let request = request_of(name, stage, choice.warehouse.as_deref())?;
        let is_chosen = !choice.images.is_empty() || !choice.commits.is_empty();
        if !request.sources.direct && !is_chosen {
            return self.newest_available(name, stage, &request.origin).await;
        }
        let freight = self.discover(&request.origin, choice).await?;
        self.check(name, stage, &freight).await?.map_err(|reason| not_available(name, &freight, &reason))?;
        Ok(freight)
    }

    /// Everything that is kept, newest first.
    pub(crate) async fn stored(&self) -> Result<Vec<StoredFreight>, Failure> {
        let engine = self.engine;
        let failed = |e: windlass_ports::journal::JournalError| Failure::environment(e.to_string());
        let namespace = Namespace::from(&engine.project.name);
        let listing = engine.store.list(&engine.tenant, FREIGHT, Some(&namespace)).await.map_err(failed)?;
        let mut found = Vec::new();
        for document in listing.documents {
            found.extend(from_document(&document.key.name, document.value().map_err(failed)?));
        }
        found.sort_by(|a, b| (&b.created, &b.reference.name).cmp(&(&a.created, &a.reference.name)));
        Ok(found)
    }

    async fn by_name(&self, wanted: &str) -> Result<StoredFreight, Failure> {
        let stored = self.stored().await?;
        let exact = |f: &&StoredFreight| f.reference.name == wanted || f.alias == wanted;
        if let Some(found) = stored.iter().find(exact) {
            return Ok(found.clone());
        }
        let mut begin = stored.iter().filter(|f| f.reference.name.starts_with(wanted));
        match (begin.next(), begin.next()) {
            (Some(only), None) => Ok(only.clone()),
            (Some(_), Some(_)) => {
                Err(Failure::input(format!("the names of several freights begin with {wanted:?}"))
                    .hint("give more of the name"))
            }
            (None, _) => {
                let aliases: Vec<&str> = stored.iter().take(5).map(|f| f.alias.as_str()).collect();
                let hint = if aliases.is_empty() {
                    "no freight has been made under --data yet; leave --freight out to take the newest"
                        .to_owned()
                } else {
                    format!("the newest are {}", aliases.join(", "))
                };
                Err(Failure::input(format!("there is no freight {wanted:?}")).hint(hint))
            }
        }
    }

    /// Whether the freight is available by now; time alone can make it so.
    async fn check(
        &self,
        name: &StageName,
        stage: &StageSpec,
        freight: &StoredFreight,
    ) -> Result<Result<(), NotAvailable>, Failure> {
        let failed = |e: windlass_promotion::unit::UnitError| Failure::environment(e.to_string());
        let id = freight_name(&freight.reference)?;
        if self.is_kept(freight).await? {
            self.stages.reconsider(&id, &freight.reference.origin).await.map_err(failed)?;
        }
        let status = self.stages.freight_status(&id).await.map_err(failed)?;
        let now = self.engine.clock.now();
        Ok(check_available(name.as_str(), stage, &freight.reference.origin, &status, now))
    }

    async fn is_kept(&self, freight: &StoredFreight) -> Result<bool, Failure> {
        let is_same = |kept: &StoredFreight| kept.reference.name == freight.reference.name;
        Ok(self.keeping == Keeping::InRecord || self.stored().await?.iter().any(is_same))
    }

    async fn newest_available(
        &self,
        name: &StageName,
        stage: &StageSpec,
        origin: &FreightOrigin,
    ) -> Result<StoredFreight, Failure> {
        let mut first_reason = None;
        for freight in self.stored().await? {
            if freight.reference.origin != *origin {
                continue;
            }
            match self.check(name, stage, &freight).await? {
                Ok(()) => return Ok(freight),
                Err(reason) => {
                    first_reason.get_or_insert_with(|| not_available(name, &freight, &reason));
                }
            }
        }
        Err(first_reason.unwrap_or_else(|| {
            let sources = stage.requested_freight.iter().flat_map(|request| &request.sources.stages);
            let sources: Vec<&str> = sources.map(String::as_str).collect();
            Failure::input(format!("there is no freight of {origin} yet that could be promoted to {name}"))
                .hint(format!("promote to {} first", sources.join(" or ")))
        }))
    }

    /// Makes freight of what the warehouse watches, or finds that it is kept already.
    async fn discover(
        &self,
        origin: &FreightOrigin,
        choice: &FreightChoice,
    ) -> Result<StoredFreight, Failure> {
        let engine = self.engine;
        let warehouse = engine.project.warehouses.get(&origin.name).ok_or_else(|| {
            let names: Vec<&str> = engine.project.warehouses.keys().map(String::as_str).collect();
            Failure::input(format!(
                "there is no Warehouse {:?} in project {}",
                origin.name, engine.project.name
            ))
            .hint(format!("its warehouses are {}", names.join(", ")))
        })?;
        let discovery = engine.discovery();
        let found = discovery.discover(warehouse, Depth::Newest).await;
        let found = found.map_err(|e| Failure::environment(e.to_string()))?;
        let chosen = chosen(&discovery, warehouse, choice).await?;
        self.check_criteria(warehouse, &found)?;
        let freight = assemble(&origin.name, &found, &chosen)
            .map_err(|e| Failure::input(format!("Warehouse {:?}: {e}", origin.name)))?;
        self.keep(freight).await
    }

    fn check_criteria(&self, warehouse: &Warehouse, found: &DiscoveredArtifacts) -> Result<(), Failure> {
        let Some(criteria) = &warehouse.spec.freight_creation_criteria else { return Ok(()) };
        let place = format!("Warehouse {:?}", warehouse.metadata.name);
        match criteria_met(&criteria.expression, found, self.engine.clock.now()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::environment(format!(
                "{place}: what was found does not meet freightCreationCriteria, so no freight is made of it"
            ))
            .hint("wait for artifacts that belong together, or choose them with --image and --commit")),
            Err(error) => Err(Failure::input(format!("{place}: {error}"))),
        }
    }

    /// Keeps freight unless it is kept already, or is only looked at.
    async fn keep(&self, reference: FreightReference) -> Result<StoredFreight, Failure> {
        let stored = self.stored().await?;
        if let Some(known) = stored.iter().find(|known| known.reference.name == reference.name) {
            return Ok(known.clone());
        }
        let engine = self.engine;
        let alias = alias_of(&reference.name, |alias| stored.iter().any(|known| known.alias == alias));
        let freight = StoredFreight { reference, alias, created: engine.clock.now().to_string() };
        if self.keeping == Keeping::Nowhere {
            return Ok(freight);
        }
        let key = ResourceKey {
            tenant: engine.tenant.clone(),
            kind: FREIGHT.to_owned(),
            namespace: (&engine.project.name).into(),
            name: freight.reference.name.clone(),
        };
        let failed = |e: &dyn std::fmt::Display| Failure::environment(e.to_string());
        let document = to_document(&key, &freight);
        let put = DocumentChange::Put { key, expect: Expect::Absent, document };
        engine.store.write(vec![put]).await.map_err(|e| failed(&e))?;
        let id = freight_name(&freight.reference)?;
        self.stages.freight_created(&id, &freight.reference.origin).await.map_err(|e| failed(&e))?;
        Ok(freight)
    }
}

/// The name as an id.
pub(crate) fn freight_name(freight: &FreightReference) -> Result<FreightName, Failure> {
    FreightName::new(freight.name.clone()).map_err(|e| Failure::environment(e.to_string()))
}

fn not_available(stage: &StageName, freight: &StoredFreight, reason: &NotAvailable) -> Failure {
    let short: String = freight.reference.name.chars().take(7).collect();
    Failure::input(format!("freight {} ({short}) cannot be promoted to {stage}: {reason}", freight.alias))
}

/// The request of a stage that is meant.
fn request_of<'s>(
    name: &StageName,
    stage: &'s StageSpec,
    warehouse: Option<&str>,
) -> Result<&'s FreightRequest, Failure> {
    let names = || {
        let names: Vec<&str> = stage.requested_freight.iter().map(|r| r.origin.name.as_str()).collect();
        names.join(", ")
    };
    match (warehouse, stage.requested_freight.as_slice()) {
        (Some(wanted), requests) => requests.iter().find(|r| r.origin.name == wanted).ok_or_else(|| {
            Failure::input(format!("the Stage {name} does not request freight of Warehouse {wanted:?}"))
                .hint(format!("it requests freight of {}", names()))
        }),
        (None, [only]) => Ok(only),
        (None, _) => {
            Err(Failure::input(format!("the Stage {name} requests freight of more than one Warehouse"))
                .hint(format!("say whose to promote with --warehouse: {}", names())))
        }
    }
}

/// The artifacts that the user names, looked up.
async fn chosen(
    discovery: &Discovery,
    warehouse: &Warehouse,
    choice: &FreightChoice,
) -> Result<Chosen, Failure> {
    let mut chosen = Chosen::default();
    for text in &choice.images {
        let (repository, tag) = split_image(text)?;
        let wanted = normalize_image(repository);
        let found = warehouse.spec.subscriptions.iter().find_map(|subscription| {
            let image = subscription.image.as_ref()?;
            (normalize_image(&image.repo_url) == wanted).then_some((image, subscription.name.as_str()))
        });
        let (subscription, name) = found.ok_or_else(|| unwatched(warehouse, "--image", repository))?;
        let image = discovery.image(subscription, name, tag).await;
        chosen.images.push(image.map_err(|e| Failure::input(format!("--image {text}: {e}")))?);
    }
    for text in &choice.commits {
        let (repository, id) = match text.rsplit_once('@') {
            Some((repository, id)) => (Some(repository), id),
            None => (None, text.as_str()),
        };
        let id: CommitId = id.parse().map_err(|_| {
            Failure::input(format!("--commit {text}: {id:?} is no whole commit id"))
                .hint("give all 40 digits")
        })?;
        let wanted = repository.map(normalize_git);
        let mut found = warehouse.spec.subscriptions.iter().filter_map(|subscription| {
            let git = subscription.git.as_ref()?;
            let same = wanted.as_ref().is_none_or(|wanted| normalize_git(&git.repo_url) == *wanted);
            same.then_some((git, subscription.name.as_str()))
        });
        let (subscription, name) =
            found.next().ok_or_else(|| unwatched(warehouse, "--commit", repository.unwrap_or("Git")))?;
        if repository.is_none() && found.next().is_some() {
            return Err(Failure::input(format!(
                "--commit {text}: the warehouse watches several repositories"
            ))
            .hint("write --commit REPOSITORY@COMMIT"));
        }
        let commit = discovery.commit(subscription, name, id).await;
        chosen.commits.push(commit.map_err(|e| Failure::input(format!("--commit {text}: {e}")))?);
    }
    Ok(chosen)
}

fn unwatched(warehouse: &Warehouse, option: &str, repository: &str) -> Failure {
    let watched = warehouse.spec.subscriptions.iter().filter_map(|subscription| {
        let git = subscription.git.as_ref().map(|git| git.repo_url.as_str());
        git.or_else(|| subscription.image.as_ref().map(|image| image.repo_url.as_str()))
    });
    let watched = watched.collect::<Vec<_>>().join(", ");
    let name = &warehouse.metadata.name;
    Failure::input(format!("{option}: Warehouse {name:?} does not watch {repository}"))
        .hint(format!("it watches {watched}"))
}

/// `repository:tag`; a port also has a colon.
fn split_image(text: &str) -> Result<(&str, &str), Failure> {
    text.rsplit_once(':').filter(|(repository, tag)| !repository.is_empty() && !tag.contains('/')).ok_or_else(
        || Failure::input(format!("--image {text}: there is no tag")).hint("write --image REPOSITORY:TAG"),
    )
}

/// The freight as a Kargo resource.
fn to_document(key: &ResourceKey, freight: &StoredFreight) -> Value {
    let mut document = json!({
        "apiVersion": KARGO_API_VERSION,
        "kind": "Freight",
        "metadata": {
            "name": key.name,
            "namespace": key.namespace,
            "creationTimestamp": freight.created,
            "labels": { "kargo.akuity.io/alias": freight.alias },
        },
        "alias": freight.alias,
    });
    if let (Some(document), Ok(Value::Object(content))) =
        (document.as_object_mut(), serde_json::to_value(&freight.reference))
    {
        document.extend(content.into_iter().filter(|(member, _)| member != "name"));
    }
    document
}

fn from_document(name: &str, mut document: Value) -> Option<StoredFreight> {
    let alias = document["alias"].as_str().unwrap_or_default().to_owned();
    let created = document["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned();
    document["name"] = Value::from(name);
    Some(StoredFreight { reference: serde_json::from_value(document).ok()?, alias, created })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_split_at_their_tag() {
        assert_eq!(split_image("127.0.0.1:5000/app:v1").unwrap(), ("127.0.0.1:5000/app", "v1"));
        for wrong in ["app", "127.0.0.1:5000/app", ":v1"] {
            assert!(split_image(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn stored_freight_is_read_as_it_was_written() {
        let mut reference = FreightReference {
            name: String::new(),
            origin: FreightOrigin::warehouse("guestbook"),
            commits: Vec::new(),
            images: Vec::new(),
            charts: Vec::new(),
            artifacts: Vec::new(),
        };
        reference.name = reference.compute_name().to_string();
        let freight = StoredFreight {
            reference,
            alias: "calm-otter".to_owned(),
            created: "2026-01-02T03:04:05Z".to_owned(),
        };
        let key = ResourceKey {
            tenant: windlass_model::ids::TenantId::default(),
            kind: "Freight".to_owned(),
            namespace: Namespace::new("demo").unwrap(),
            name: freight.reference.name.clone(),
        };
        let document = to_document(&key, &freight);
        assert_eq!(document["origin"]["name"], "guestbook");
        assert_eq!(from_document(&key.name, document), Some(freight));
    }
}
