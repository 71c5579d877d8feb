//! One history: a project by chance, and what people, repositories, disks and kills do to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_control::control::Control;
use windlass_model::ids::ProjectName;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock as _;
use windlass_ports::control_plane::{
    Actor, ApiError, ControlPlane as _, Fault, FreightChoice, Refreshable, WriteMode, Written,
};

use crate::rules;
use crate::world::{World, repository};

/// What the control plane has promised: what was answered is there for good.
#[derive(Default)]
pub(crate) struct Promised {
    pub(crate) freight: BTreeSet<String>,
    pub(crate) promotions: BTreeSet<String>,
    /// Freight and the stages that it is approved for.
    pub(crate) approvals: BTreeSet<(String, String)>,
}

/// One history.
pub(crate) struct History {
    pub(crate) world: Arc<World>,
    pub(crate) promised: Promised,
    /// The stages, and which warehouses there are.
    pub(crate) stages: Vec<String>,
    warehouses: Vec<String>,
    /// Documents that have to be there before anything else: none is left once all were taken.
    unwritten: Vec<Value>,
    made: usize,
}

pub(crate) fn project() -> ProjectName {
    ProjectName::new("demo").unwrap()
}

pub(crate) fn manifest(kind: &str, name: &str, spec: Value) -> Value {
    let metadata = if kind == "Project" {
        json!({ "name": name })
    } else {
        json!({ "name": name, "namespace": "demo" })
    };
    let mut manifest =
        json!({ "apiVersion": "kargo.akuity.io/v1alpha1", "kind": kind, "metadata": metadata });
    if spec.is_object() {
        manifest["spec"] = spec;
    }
    manifest
}

