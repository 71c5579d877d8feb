//! What waits for a part of the product that is not there yet. It is left out, by name, where the project's own folder is
//! replayed as a whole; in a folder that somebody names it counts as failed.
//!
//! Whoever brings a part in takes its entry out: an entry whose cases all pass makes the replay fail.

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The name of a file, of a step (and of every sequence in which it is used), of a part of the product as the replay
    /// names it, or of a single case.
    pub(crate) name: &'static str,
    /// What it waits for.
    pub(crate) until: &'static str,
}

/// All of them.
pub(crate) const PENDING: &[Pending] = &[
    Pending { name: "analysis.jsonl", until: "stages are verified" },
    Pending { name: "helm-template", until: HELM },
    Pending { name: "helm-update-chart", until: HELM },
    Pending { name: "kustomize-build/helm-chart-plugin-options", until: HELM },
];

/// Until when charts wait.
const HELM: &str = "Helm is there";
