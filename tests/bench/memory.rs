//! The engine's private memory while the demo runs.

use windlass_tests::Windlass;

use crate::line::{Line, Target};

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

/// What is not shared with any other process.
fn private_megabytes(pid: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kilobytes = |name: &str| -> f64 {
        let line = rollup.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0.0)
    };
    (kilobytes("Private_Dirty:") + kilobytes("Private_Clean:")) / 1024.0
}
