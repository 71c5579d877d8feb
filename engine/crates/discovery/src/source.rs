//! The kinds of repositories.

pub(crate) mod chart;
pub(crate) mod git;
pub(crate) mod image;

use windlass_model::discovered::{ChartDiscovery, GitDiscovery, ImageDiscovery};

/// What was found in one repository.
pub(crate) enum Found {
    Git(GitDiscovery),
    Image(ImageDiscovery),
    Chart(ChartDiscovery),
}
