//! A server that promotes: how long one promotion takes, and how many go through at once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use windlass_tests::{Changes, Options, PIPELINE, Served, World};

use crate::line::{Line, Target, median, now_micros};
use crate::process::{cpu_seconds, is_idle};

const PROJECT: &str = "/v1beta1/projects/demo";

pub(crate) async fn measure() -> Vec<Line> {
    let mut lines = one_after_the_other().await;
    lines.extend(twenty_at_once().await);
    lines
}

async fn one_after_the_other() -> Vec<Line> {
    let git = Pipeline::start(&git_steps(), 1).await;
    let (six, cpu) = git.sequential(24, 4).await;
    drop(git);
    let (seven, _) = Pipeline::start(&no_ops(7), 1).await.sequential(120, 20).await;
    vec![
        Line { name: "serve-six-git-steps", value: six / 1e3, unit: "ms", target: Target::AtMost(100.0) },
        Line {
            name: "serve-cpu-of-a-promotion",
            value: cpu * 1e3,
            unit: "ms",
            target: Target::AtMost(100.0),
        },
        Line {
            name: "serve-seven-no-op-steps",
            value: seven / 1e3,
            unit: "ms",
            target: Target::AtMost(10.0),
        },
    ]
}

async fn twenty_at_once() -> Vec<Line> {
    let git = Pipeline::start(&git_steps(), 20).await.a_minute(8).await;
    let no_ops = Pipeline::start(&no_ops(7), 20).await.a_minute(50).await;
    vec![
        Line { name: "serve-20-stages-git", value: git, unit: "a minute", target: Target::AtLeast(1_000.0) },
        Line {
            name: "serve-20-stages-no-op",
            value: no_ops,
            unit: "a minute",
            target: Target::AtLeast(10_000.0),
        },
    ]
}

/// The Git steps of the examples, all with the overlay of `dev`.
fn git_steps() -> String {
    let steps = PIPELINE.split("- uses: argocd-update").next().unwrap_or_default();
    steps.replace("./src/env/${{ ctx.stage }}", "./src/env/dev")
}

fn no_ops(count: usize) -> String {
    "- { uses: compose-output, config: { a: 1 } }\n".repeat(count)
}

/// A server with stages of the same steps, and two pieces of freight to promote in turns.
struct Pipeline {
    served: Served,
    stages: usize,
    _world: World,
}

impl Pipeline {
    async fn start(steps: &str, stages: usize) -> Self {
        let world = World::with(Options { steps: steps.to_owned(), ..Options::default() }).await;
        let served = Served::start(world.serve("data")).await;
        let manifests = world.path("manifests/all.yaml");
        let text = std::fs::read_to_string(&manifests).expect("the manifests");
        let text = text.replace("  subscriptions:", "  freightCreationPolicy: Manual\n  subscriptions:");
        let mut parts = text.split("---\n").filter(|part| !part.contains("name: prod")).map(str::to_owned);
        let dev = parts.clone().find(|part| part.contains("name: dev,")).expect("the stage dev");
        let mut all: Vec<String> = parts.by_ref().filter(|part| *part != dev).collect();
        all.extend((0..stages).map(|number| dev.replace("name: dev,", &format!("name: s{number},"))));
        for (alias, tag) in [("one", "v1.0.0"), ("two", "v1.1.0")] {
            all.push(freight(&world, alias, tag).to_string());
        }
        std::fs::write(&manifests, all.join("\n---\n")).expect("the manifests");
        served.apply(&manifests).await;
        Self { served, stages, _world: world }
    }

    async fn promote(&self, stage: usize, turn: usize) -> String {
        let alias = if turn.is_multiple_of(2) { "one" } else { "two" };
        let body = json!({ "freightAlias": alias }).to_string();
        let path = format!("{PROJECT}/stages/s{stage}/promotions");
        let made = self.served.request("POST", &path, &body).await.expect(201);
        made["metadata"]["name"].as_str().expect("a name").to_owned()
    }

    /// The median time of a promotion in microseconds, and the processor's seconds that each takes.
    async fn sequential(&self, times: usize, warm_up: usize) -> (f64, f64) {
        let mut changes = self.served.watch(&format!("{PROJECT}/promotions")).await;
        let mut micros = Vec::new();
        let mut cpu = 0.0;
        for turn in 0..times {
            if turn == warm_up {
                cpu = cpu_seconds(self.served.id());
            }
            let start = now_micros();
            let name = self.promote(0, turn).await;
            let end = next_end(&mut changes).await;
            micros.push(now_micros() - start);
            assert_eq!(end["metadata"]["name"], name.as_str());
        }
        let counted = f64::from(u32::try_from(times - warm_up).expect("few"));
        let cpu = (cpu_seconds(self.served.id()) - cpu) / counted;
        (median(micros.split_off(warm_up)), cpu)
    }

    /// How many promotions end in a minute when every stage has `rounds` of them to do.
    async fn a_minute(&self, rounds: usize) -> f64 {
        let mut changes = self.served.watch(&format!("{PROJECT}/promotions")).await;
        // Warms it up: the first push to a branch makes it.
        for stage in 0..self.stages {
            self.promote(stage, 1).await;
        }
        for _ in 0..self.stages {
            next_end(&mut changes).await;
        }
        is_idle(self.served.id()).await;
        let start = now_micros();
        // Every stage has somebody of its own who asks for one promotion after the other.
        let make = join_all((0..self.stages).map(async |stage| {
            for turn in 0..rounds {
                self.promote(stage, turn).await;
            }
        }));
        let see = async {
            for _ in 0..self.stages * rounds {
                next_end(&mut changes).await;
            }
        };
        tokio::join!(make, see);
        let minutes = (now_micros() - start) / 60e6;
        f64::from(u32::try_from(self.stages * rounds).expect("few")) / minutes
    }
}

/// Waits until the next promotion has ended, and well.
async fn next_end(changes: &mut Changes) -> Value {
    loop {
        let change = changes.next().await;
        let promotion = &change["object"];
        if change["type"] == "MODIFIED" && promotion["status"]["finishedAt"].is_string() {
            assert_eq!(promotion["status"]["phase"], "Succeeded", "{promotion}");
            return promotion.clone();
        }
    }
}

/// The first commit, with the image of a tag.
fn freight(world: &World, alias: &str, tag: &str) -> Value {
    json!({
        "apiVersion": "kargo.akuity.io/v1alpha1",
        "kind": "Freight",
        "metadata": { "name": alias, "namespace": "demo" },
        "alias": alias,
        "origin": { "kind": "Warehouse", "name": "app" },
        "commits": [{ "repoURL": world.repo_url(), "id": world.main.to_string() }],
        "images": [{ "repoURL": world.image(), "tag": tag }],
    })
}
