//! What one attempt of a step may use up.

use serde::{Deserialize, Serialize};

/// The budget of one attempt. Each limit is checked by the host; what is used is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Limits {
    /// Processor time of the guest itself, in milliseconds.
    pub cpu_ms: u64,
    /// Time from start to end, in milliseconds, waiting included.
    pub wall_ms: u64,
    /// All linear memories and tables together, in bytes.
    pub memory_bytes: u64,
    /// All files in the work and scratch directories together, in bytes.
    pub disk_bytes: u64,
    /// All files and directories in the work and scratch directories together.
    pub disk_files: u64,
    /// Log lines, standard output and standard error together, in bytes; what exceeds it is cut.
    pub log_bytes: u64,
    /// Capability calls.
    pub calls: u64,
    /// Bytes sent and received over the network.
    pub egress_bytes: u64,
    /// Open files, streams and resources at one time.
    pub handles: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_ms: 60_000,
            wall_ms: 600_000,
            memory_bytes: 512 << 20,
            disk_bytes: 2 << 30,
            disk_files: 200_000,
            log_bytes: 1 << 20,
            calls: 10_000,
            egress_bytes: 1 << 30,
            handles: 1_000,
        }
    }
}

impl Limits {
    /// The most that the manifest of a step can raise limits to, where the operator does not say otherwise.
    pub const MOST: Self = Self {
        cpu_ms: 600_000,
        wall_ms: 3_600_000,
        memory_bytes: 2 << 30,
        disk_bytes: 20 << 30,
        disk_files: 2_000_000,
        log_bytes: 16 << 20,
        calls: 100_000,
        egress_bytes: 20 << 30,
        handles: 10_000,
    };

    /// The lower of both, one by one.
    #[must_use]
    pub fn bounded_by(&self, most: &Self) -> Self {
        Self {
            cpu_ms: self.cpu_ms.min(most.cpu_ms),
            wall_ms: self.wall_ms.min(most.wall_ms),
            memory_bytes: self.memory_bytes.min(most.memory_bytes),
            disk_bytes: self.disk_bytes.min(most.disk_bytes),
            disk_files: self.disk_files.min(most.disk_files),
            log_bytes: self.log_bytes.min(most.log_bytes),
            calls: self.calls.min(most.calls),
            egress_bytes: self.egress_bytes.min(most.egress_bytes),
            handles: self.handles.min(most.handles),
        }
    }
}

/// What an attempt used up, as far as it is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Processor time of the guest, in milliseconds.
    pub cpu_ms: u64,
    /// The largest sum of linear memories, in bytes.
    pub memory_bytes: u64,
    /// Growth of the work directory, in bytes; never below zero.
    pub disk_bytes: u64,
    /// Log bytes kept.
    pub log_bytes: u64,
    /// Capability calls made.
    pub calls: u64,
    /// Bytes sent and received.
    pub egress_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::Limits;

    #[test]
    fn a_manifest_raises_limits_only_so_far() {
        let asked = Limits { cpu_ms: u64::MAX, calls: 7, ..Limits::default() };
        let bounded = asked.bounded_by(&Limits::MOST);
        assert_eq!((bounded.cpu_ms, bounded.calls), (Limits::MOST.cpu_ms, 7));
        assert_eq!(Limits::default().bounded_by(&Limits::MOST), Limits::default());
    }
}
