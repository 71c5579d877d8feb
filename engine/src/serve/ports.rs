//! What stands behind the ports of the control plane.

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use windlass_control::ports::{Discoverer, PromotionDriver};
use windlass_control::project::{Project, Projects as _};
use windlass_control::registry::Registry;
use windlass_discovery::Depth;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::Warehouse;
use windlass_promotion::driver::DriveError;
use windlass_promotion::evaluate::functions::ProjectData;
use windlass_promotion::state::PromotionState;
use windlass_promotion::unit::PromotionUnit;

use crate::wiring::Works;

/// Looks into repositories over the network.
pub(super) struct HostDiscoverer {
    works: Arc<Works>,
    registry: Arc<Registry>,
}

impl HostDiscoverer {
    pub(super) fn new(works: Arc<Works>, registry: Arc<Registry>) -> Self {
        Self { works, registry }
    }
}

#[async_trait]
impl Discoverer for HostDiscoverer {
    async fn discover(
        &self,
        project: &ProjectName,
        warehouse: &Warehouse,
        previous: Option<&DiscoveredArtifacts>,
    ) -> Result<DiscoveredArtifacts, String> {
        let project = self.registry.find_project(project).ok_or("the project is gone")?;
        let discovery = self.works.discovery(&project);
        // What others were told before this was asked may be too old: somebody may have pushed since.
        let since = self.works.host.clock.now();
        let found = discovery.discover_again(warehouse, Depth::Limit, previous, since).await;
        found.map_err(|e| e.to_string())
    }
}

/// Runs the steps of promotions.
pub(super) struct HostDriver {
    works: Arc<Works>,
}

impl HostDriver {
    pub(super) fn new(works: Arc<Works>) -> Self {
        Self { works }
    }
}

#[async_trait]
impl PromotionDriver for HostDriver {
    async fn drive(
        &self,
        project: &Project,
        unit: Arc<PromotionUnit>,
        data: Arc<dyn ProjectData>,
        stop: CancellationToken,
    ) -> Result<PromotionState, DriveError> {
        self.works.driver(project, data).run(unit, stop).await
    }
}
