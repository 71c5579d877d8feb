//! What the control plane needs of the world.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::event::stage::HealthStatus;
use windlass_model::ids::{ProjectName, TenantId};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::outcome::HealthCheck;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::ApiError;
use windlass_ports::journal::Journal;
use windlass_ports::records::{AttemptLogs, Resources};
use windlass_promotion::driver::DriveError;
use windlass_promotion::evaluate::functions::ProjectData;
use windlass_promotion::sealed::SealKey;
use windlass_promotion::state::PromotionState;
use windlass_promotion::unit::PromotionUnit;

use crate::project::Project;
use crate::retention::Retention;

/// Looks into the repositories of warehouses.
#[async_trait]
pub trait Discoverer: Send + Sync {
    /// What a warehouse finds now. `previous` is what it found before, if it has not been changed since.
    ///
    /// # Errors
    /// A message, if one of the repositories cannot be looked into.
    async fn discover(
        &self,
        project: &ProjectName,
        warehouse: &Warehouse,
        previous: Option<&DiscoveredArtifacts>,
    ) -> Result<DiscoveredArtifacts, String>;
}

/// Drives promotions.
#[async_trait]
pub trait PromotionDriver: Send + Sync {
    /// Drives a promotion to its end, or until it is told to stop.
    ///
    /// # Errors
    /// If it was stopped, or its record or directory fails. It can be driven again.
    async fn drive(
        &self,
        project: &Project,
        unit: Arc<PromotionUnit>,
        data: Arc<dyn ProjectData>,
        stop: CancellationToken,
    ) -> Result<PromotionState, DriveError>;
}

/// What one check of health says.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthReport {
    /// How it is.
    pub status: HealthStatus,
    /// What is wrong.
    pub issues: Vec<String>,
    /// What was found.
    pub output: Value,
}

/// Checks the health of stages.
#[async_trait]
pub trait HealthChecker: Send + Sync {
    /// Carries out a check that a step left.
    async fn check(&self, project: &Project, stage: &str, check: &HealthCheck) -> HealthReport;
}

/// A manifest that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadManifest {
    /// What it says, without what nobody knows.
    pub json: Value,
    /// What is wrong with it: the field's path, the reason, the place.
    pub problems: Vec<String>,
    /// What is odd about it.
    pub warnings: Vec<String>,
}

/// Reads manifests, and holds them against the shapes and rules of their kinds.
pub trait ManifestReader: Send + Sync {
    /// The manifests of a text.
    ///
    /// # Errors
    /// If it cannot be read at all.
    fn read(&self, text: &[u8]) -> Result<Vec<ReadManifest>, ApiError>;
}

/// Makes ids that nobody else makes.
pub trait Ids: Send + Sync {
    /// A unique id.
    fn uuid(&self) -> uuid::Uuid;
}

/// Ids by chance.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn uuid(&self) -> uuid::Uuid {
        uuid::Uuid::new_v4()
    }
}

/// All of it.
#[derive(Clone)]
pub struct ControlPorts {
    /// Whose control plane it is.
    pub tenant: TenantId,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
    /// Keeps events.
    pub journal: Arc<dyn Journal>,
    /// Keeps documents.
    pub resources: Arc<dyn Resources>,
    /// Keeps logs.
    pub logs: Arc<dyn AttemptLogs>,
    /// Looks into repositories.
    pub discoverer: Arc<dyn Discoverer>,
    /// Drives promotions.
    pub promotions: Arc<dyn PromotionDriver>,
    /// Checks health.
    pub health: Arc<dyn HealthChecker>,
    /// Reads manifests.
    pub manifests: Arc<dyn ManifestReader>,
    /// How much is kept.
    pub retention: Retention,
    /// Hides outputs that hold secrets.
    pub seal_key: Arc<SealKey>,
    /// Counts.
    pub counts: Arc<crate::counts::Counts>,
}
