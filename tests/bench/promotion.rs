//! Promotions of steps that do nothing: what recording and running cost.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use windlass_tests::{Options, Windlass, World};

use crate::line::{Line, Target, median, now_micros};

/// Promotions in a row in one process; the first ones warm it up.
const TIMES: usize = 120;
const WARM_UP: usize = 20;

/// The medians of promotions in one process: of the whole, and of each step that uses `uses`, in microseconds.
pub(crate) async fn promotions(
    world: &World,
    options: &[&str],
    times: usize,
    warm_up: usize,
    uses: &str,
) -> (f64, f64) {
    promotions_in(&world.path("bench-data"), world, options, times, warm_up, uses).await
}

/// The same with a data directory of its own.
pub(crate) async fn promotions_in(
    data: &Path,
    world: &World,
    options: &[&str],
    times: usize,
    warm_up: usize,
    uses: &str,
) -> (f64, f64) {
    let ended = Windlass::new(["bench", "-f"])
        .arg(world.path("manifests"))
        .arg("--data")
        .arg(data)
        .arg("--kubeconfig")
        .arg(world.path("kubeconfig"))
        .args(["--stage", "dev", "--times", &times.to_string()])
        .args(options)
        .run()
        .await
        .expect(0);
    let lines: Vec<Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let counted = &lines[warm_up..];
    let whole = counted.iter().filter_map(|line| line["micros"].as_f64()).collect();
    let steps = counted.iter().flat_map(|line| line["steps"].as_array().into_iter().flatten());
    let step = steps.filter(|step| step["uses"] == uses).filter_map(|step| step["micros"].as_f64()).collect();
    (median(whole), median(step))
}

pub(crate) async fn measure() -> Vec<Line> {
    let seven = steps_that_do_nothing(7, &[]).await;
    let fourteen = steps_that_do_nothing(14, &[]).await;
    let worker = steps_that_do_nothing(7, &["--isolation", "worker"]).await;
    let fsync = fsync_micros();
    let per_step = (fourteen - seven) / 7.0;
    vec![
        Line { name: "fsync", value: fsync / 1e3, unit: "ms", target: Target::None },
        Line { name: "seven-no-op-steps", value: seven / 1e3, unit: "ms", target: Target::AtMost(5.0) },
        Line { name: "seven-no-op-steps-in-worker", value: worker / 1e3, unit: "ms", target: Target::None },
        Line {
            name: "one-attempt-with-journal",
            value: per_step,
            unit: "us",
            target: Target::AtMost(300.0 + fsync),
        },
    ]
}

async fn steps_that_do_nothing(count: usize, options: &[&str]) -> f64 {
    let steps = "- { uses: compose-output, config: { a: 1 } }\n".repeat(count);
    let world = World::with(Options { steps, ..Options::default() }).await;
    promotions(&world, options, TIMES, WARM_UP, "compose-output").await.0
}

/// What the machine takes to make one small write durable.
fn fsync_micros() -> f64 {
    let dir = tempfile::tempdir().expect("a directory");
    let mut file = std::fs::File::create(dir.path().join("file")).expect("a file");
    let times = (0..50).map(|_| {
        let start = now_micros();
        file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("a write");
        now_micros() - start
    });
    median(times.collect())
}
