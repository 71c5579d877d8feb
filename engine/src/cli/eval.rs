//! `windlass eval`: what a template comes to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_git::KnownHosts;
use windlass_model::grant::Grant;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::progress::Silent;

use super::freight::FreightArgs;
use crate::config::{DefaultPolicy, Isolation, default_identity, parse_grant, parse_known_hosts};
use crate::document;
use crate::eval::{Context, Environment, Format, PlainContext, StageContext, StageQuestion, evaluate, repl};
use crate::failure::Failure;
use crate::manifests;
use crate::project::Project;
use crate::system_clock::{StandingClock, SystemClock};
use crate::wiring::{self, EngineOptions};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without a template, each line of standard input is an expression or a template; :help tells more.\n\
                  Secrets are shown as [redacted]. docs/expressions.md explains the language.\n\n\
                  Exit codes: 0 evaluated, 1 the template cannot be evaluated, 2 wrong usage or input, 3 the \
                  environment does not allow it."
)]
pub(crate) struct EvalArgs {
    /// A text with expressions in ${{ }} or ${% %}.
    template: Option<String>,
    /// Variables: a mapping, YAML or JSON; - for standard input. With --stage, what it has beside its own: outputs of
    /// earlier steps, other values of vars.
    #[arg(long, value_name = "FILE")]
    env: Option<PathBuf>,
    /// Evaluate as a promotion to this stage does.
    #[arg(long, requires = "filename")]
    stage: Option<String>,
    /// Evaluate as this step does, known by its alias. Otherwise as a step after the last one.
    #[arg(long, value_name = "ALIAS", requires = "stage")]
    step: Option<String>,
    /// Manifests: a file, or a directory of them. Can be given more than once.
    #[arg(short, long = "filename", value_name = "PATH", requires = "stage")]
    filename: Vec<PathBuf>,
    /// Look into directories below as well.
    #[arg(short = 'R', long)]
    recursive: bool,
    /// The project, if the manifests are about several.
    #[arg(short, long)]
    project: Option<String>,
    #[command(flatten)]
    freight: FreightArgs,
    /// Where the record is kept. Nothing is added to it.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// What a project without Grants may reach: what it names, or nothing.
    #[arg(long, value_enum, default_value_t)]
    policy: DefaultPolicy,
    /// Grant more: git.local=DIR, git=URL, http=URL, addresses=CIDR. Can be given more than once.
    #[arg(long = "grant", value_name = "KEY=VALUE", value_parser = parse_grant)]
    grants: Vec<Grant>,
    /// Send credentials over plain HTTP to other machines than this one.
    #[arg(long)]
    allow_credentials_over_http: bool,
    /// The keys by which servers are known that are reached over SSH, as OpenSSH writes them.
    #[arg(long, value_name = "FILE", value_parser = parse_known_hosts)]
    ssh_known_hosts: Option<KnownHosts>,
    /// The time, instead of now; for tests.
    #[arg(long, value_name = "TIME", hide = true)]
    clock: Option<Timestamp>,
}

impl EvalArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        self.refuse_second_stdin()?;
        let environment = match &self.env {
            Some(file) => Environment::read(document::read(file)?)?,
            None => Environment::default(),
        };
        let mut context = self.context(environment).await?;
        match &self.template {
            Some(template) => evaluate(template, &mut context, self.output).await,
            None => repl(&mut context, self.output).await,
        }
    }

    /// Standard input can be one thing only.
    fn refuse_second_stdin(&self) -> Result<(), Failure> {
        let is_stdin = |path: &&PathBuf| path.as_path() == Path::new(document::STDIN);
        let named = self.env.iter().chain(&self.filename).filter(is_stdin).count();
        if named + usize::from(self.template.is_none()) <= 1 {
            return Ok(());
        }
        Err(Failure::input("standard input cannot be read for two things").hint(match self.template {
            Some(_) => "put one of them into a file",
            None => "without a template, expressions are read from it",
        }))
    }

    async fn context(&self, environment: Environment) -> Result<Context, Failure> {
        let clock: Arc<dyn Clock> = match self.clock {
            Some(start) => Arc::new(StandingClock::new(start)),
            None => Arc::new(SystemClock),
        };
        let Some(stage) = &self.stage else {
            return Ok(Context::Plain(PlainContext::new(environment, clock)));
        };
        let question = StageQuestion {
            stage: stage.clone(),
            step: self.step.clone(),
            choice: self.freight.choice(),
            environment,
        };
        let project = self.project()?;
        Ok(Context::Stage(Box::new(StageContext::start(question, project, self.options(clock)).await?)))
    }

    fn project(&self) -> Result<Arc<Project>, Failure> {
        let catalog = wiring::catalog();
        let loaded =
            manifests::load(&self.filename, self.recursive, catalog.as_ref()).map_err(|problems| {
                let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
                Failure::rendered(manifests::render(&problems, colours))
            })?;
        Ok(Arc::new(crate::project::pick(loaded.manifests, self.project.as_deref())?))
    }

    fn options(&self, clock: Arc<dyn Clock>) -> EngineOptions {
        EngineOptions {
            data: self.data.clone(),
            kubeconfig: None,
            identity: default_identity(),
            policy: self.policy.policy(),
            grants: self.grants.clone(),
            allow_credentials_over_http: self.allow_credentials_over_http,
            integration: windlass_git::IntegrationPolicy::default(),
            known_hosts: self.ssh_known_hosts.clone().unwrap_or_else(KnownHosts::well_known),
            catalog: wiring::catalog(),
            isolation: Isolation::Process,
            clock,
            progress: Arc::new(Silent),
        }
    }
}
