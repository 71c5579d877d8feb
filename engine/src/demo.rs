//! The pipeline of `examples/kargo-advanced` on servers of this process.
//!
//! `folder` makes the directory, `content` holds the example's files with the real address in them, `servers` starts Git,
//! the registry and the stand-in for the Kubernetes API.

mod content;
mod folder;
mod servers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass_model::promotion::Phase;
use windlass_ports::clock::Clock;
use windlass_testkit::Server;

use crate::config::{DefaultPolicy, Isolation, default_identity};
use crate::failure::{EXIT_FAILED, EXIT_INTERRUPTED, Failure};
use crate::manifests;
use crate::project::FindStage as _;
use crate::run::{Ended, FreightChoice, LiveProgress, Promoter};
use crate::signals;
use crate::system_clock::SystemClock;
use crate::wiring::{self, Engine, EngineOptions};

use folder::Folder;

/// The stages in the order in which freight reaches them.
const STAGES: [&str; 8] =
    ["dev", "staging", "ab-test-a", "ab-test-b", "prod", "prod-central", "prod-east", "prod-west"];

/// A demo whose servers run.
pub(crate) struct Demo {
    folder: Folder,
    server: Server,
    progress: Arc<LiveProgress>,
}

impl Demo {
    /// Makes the folder and starts the servers.
    ///
    /// # Errors
    /// If the folder is not empty, the address is taken, or Git cannot be run.
    pub(crate) async fn start(dir: Option<PathBuf>, listen: SocketAddr) -> Result<Self, Failure> {
        let folder = Folder::make(dir)?;
        let server = servers::start(&folder, listen).await?;
        let progress = Arc::new(LiveProgress::new(false, false));
        let demo = Self { folder, server, progress };
        demo.say(&format!("The demo's folder is {}", demo.folder.root().display()));
        demo.say(&format!(
            "A Git server, an image registry and a Kubernetes API listen on {}",
            demo.server.url()
        ));
        Ok(demo)
    }

    /// Promotes through all stages, shows the history, and waits unless told not to; the exit code.
    pub(crate) async fn run(self, exit: bool) -> Result<u8, Failure> {
        let stop = CancellationToken::new();
        signals::cancel_on_interrupt(&stop);
        let code = self.promote_all(&stop).await?;
        if code != 0 {
            return Ok(code);
        }
        self.show_history()?;
        self.say_where();
        if !exit {
            self.say("\nThe servers go on until Ctrl-C.");
            stop.cancelled().await;
        }
        self.server.stop().await;
        Ok(0)
    }

    async fn promote_all(&self, stop: &CancellationToken) -> Result<u8, Failure> {
        let catalog = wiring::catalog();
        let manifests = manifests::load(&[self.folder.manifests()], false, catalog.as_ref())
            .map_err(|wrong| Failure::rendered(manifests::render(&wrong, false)))?;
        let project = Arc::new(crate::project::pick(manifests.manifests, None)?);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let options = EngineOptions {
            data: self.folder.data(),
            kubeconfig: Some(self.folder.kubeconfig()),
            identity: default_identity(),
            policy: DefaultPolicy::Kargo.policy(),
            grants: Vec::new(),
            allow_credentials_over_http: false,
            integration: windlass_git::IntegrationPolicy::default(),
            known_hosts: windlass_git::KnownHosts::default(),
            catalog,
            isolation: Isolation::Process,
            clock,
            progress: Arc::clone(&self.progress) as Arc<dyn windlass_ports::progress::ProgressSink>,
        };
        let engine = Engine::start(options, Arc::clone(&project), stop.clone()).await?;
        let promoter = Promoter::new(&engine);
        for stage in STAGES {
            if project.stage(stage)?.1.spec.is_control_flow() {
                for freight in promoter.verified_in(stage).await? {
                    self.say(&format!("\n{stage} passes {freight} on"));
                }
                continue;
            }
            let unit = promoter.create(stage, &FreightChoice::default()).await?;
            let record = unit.state().await.record;
            self.say(&format!("\nPromoting {} to {stage}", record.freight_alias));
            match promoter.drive(unit, stop.clone()).await? {
                Ended::Finished(state) if state.phase == Phase::Succeeded => {}
                Ended::Finished(state) => {
                    self.say(&format!("{}: {}", state.phase, state.message));
                    return Ok(EXIT_FAILED);
                }
                Ended::Parked(_) => return Ok(EXIT_INTERRUPTED),
            }
        }
        Ok(0)
    }

    fn show_history(&self) -> Result<(), Failure> {
        let repository = self.folder.repository();
        let shown = "git log --all --graph --oneline --decorate";
        self.say(&format!("\n$ {shown}"));
        let output = std::process::Command::new("git")
            .arg("-C")
            .arg(&repository)
            .args(shown.split(' ').skip(1))
            .output()
            .map_err(|e| Failure::environment(format!("git: {e}")))?;
        self.say(String::from_utf8_lossy(&output.stdout).trim_end());
        Ok(())
    }

    fn say_where(&self) {
        let root = self.folder.root().display();
        self.say(&format!("\nThe repository is {}", self.folder.repository().display()));
        self.say(&format!(
            "Promote by hand with\n  windlass run -f {root}/manifests --kubeconfig {root}/manifests/kubeconfig \
             --data {root}/data --stage dev"
        ));
    }

    fn say(&self, text: &str) {
        self.progress.line(text);
    }
}
