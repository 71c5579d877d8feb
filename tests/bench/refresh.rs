//! From a push to freight: how long it takes until what was pushed can be promoted, when somebody asks to look.

use serde_json::json;
use windlass_testkit::git::NewCommit;
use windlass_testkit::registry::NewImage;
use windlass_tests::{Changes, Options, Served, World};

use crate::line::{Line, Target, median, now_micros};
use crate::process::rest;

const PROJECT: &str = "/v1beta1/projects/demo";
const TIMES: usize = 11;
const TAGS: usize = 1_000;
const REST: std::time::Duration = std::time::Duration::from_secs(2);

pub(crate) async fn measure() -> Vec<Line> {
    let world = World::with(Options::default()).await;
    for number in 2..TAGS {
        let tag = format!("v1.0.{number}");
        world.registry.add_image("app", &tag, &NewImage::default().label("tag", &tag)).expect("an image");
    }
    let served = Served::start(world.serve("data")).await;
    served.apply(&world.path("manifests")).await;
    let mut changes = served.watch(&format!("{PROJECT}/freight")).await;
    next_freight(&mut changes).await;
    let mut commits = Vec::new();
    for number in 0..TIMES {
        let commit = NewCommit::on("main").message("Change\n").by("Ada Example", "ada@example.com");
        world
            .repository
            .commit(&commit.write("base/note.txt", format!("{number}\n")))
            .await
            .expect("a commit");
        commits.push(refreshed(&served, &mut changes).await);
    }
    let mut tags = Vec::new();
    let mut requests = 0;
    for number in 0..TIMES {
        let tag = format!("v1.2.{number}");
        world.registry.add_image("app", &tag, &NewImage::default().label("tag", &tag)).expect("an image");
        let before = world.registry.gate().count("");
        tags.push(refreshed(&served, &mut changes).await);
        requests = world.registry.gate().count("") - before;
    }
    let requests = f64::from(u32::try_from(requests).expect("few"));
    vec![
        Line {
            name: "push-to-freight",
            value: median(commits) / 1e3,
            unit: "ms",
            target: Target::AtMost(200.0),
        },
        Line {
            name: "tag-to-freight-1000-tags",
            value: median(tags) / 1e3,
            unit: "ms",
            target: Target::AtMost(300.0),
        },
        Line { name: "tag-to-freight-requests", value: requests, unit: "requests", target: Target::None },
    ]
}

/// Has the warehouse look; the microseconds until there is new freight. It rests before, as a registry is asked so many
/// times a second at most.
async fn refreshed(served: &Served, changes: &mut Changes) -> f64 {
    rest(REST).await;
    let start = now_micros();
    let path = format!("{PROJECT}/warehouses/app/refresh");
    let _ = served.request("POST", &path, &json!({}).to_string()).await.expect(200);
    next_freight(changes).await;
    now_micros() - start
}

async fn next_freight(changes: &mut Changes) {
    while changes.next().await["type"] != "ADDED" {}
}
