//! Which steps there are.

use std::path::PathBuf;
use std::sync::Arc;

use windlass_model::digest::Digest;
use windlass_model::step_manifest::StepManifest;

/// A step's WebAssembly binary. Named by its digest; the file is read only to compile it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepBinary {
    /// The digest of the file.
    pub digest: Digest,
    /// Where the file is.
    pub path: PathBuf,
}

/// Whether a step came with the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// It did: under the policy `kargo` it gets what its configuration names.
    BuiltIn,
    /// It was installed: it gets only what was granted then.
    Installed,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepKind {
    /// What it says of itself.
    pub manifest: StepManifest,
    /// What runs.
    pub binary: StepBinary,
    /// Where it came from.
    pub provenance: Provenance,
}

/// Why a step cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// There is no such step.
    #[error("step kind {name:?} is not registered{}", hint(nearest.as_deref()))]
    Unknown {
        /// The name asked for.
        name: String,
        /// A step with a similar name.
        nearest: Option<String>,
    },
    /// The steps have not been built, or their files are damaged.
    #[error("{0}")]
    Unavailable(String),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// Something wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The members and indexes on the way to it.
    pub path: Vec<String>,
    /// The offending member, for a member that does not belong there.
    pub member: Option<String>,
    /// What is wrong, as Kargo says it.
    pub message: String,
}

/// Knows the steps.
pub trait StepCatalog: Send + Sync {
    /// The step that `uses:` names.
    ///
    /// # Errors
    /// If there is none, or it cannot be had.
    fn find(&self, uses: &str) -> Result<Arc<StepKind>, CatalogError>;

    /// The names of all steps, sorted.
    fn names(&self) -> Vec<String>;

    /// What is wrong with an evaluated configuration, one line each, as Kargo says it; none if it fits.
    fn check(&self, kind: &StepKind, config: &serde_json::Value) -> Vec<String>;

    /// What is wrong with a configuration as it is written, whatever its expressions will turn out to be.
    fn check_written(&self, kind: &StepKind, config: &serde_json::Value) -> Vec<ConfigProblem>;
}

#[cfg(feature = "fake")]
pub use fake::OneStep;

#[cfg(feature = "fake")]
mod fake {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use windlass_model::digest::Digest;

    use super::{CatalogError, ConfigProblem, Provenance, StepBinary, StepCatalog, StepKind};

    /// A catalog of one step, `scripted`, which every name means and every configuration fits.
    #[derive(Debug, Clone, Copy, Default)]
    pub struct OneStep;

    impl StepCatalog for OneStep {
        fn find(&self, _uses: &str) -> Result<Arc<StepKind>, CatalogError> {
            let manifest =
                json!({ "name": "scripted", "version": "1", "summary": "As told.", "configSchema": {} });
            Ok(Arc::new(StepKind {
                manifest: serde_json::from_value(manifest)
                    .map_err(|e| CatalogError::Unavailable(e.to_string()))?,
                binary: StepBinary { digest: Digest::of(b"scripted"), path: "scripted.wasm".into() },
                provenance: Provenance::BuiltIn,
            }))
        }

        fn names(&self) -> Vec<String> {
            vec!["scripted".to_owned()]
        }

        fn check(&self, _kind: &StepKind, _config: &Value) -> Vec<String> {
            Vec::new()
        }

        fn check_written(&self, _kind: &StepKind, _config: &Value) -> Vec<ConfigProblem> {
            Vec::new()
        }
    }
}
