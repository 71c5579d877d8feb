//! From the start of the process to the first step.

use windlass_model::time::Timestamp;
use windlass_tests::{Options, World};

use crate::line::{Line, Target, median, now_micros};

pub(crate) async fn measure() -> Vec<Line> {
    let steps = "- { uses: compose-output, config: { a: 1 } }\n".to_owned();
    let world = World::with(Options { steps, ..Options::default() }).await;
    let mut times = Vec::new();
    for _ in 0..11 {
        let start = now_micros();
        let promotion = world.promote("dev").args(["-o", "json"]).run().await.expect(0).json();
        let first = &promotion["status"]["stepExecutionMetadata"][0]["startedAt"];
        let first: Timestamp = first.as_str().and_then(|text| text.parse().ok()).expect("a time");
        #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit well enough")]
        times.push((first.as_micros() as f64 - start) / 1e3);
    }
    let value = median(times);
    vec![Line { name: "run-to-first-step", value, unit: "ms", target: Target::AtMost(150.0) }]
}
