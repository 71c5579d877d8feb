//! What the server counts, in Prometheus' text form.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use windlass_ports::control_plane::{PartHealth, PromotionCount};

/// The upper bounds of the buckets of durations, in seconds.
const BUCKETS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// Requests by route and status.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, String, u16), Requests>>,
}

#[derive(Debug, Default, Clone)]
struct Requests {
    count: u64,
    seconds: f64,
    buckets: [u64; BUCKETS.len()],
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, path: &'static str, method: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let requests = requests.entry((path, method.to_owned(), status)).or_default();
        requests.count += 1;
        requests.seconds += took.as_secs_f64();
        for (bucket, bound) in requests.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn show(&self) -> String {
        let mut text = String::from(
            "# HELP windlass_http_request_duration_seconds How long requests took.\n\
             # TYPE windlass_http_request_duration_seconds histogram\n",
        );
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((path, method, status), requests) in requests.iter() {
            let name = "windlass_http_request_duration_seconds";
            let labels = format!("path=\"{path}\",method=\"{method}\",status=\"{status}\"");
            for (bucket, bound) in requests.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", requests.count);
            let _ = writeln!(text, "{name}_sum{{{labels}}} {}", requests.seconds);
            let _ = writeln!(text, "{name}_count{{{labels}}} {}", requests.count);
        }
        text
    }
}

/// What the control plane counts, as Prometheus reads it.
pub(crate) fn of_control_plane(promotions: &[PromotionCount], health: &[PartHealth]) -> String {
    let mut text = String::from(
        "# HELP windlass_promotion_duration_seconds How long promotions took, by how they ended.\n\
         # TYPE windlass_promotion_duration_seconds summary\n",
    );
    for PromotionCount { project, stage, phase, count, took } in promotions {
        let labels = format!("project=\"{project}\",stage=\"{stage}\",phase=\"{phase}\"");
        let _ = writeln!(text, "windlass_promotion_duration_seconds_sum{{{labels}}} {}", took.as_secs_f64());
        let _ = writeln!(text, "windlass_promotion_duration_seconds_count{{{labels}}} {count}");
    }
    text.push_str(
        "# HELP windlass_ready Whether a part of the control plane can do its work.\n# TYPE windlass_ready gauge\n",
    );
    for PartHealth { name, trouble } in health {
        let _ = writeln!(text, "windlass_ready{{part=\"{name}\"}} {}", u8::from(trouble.is_none()));
    }
    text
}
