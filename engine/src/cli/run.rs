//! `windlass run`: one promotion from a folder of manifests, without a server.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::ArgGroup;
use tokio_util::sync::CancellationToken;
use windlass_git::{IntegrationPolicy, KnownHosts};
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_model::promotion::{Phase, StepStatus};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::step_catalog::StepCatalog;
use windlass_promotion::show::promotion_json;
use windlass_promotion::state::PromotionState;

use super::freight::FreightArgs;
use crate::config::{
    DefaultPolicy, Isolation, default_identity, parse_grant, parse_identity, parse_known_hosts,
};
use crate::failure::{EXIT_FAILED, EXIT_INTERRUPTED, Failure};
use crate::lint;
use crate::manifests;
use crate::project::{FindStage as _, Project};
use crate::run::{Ended, LiveProgress, Promoter};
use crate::signals;
use crate::system_clock::{StandingClock, SystemClock};
use crate::wiring::{self, Engine, EngineOptions};

#[derive(Debug, clap::Args)]
#[command(
    group(ArgGroup::new("what").required(true).args(["stage", "resume"])),
    after_help = "Exit codes: 0 succeeded, 1 the promotion did not succeed, 2 wrong input, 3 the environment does not \
                  allow it, 130 interrupted (resume with --resume)."
)]
pub(crate) struct RunArgs {
    /// Manifests: a file, or a directory of them. Can be given more than once.
    #[arg(short, long = "filename", required = true, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// Look into directories below as well.
    #[arg(short = 'R', long)]
    recursive: bool,
    /// The project, if the manifests are about several.
    #[arg(short, long)]
    project: Option<String>,
    /// The stage to promote to.
    #[arg(long)]
    stage: Option<String>,
    /// Go on with a promotion that was interrupted: the one of this name, or the only one.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["freight", "image", "commit", "warehouse"])]
    resume: Option<String>,
    #[command(flatten)]
    freight: FreightArgs,
    /// Where the record is kept.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
    /// What to print at the end.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
    /// Show what steps say to their authors.
    #[arg(short, long)]
    verbose: bool,
    /// The cluster on whose objects steps such as argocd-update work. Without it they reach none.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Who commits where a step does not say.
    #[arg(long, value_name = "NAME <ADDRESS>", value_parser = parse_identity)]
    author: Option<Identity>,
    /// What built-in steps of a project without Grants may reach: what their configuration names, or nothing.
    #[arg(long, value_enum, default_value_t)]
    policy: DefaultPolicy,
    /// Grant more: git.local=DIR, git=URL, http=URL, addresses=CIDR. Can be given more than once.
    #[arg(long = "grant", value_name = "KEY=VALUE", value_parser = parse_grant)]
    grants: Vec<Grant>,
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
    /// How steps are run.
    #[arg(long, value_enum, default_value_t, hide = true)]
    isolation: Isolation,
    /// The time at which the promotion begins, instead of now; for tests.
    #[arg(long, value_name = "TIME", hide = true)]
    clock: Option<Timestamp>,
}

/// What is printed at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Output {
    /// Text, with each step as it runs.
    #[default]
    Text,
    /// The promotion as JSON, in Kargo's form.
    Json,
}