impl History {
    pub(crate) fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let mut history = Self {
            world,
            promised: Promised::default(),
            stages: Vec::new(),
            warehouses: Vec::new(),
            unwritten: Vec::new(),
            made: 0,
        };
        history.design();
        history
    }

    /// A pipeline by chance.
    fn design(&mut self) {
        let world = Arc::clone(&self.world);
        let chance = &world.chance;
        self.warehouses = if chance.percent(30) { vec!["app", "lib"] } else { vec!["app"] }
            .into_iter()
            .map(str::to_owned)
            .collect();
        let mut documents = vec![manifest("Project", "demo", Value::Null)];
        for warehouse in &self.warehouses {
            let policy = if chance.percent(50) { "Manual" } else { "Automatic" };
            let subscriptions = json!([{ "git": { "repoURL": repository(warehouse) } }]);
            let spec = json!({
                "interval": "10m", "freightCreationPolicy": policy, "subscriptions": subscriptions
            });
            documents.push(manifest("Warehouse", warehouse, spec));
        }
        let shapes: [&[(&str, &[&str])]; 4] = [
            &[("dev", &[]), ("uat", &["dev"]), ("prod", &["uat"])],
            &[("dev", &[]), ("a", &["dev"]), ("b", &["dev"]), ("prod", &["a", "b"])],
            &[("dev", &[]), ("gate", &["dev"]), ("east", &["gate"]), ("west", &["gate"])],
            &[("dev", &[]), ("prod", &["dev"])],
        ];
        let shape = shapes[chance.below(shapes.len())];
        for (name, upstream) in shape {
            documents.push(self.stage(name, upstream));
            self.stages.push((*name).to_owned());
        }
        let policies: Vec<Value> = self
            .stages
            .iter()
            .filter(|_| chance.percent(50))
            .map(|stage| json!({ "stage": stage, "autoPromotionEnabled": true }))
            .collect();
        documents.push(manifest("ProjectConfig", "demo", json!({ "promotionPolicies": policies })));
        self.unwritten = documents;
    }

    fn stage(&self, name: &str, upstream: &[&str]) -> Value {
        let chance = &self.world.chance;
        let mut sources = json!({});
        if upstream.is_empty() {
            sources["direct"] = json!(true);
        } else {
            sources["stages"] = json!(upstream);
            if chance.percent(40) {
                sources["requiredSoakTime"] = json!("20m0s");
            }
            if upstream.len() > 1 && chance.percent(50) {
                sources["availabilityStrategy"] = json!("All");
            }
        }
        let request = |warehouse: &String| json!({ "origin": { "kind": "Warehouse", "name": warehouse }, "sources": sources });
        let mut spec = json!({ "requestedFreight": self.warehouses.iter().map(request).collect::<Vec<_>>() });
        if name != "gate" {
            let steps: Vec<Value> =
                (0..=chance.below(3)).map(|_| json!({ "uses": "scripted", "config": {} })).collect();
            spec["promotionTemplate"] = json!({ "spec": { "steps": steps } });
        }
        manifest("Stage", name, spec)
    }

    /// Runs it to its end; what broke a rule.
    pub(crate) fn run(mut self) -> Result<(), String> {
        let mut left = 10 + self.world.chance.below(40);
        while left > 0 {
            left = in_a_process(self.process(left));
            self.world.killed();
            self.told()?;
        }
        in_a_process(self.end())?;
        self.told()
    }

    fn told(&self) -> Result<(), String> {
        let broken = self.world.broken();
        if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
    }

    /// One process, until it is killed, stopped, or the history is over; how much of that is left.
    async fn process(&mut self, mut left: usize) -> usize {
        let world = Arc::clone(&self.world);
        let stop = CancellationToken::new();
        let Some(control) = world.start(&stop).await else { return left - 1 };
        while left > 0 {
            left -= 1;
            if world.chance.percent(8) {
                // Killed, wherever everybody is.
                for _ in 0..world.chance.below(20) {
                    tokio::task::yield_now().await;
                }
                return left;
            }
            if world.chance.percent(3) {
                break;
            }
            self.happen(&control).await;
            rules::check_now(self, &control).await;
            if !world.broken().is_empty() {
                return 0;
            }
        }
        stop.cancel();
        control.ended().await;
        left
    }

    /// Something happens.
    async fn happen(&mut self, control: &Arc<Control>) {
        let world = Arc::clone(&self.world);
        let chance = &world.chance;
        if !self.unwritten.is_empty() {
            let documents = self.unwritten.clone();
            self.apply(control, documents).await;
            return;
        }
        match chance.below(15) {
            0 | 1 => self.make_freight(control).await,
            2 => {
                if let Some(warehouse) = chance.pick(&self.warehouses) {
                    world.push(warehouse);
                    let namespace = (&project()).into();
                    let asked = control.refresh(&by(), Refreshable::Warehouse, &namespace, warehouse).await;
                    self.note_unless_known(asked);
                }
            }
            3..=5 => self.promote(control).await,
            6 => self.approve(control).await,
            7 => self.abort(control).await,
            8 => world.break_store(),
            9 => {
                world.store.fail(None);
                world.pass(Duration::from_secs(60)).await;
                rules::check_health(self, control).await;
            }
            10 => self.change_a_stage(control).await,
            11 => {
                // Somebody sets the clock.
                let hour = 3_600_000_000;
                let now = world.clock.now().as_micros();
                let jump = if chance.percent(50) { hour } else { -hour };
                world.clock.set(Timestamp::from_micros(now + jump));
            }
            _ => {
                let longest = [5, 60, 600, 7_200][chance.below(4)];
                let time = Duration::from_secs(1 + u64::try_from(chance.below(longest)).unwrap());
                world.pass(time).await;
            }
        }
        if chance.percent(70) {
            world.settle().await;
        }
    }

    async fn apply(&mut self, control: &Control, documents: Vec<Value>) -> Vec<Value> {
        let text = json!(documents).to_string();
        let reports = control.write(&by(), text.as_bytes(), WriteMode::Upsert).await;
        let Ok(reports) = reports else { return Vec::new() };
        let mut taken = Vec::new();
        for report in reports {
            match report.result {
                Ok(Written::Created(value) | Written::Updated(value) | Written::Unchanged(value)) => {
                    self.unwritten.retain(|document| {
                        document["kind"] != value["kind"]
                            || document["metadata"]["name"] != value["metadata"]["name"]
                    });
                    taken.push(value);
                }
                Ok(Written::Deleted(_)) => {}
                Err(error) => {
                    self.note_unless_known::<()>(Err(error));
                }
            }
        }
        taken
    }

    async fn make_freight(&mut self, control: &Control) {
        let Some(warehouse) = self.world.chance.pick(&self.warehouses).cloned() else { return };
        self.made += 1;
        let mut freight = manifest("Freight", &format!("made-{}", self.made), Value::Null);
        freight["alias"] = json!(format!("alias-{}", self.made));
        freight["origin"] = json!({ "kind": "Warehouse", "name": warehouse });
        freight["commits"] =
            json!([{ "repoURL": repository(&warehouse), "id": format!("f{:0>39}", self.made) }]);
        for taken in self.apply(control, vec![freight]).await {
            self.promised.freight.insert(text(&taken, "/metadata/name"));
        }
    }

    /// The freight there is, by name.
    fn some_freight(&self) -> Option<String> {
        let all = self.world.store.documents("Freight");
        self.world.chance.pick(&all).map(|freight| text(freight, "/metadata/name"))
    }

    async fn promote(&mut self, control: &Control) {
        let (Some(stage), Some(freight)) =
            (self.world.chance.pick(&self.stages).cloned(), self.some_freight())
        else {
            return;
        };
        let freight = FreightChoice::Name(freight);
        if self.world.chance.percent(15) {
            let made = control.promote_downstream(&by(), &project(), &stage, freight).await;
            if let Some(made) = self.note_unless_known(made) {
                self.promised
                    .promotions
                    .extend(made.promotions.iter().map(|one| text(one, "/metadata/name")));
            }
            return;
        }
        let made = control.promote(&by(), &project(), &stage, freight).await;
        if let Some(made) = self.note_unless_known(made) {
            self.promised.promotions.insert(text(&made, "/metadata/name"));
        }
    }

    async fn approve(&mut self, control: &Control) {
        let (Some(stage), Some(freight)) =
            (self.world.chance.pick(&self.stages).cloned(), self.some_freight())
        else {
            return;
        };
        let approved = control.approve(&by(), &project(), &freight, &stage).await;
        if self.note_unless_known(approved).is_some() {
            self.promised.approvals.insert((freight, stage));
        }
    }

    async fn abort(&mut self, control: &Control) {
        let all = self.world.store.documents("Promotion");
        let Some(promotion) = self.world.chance.pick(&all).map(|one| text(one, "/metadata/name")) else {
            return;
        };
        let aborted = control.abort(&by(), &project(), &promotion).await;
        self.note_unless_known(aborted);
    }

    async fn change_a_stage(&mut self, control: &Control) {
        let Some(stage) = self.world.chance.pick(&self.stages) else { return };
        let Some(document) = self.world.store.document("Stage", stage) else { return };
        let mut next = manifest("Stage", stage, document["spec"].clone());
        next["metadata"]["labels"] = json!({ "changed": self.made.to_string() });
        for request in next["spec"]["requestedFreight"].as_array_mut().into_iter().flatten() {
            if request["sources"]["stages"].is_array() {
                request["sources"]["requiredSoakTime"] =
                    json!(if self.world.chance.percent(50) { "0s" } else { "30m0s" });
            }
        }
        self.apply(control, vec![next]).await;
    }

    /// What was answered. A refusal is fine, and so is a failure of the store; anything else is a mistake of ours.
    fn note_unless_known<T>(&self, answer: Result<T, ApiError>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) if error.fault == Fault::Internal => {
                self.world.say_broken(format!("an internal error: {error}"));
                None
            }
            Err(_) => None,
        }
    }

    /// Nothing bad happens any more, and time passes: everything must come to its end.
    async fn end(&mut self) -> Result<(), String> {
        let world = Arc::clone(&self.world);
        world.calm_down();
        let stop = CancellationToken::new();
        let control = world.start(&stop).await.ok_or("it does not start although nothing is wrong")?;
        if !self.unwritten.is_empty() {
            let documents = self.unwritten.clone();
            self.apply(&control, documents).await;
        }
        world.pass(Duration::from_hours(3)).await;
        rules::check_now(self, &control).await;
        rules::check_end(self, &control).await;
        stop.cancel();
        control.ended().await;
        Ok(())
    }
}

/// Who asks.
fn by() -> Actor {
    Actor("email:ada@example.com".to_owned())
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Runs what a process does; when this returns, all of it is gone, as after a kill.
fn in_a_process<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(work)
}

/// How many promotions of each stage are under way.
pub(crate) fn under_way(promotions: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut running: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for promotion in promotions.iter().filter(|promotion| promotion["status"]["phase"] == "Running") {
        let stage = text(promotion, "/spec/stage");
        running.entry(stage).or_default().push(text(promotion, "/metadata/name"));
    }
    running
}
