//! `windlass step run`: one attempt of one step, on a directory.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use windlass_git::{IntegrationPolicy, KnownHosts};
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::step_catalog::{CatalogError, StepCatalog, StepKind};

use crate::config::{
    DefaultPolicy, Isolation, default_identity, parse_grant, parse_identity, parse_known_hosts,
};
use crate::document;
use crate::failure::{EXIT_INTERRUPTED, Failure};
use crate::manifests::{self, Manifests};
use crate::run::LiveProgress;
use crate::signals;
use crate::system_clock::{StandingClock, SystemClock};
use crate::trial::{self, SupposedRecords, Trial, TrialContext, Workspace};
use crate::wiring::{self, Host, HostOptions};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 Succeeded or Skipped, 2 Running, 3 Failed, 4 Errored, 64 wrong usage, 69 the environment \
                  does not allow it, 130 interrupted."
)]
pub(crate) struct StepRunArgs {
    /// The step.
    name: String,
    /// Its configuration as it is after evaluation, YAML or JSON; - for standard input. Without it, {}.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The work directory.
    #[arg(long, value_name = "DIR")]
    workdir: PathBuf,
    /// What the step is told of its promotion, YAML or JSON: project, stage, promotion, alias, freight and more.
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Grant more: git.local=DIR, git=URL, http=URL, addresses=CIDR. Can be given more than once.
    #[arg(long = "grant", value_name = "KEY=VALUE", value_parser = parse_grant)]
    grants: Vec<Grant>,
    /// What the step may reach: what its configuration names, or nothing but what is granted.
    #[arg(long, value_enum, default_value_t)]
    policy: DefaultPolicy,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    /// Manifests whose Secrets are the credentials of repositories. Can be given more than once.
    #[arg(short, long = "filename", value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// The cluster on whose objects steps such as argocd-update work. Without it they reach none.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// What an earlier attempt returned with Running, as JSON.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// The number of the attempt.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    attempt: u32,
    /// Who commits where the step does not say.
    #[arg(long, value_name = "NAME <ADDRESS>", value_parser = parse_identity)]
    author: Option<Identity>,
    /// Send credentials over plain HTTP to other machines than this one.
    #[arg(long)]
    allow_credentials_over_http: bool,
    /// How git-push integrates what others pushed: AlwaysRebase, RebaseOrMerge, RebaseOrFail or AlwaysMerge.
    #[arg(long, value_name = "POLICY", default_value_t)]
    push_integration: IntegrationPolicy,
    /// The keys by which servers are known that are reached over SSH, as OpenSSH writes them. Without it, those of
    /// github.com, gitlab.com and bitbucket.org. A Secret may add more.
    #[arg(long, value_name = "FILE", value_parser = parse_known_hosts)]
    ssh_known_hosts: Option<KnownHosts>,
    /// Where to keep what belongs to the work directory and stands outside of it: clones, unpushed commits.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Show what the step says to its authors.
    #[arg(short, long)]
    verbose: bool,
    /// How the step is run.
    #[arg(long, value_enum, default_value_t, hide = true)]
    isolation: Isolation,
    /// The time, instead of now; for tests.
    #[arg(long, value_name = "TIME", hide = true)]
    clock: Option<Timestamp>,
}

/// What is printed at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Output {
    /// Text.
    #[default]
    Text,
    /// One JSON object: status, terminal, message, output, retryAfter.
    Json,
}

impl StepRunArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        self.run_once().await.map_err(Failure::with_exit_codes_of_steps)
    }

    async fn run_once(self) -> Result<u8, Failure> {
        let catalog = wiring::catalog();
        let trial = self.trial(catalog.as_ref())?;
        let data = self.data.clone().unwrap_or_else(trial::default_data);
        let workspace = Workspace::open(&self.workdir, &data)?;
        let stop = CancellationToken::new();
        let host = self.host(&trial, &workspace, &stop)?;
        signals::cancel_on_interrupt(&stop);
        let report = trial.run(&host, catalog.as_ref(), &workspace, &stop).await?;
        if stop.is_cancelled() {
            anstream::eprintln!("interrupted; the work directory is as it was");
            return Ok(EXIT_INTERRUPTED);
        }
        match self.output {
            Output::Text => anstream::println!("{}", report.text()),
            Output::Json => anstream::println!("{:#}", serde_json::json!(report)),
        }
        Ok(report.exit())
    }

    fn trial(&self, catalog: &dyn StepCatalog) -> Result<Trial, Failure> {
        let context = self.context.as_deref().map_or(Ok(Value::Null), document::read)?;
        let config = self.config.as_deref().map_or(Ok(Value::Null), document::read)?;
        let state = self.state.as_deref().map(document::read).transpose()?;
        Ok(Trial {
            kind: find(catalog, &self.name)?,
            config: if config.is_null() { Value::Object(Map::new()) } else { config },
            context: TrialContext::read(context)?,
            state,
            attempt: self.attempt,
            policy: self.policy.policy(),
            grants: self.grants.clone(),
        })
    }

    fn host(&self, trial: &Trial, workspace: &Workspace, stop: &CancellationToken) -> Result<Host, Failure> {
        let manifests = self.manifests()?;
        let project = Arc::new(crate::project::pick(manifests, Some(trial.context.project.as_str()))?);
        let clock: Arc<dyn Clock> = match self.clock {
            Some(start) => Arc::new(StandingClock::new(start)),
            None => Arc::new(SystemClock),
        };
        let options = HostOptions {
            records: Arc::new(SupposedRecords::of(&trial.context)),
            mirrors: workspace.mirrors(),
            kubeconfig: self.kubeconfig.clone(),
            identity: self.author.clone().unwrap_or_else(default_identity),
            policy: self.policy.policy(),
            allow_credentials_over_http: self.allow_credentials_over_http,
            integration: self.push_integration,
            known_hosts: self.ssh_known_hosts.clone().unwrap_or_else(KnownHosts::well_known),
            isolation: self.isolation,
            clock,
            progress: Arc::new(LiveProgress::new(self.output == Output::Json, self.verbose)),
        };
        let cell = windlass_control::project::ProjectCell::new(project);
        Host::start(options, Arc::new(cell), stop)
    }

    fn manifests(&self) -> Result<Manifests, Failure> {
        if self.filename.is_empty() {
            return Ok(Manifests::default());
        }
        let catalog = wiring::catalog();
        let loaded = manifests::load(&self.filename, false, catalog.as_ref());
        loaded
            .map(|loaded| loaded.manifests)
            .map_err(|diagnostics| Failure::rendered(manifests::render(&diagnostics, false)))
    }
}

/// The step called `name`.
pub(super) fn find(catalog: &dyn StepCatalog, name: &str) -> Result<Arc<StepKind>, Failure> {
    catalog.find(name).map_err(|error| match error {
        CatalogError::Unknown { nearest: Some(nearest), .. } => {
            Failure::input(format!("there is no step {name:?}")).hint(format!("did you mean {nearest}?"))
        }
        CatalogError::Unknown { .. } => Failure::input(format!("there is no step {name:?}"))
            .hint(format!("these steps are there: {}", catalog.names().join(", "))),
        CatalogError::Unavailable(message) => Failure::environment(message),
    })
}
