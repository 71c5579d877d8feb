//! What a process takes of the machine.

use std::time::Duration;

/// What is not shared with any other process, in megabytes (proc(5), `smaps_rollup`).
pub(crate) fn private_megabytes(pid: u32) -> f64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let kilobytes = |name: &str| -> f64 {
        let line = rollup.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0.0)
    };
    (kilobytes("Private_Dirty:") + kilobytes("Private_Clean:")) / 1024.0
}

/// The processor's time that a process and its children that have ended took, in seconds.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything; the times are the fields 14 to 17 (proc(5)).
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(4);
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Lets time go by.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures in the machine's time")]
pub(crate) async fn rest(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits until a process has done nothing for a while.
pub(crate) async fn is_idle(pid: u32) {
    loop {
        let before = cpu_seconds(pid);
        rest(Duration::from_millis(300)).await;
        if cpu_seconds(pid) - before < 0.011 {
            return;
        }
    }
}
