//! The engine's private memory while the demo runs.

use windlass_tests::Windlass;

use crate::line::{Line, Target};
use crate::process::private_megabytes;

pub(crate) async fn measure() -> Vec<Line> {
    let dir = tempfile::tempdir().expect("a directory");
    let mut demo = Windlass::new(["demo", "--dir"]).arg(dir.path().join("demo")).start();
    let mut most = 0.0_f64;
    // Each line is a moment to look at: a step has just begun or ended.
    while let Some(line) = demo.next_line().await {
        most = most.max(private_megabytes(demo.id()));
        if line.contains("go on until Ctrl-C") {
            break;
        }
    }
    demo.kill().await;
    vec![Line { name: "demo-private-memory", value: most, unit: "MB", target: Target::AtMost(150.0) }]
}