impl RunArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        let progress = Arc::new(LiveProgress::new(self.output == Output::Json, self.verbose));
        let catalog = wiring::catalog();
        let project = Arc::new(self.load(catalog.as_ref())?);
        let stop = CancellationToken::new();
        let clock: Arc<dyn Clock> = match self.clock {
            Some(start) => Arc::new(StandingClock::new(start)),
            None => Arc::new(SystemClock),
        };
        let options = EngineOptions {
            data: self.data.clone(),
            kubeconfig: self.kubeconfig.clone(),
            identity: self.author.clone().unwrap_or_else(default_identity),
            policy: self.policy.policy(),
            grants: self.grants.clone(),
            allow_credentials_over_http: self.allow_credentials_over_http,
            integration: self.push_integration,
            known_hosts: self.ssh_known_hosts.clone().unwrap_or_else(KnownHosts::well_known),
            catalog,
            isolation: self.isolation,
            clock,
            progress: Arc::clone(&progress) as Arc<dyn windlass_ports::progress::ProgressSink>,
        };
        let engine = Engine::start(options, project, stop.clone()).await?;
        signals::cancel_on_interrupt(&stop);
        let promoter = Promoter::new(&engine);
        let unit = match &self.resume {
            Some(name) => promoter.resume(Some(name.as_str()).filter(|name| !name.is_empty())).await?,
            None => {
                promoter.create(self.stage.as_deref().unwrap_or_default(), &self.freight.choice()).await?
            }
        };
        let state = unit.state().await;
        progress.line(&self.headline(&state));
        let ended = promoter.drive(unit, stop).await?;
        Ok(self.tell(&engine, &progress, &ended))
    }

    fn load(&self, catalog: &dyn StepCatalog) -> Result<Project, Failure> {
        let rendered = |diagnostics: &[manifests::Diagnostic]| {
            manifests::render(diagnostics, std::io::stderr().is_terminal())
        };
        let loaded = manifests::load(&self.filename, self.recursive, catalog)
            .map_err(|diagnostics| Failure::rendered(rendered(&diagnostics)))?;
        let stage = self.stage.as_deref();
        let undefined =
            stage.map(|stage| lint::undefined_variables(&loaded, self.project.as_deref(), stage, catalog));
        let warnings = [loaded.warnings, undefined.unwrap_or_default()].concat();
        if !warnings.is_empty() {
            anstream::eprintln!("{}", rendered(&warnings).trim_end());
        }
        let project = crate::project::pick(loaded.manifests, self.project.as_deref())?;
        if let Some(stage) = stage {
            let stage = project.stage(stage)?.1;
            let unusable: Vec<manifests::Diagnostic> = loaded
                .unusable_steps
                .into_iter()
                .filter(|(owner, _)| project.needs_steps_of(stage, owner))
                .map(|(_, diagnostic)| diagnostic)
                .collect();
            if !unusable.is_empty() {
                return Err(Failure::rendered(rendered(&unusable)));
            }
        }
        Ok(project)
    }

    fn headline(&self, state: &PromotionState) -> String {
        let record = &state.record;
        let short: String = record.freight.name.chars().take(7).collect();
        let verb = if self.resume.is_some() { "Resuming" } else { "Promoting" };
        format!("{verb} {} ({short}) to {}  {}", record.freight_alias, record.stage, record.name)
    }

    /// Says how it ended; the exit code.
    fn tell(&self, engine: &Engine, progress: &LiveProgress, ended: &Ended) -> u8 {
        let (state, code) = match ended {
            Ended::Finished(state) => {
                progress.line(&verdict(state));
                (state, if state.phase == Phase::Succeeded { 0 } else { EXIT_FAILED })
            }
            Ended::Parked(state) => {
                progress.line(&format!(
                    "Stopped. Nothing is lost: go on with\n  windlass run {}--data {} --resume {}",
                    self.filename.iter().map(|file| format!("-f {} ", file.display())).collect::<String>(),
                    self.data.display(),
                    state.record.name
                ));
                (state, EXIT_INTERRUPTED)
            }
        };
        if self.output == Output::Json {
            anstream::println!("{:#}", promotion_json(state, &engine.seal_key()));
        }
        code
    }
}

fn verdict(state: &PromotionState) -> String {
    let took = state.finished_at.unwrap_or(state.created_at).since(state.created_at).as_millis();
    let took = format!("{}.{:03} s", took / 1_000, took % 1_000);
    let is_bad =
        |status| matches!(status, Some(StepStatus::Failed | StepStatus::Errored | StepStatus::Aborted));
    let steps = state.record.steps.iter().zip(&state.steps);
    let failed = steps.filter(|(spec, step)| is_bad(step.status) && !spec.continue_on_error);
    let failed: Vec<&str> = failed.map(|(spec, _)| spec.alias.as_str()).collect();
    match (failed.as_slice(), state.message.as_str()) {
        ([], "") => format!("{} in {took}", state.phase),
        ([], message) => format!("{} in {took}: {message}", state.phase),
        (steps, _) => format!("{} in {took}, at {}", state.phase, steps.join(", ")),
    }
}
