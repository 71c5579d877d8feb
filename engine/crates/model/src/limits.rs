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
