//! `windlass bench`: promotes over and over in one process, as a server would, and prints how long each took. Started by
//! `cargo xtask bench`.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use windlass_model::promotion::Phase;
use windlass_model::time::Timestamp;
use windlass_ports::progress::Silent;
use windlass_promotion::state::PromotionState;

use crate::config::{DefaultPolicy, Isolation, default_identity};
use crate::failure::Failure;
use crate::manifests;
use crate::run::{Ended, FreightChoice, Promoter};
use crate::system_clock::SystemClock;
use crate::wiring::{self, Engine, EngineOptions};

#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// Manifests.
    #[arg(short, long = "filename", required = true, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// The stage.
    #[arg(long)]
    stage: String,
    /// Where the record is kept.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The cluster.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// How often.
    #[arg(long)]
    times: usize,
    /// Images that promotions take in turn, so that each has something to change.
    #[arg(long, value_name = "REPOSITORY:TAG")]
    image: Vec<String>,
    /// How steps are run.
    #[arg(long, value_enum, default_value_t)]
    isolation: Isolation,
}

impl BenchArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        let catalog = wiring::catalog();
        let loaded = manifests::load(&self.filename, false, catalog.as_ref())
            .map_err(|wrong| Failure::rendered(manifests::render(&wrong, false)))?;
        let project = Arc::new(crate::project::pick(loaded.manifests, None)?);
        let options = EngineOptions {
            data: self.data,
            kubeconfig: self.kubeconfig,
            identity: default_identity(),
            policy: DefaultPolicy::Kargo.policy(),
            grants: Vec::new(),
            allow_credentials_over_http: false,
            integration: windlass_git::IntegrationPolicy::default(),
            known_hosts: windlass_git::KnownHosts::default(),
            catalog,
            isolation: self.isolation,
            clock: Arc::new(SystemClock),
            progress: Arc::new(Silent),
        };
        let engine = Engine::start(options, project, CancellationToken::new()).await?;
        let promoter = Promoter::new(&engine);
        for turn in 0..self.times {
            let image = self.image.get(turn % self.image.len().max(1));
            let choice =
                FreightChoice { images: image.cloned().into_iter().collect(), ..FreightChoice::default() };
            let unit = promoter.create(&self.stage, &choice).await?;
            let Ended::Finished(state) = promoter.drive(unit, CancellationToken::new()).await? else {
                return Err(Failure::environment("interrupted"));
            };
            if state.phase != Phase::Succeeded {
                return Err(Failure::environment(format!("{}: {}", state.phase, state.message)));
            }
            anstream::println!("{}", times(&state));
        }
        Ok(0)
    }
}

/// Microseconds of the promotion, from its creation to its end, and of each step.
fn times(state: &PromotionState) -> Value {
    let micros = |from: Option<Timestamp>, to: Option<Timestamp>| {
        from.zip(to).map(|(from, to)| u64::try_from(to.since(from).as_micros()).unwrap_or(u64::MAX))
    };
    let steps = state.record.steps.iter().zip(&state.steps);
    let steps: Vec<Value> = steps
        .map(|(spec, step)| json!({ "uses": spec.uses, "micros": micros(step.started_at, step.finished_at) }))
        .collect();
    json!({ "micros": micros(Some(state.created_at), state.finished_at), "steps": steps })
}
