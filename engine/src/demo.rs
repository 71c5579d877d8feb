//! The pipeline of `examples/kargo-advanced` on servers of this process.
//!
//! `folder` makes the directory, `content` holds the example's files with the real address in them, `servers` starts Git,
//! the registry and the stand-in for the Kubernetes API, and `pipeline` promotes on the server that the demo starts.

mod content;
mod folder;
mod pipeline;
mod servers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass_model::ids::ProjectName;
use windlass_server::Access;
use windlass_testkit::Server;

use crate::config::{DefaultPolicy, Isolation, default_identity};
use crate::failure::{EXIT_FAILED, EXIT_INTERRUPTED, Failure};
use crate::manifests;
use crate::run::LiveProgress;
use crate::serve::{ServeOptions, Serving};
use crate::signals;
use crate::system_clock::SystemClock;

use folder::Folder;
use pipeline::{Outcome, Pipeline};

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

    /// Promotes through all stages of a server that it starts, shows the history, and waits unless told not to; the exit
    /// code.
    pub(crate) async fn run(self, exit: bool) -> Result<u8, Failure> {
        let stop = CancellationToken::new();
        signals::cancel_on_interrupt(&stop);
        let serving = self.serve(&stop).await?;
        let code = self.promote_all(&serving, &stop, exit).await?;
        stop.cancel();
        serving.ended().await?;
        self.server.stop().await;
        Ok(code)
    }

    async fn promote_all(
        &self,
        serving: &Serving,
        stop: &CancellationToken,
        exit: bool,
    ) -> Result<u8, Failure> {
        let manifests = manifests::texts(&[self.folder.manifests()], false)?;
        let say = |text: &str| self.say(text);
        let pipeline = Pipeline::apply(serving.control(), &manifests, stop.clone(), &say).await?;
        match pipeline.promote_all().await? {
            Outcome::Promoted => {}
            Outcome::Unsuccessful(how) => {
                self.say(&how);
                return Ok(EXIT_FAILED);
            }
            Outcome::Interrupted => return Ok(EXIT_INTERRUPTED),
        }
        self.show_history()?;
        self.say_where(serving.address(), pipeline.project(), exit);
        if !exit {
            self.say("\nThe servers go on until Ctrl-C.");
            stop.cancelled().await;
        }
        Ok(0)
    }

    async fn serve(&self, stop: &CancellationToken) -> Result<Serving, Failure> {
        let options = ServeOptions {
            data: self.folder.data(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            access: Access::Development,
            kubeconfig: Some(self.folder.kubeconfig()),
            identity: default_identity(),
            policy: DefaultPolicy::Kargo.policy(),
            grants: Vec::new(),
            allow_credentials_over_http: false,
            integration: windlass_git::IntegrationPolicy::default(),
            known_hosts: windlass_git::KnownHosts::default(),
            isolation: Isolation::Process,
            clock: Arc::new(SystemClock),
            progress: Arc::clone(&self.progress) as Arc<dyn windlass_ports::progress::ProgressSink>,
            sync: None,
            database: None,
        };
        let serving = Serving::start(options, stop.clone()).await?;
        self.say(&format!("Windlass serves http://{}", serving.address()));
        Ok(serving)
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

    fn say_where(&self, address: SocketAddr, project: &ProjectName, exit: bool) {
        let root = self.folder.root().display();
        self.say(&format!("\nThe repository is {}", self.folder.repository().display()));
        if exit {
            let serve = format!("windlass serve --dev --data {root}/data");
            self.say(&format!("See what the server knows with\n  {serve}"));
            return;
        }
        let options = format!("--server http://{address} --project {project}");
        self.say(&format!(
            "Look at it and promote by hand with\n  windlass get stages {options}\n  \
             windlass promote --stage dev --warehouse guestbook --wait {options}\nor without a server with\n  \
             windlass run -f {root}/manifests --kubeconfig {root}/manifests/kubeconfig --data {root}/run --stage dev"
        ));
    }

    fn say(&self, text: &str) {
        self.progress.line(text);
    }
}
