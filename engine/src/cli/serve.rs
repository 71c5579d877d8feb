//! `windlass serve`: keeps projects going, and answers the API.

mod sync;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::BoolishValueParser;
use clap::{Args as _, FromArgMatches as _};
use tokio_util::sync::CancellationToken;
use windlass_git::{IntegrationPolicy, KnownHosts};
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::progress::Silent;
use windlass_server::Access;

use crate::config::{
    DefaultPolicy, Isolation, default_identity, environment, file, parse_grant, parse_identity,
    parse_known_hosts,
};
use crate::failure::Failure;
use crate::logging::{self, LogFormat, LogLevel};
use crate::serve::{ServeOptions, Serving};
use crate::signals;
use crate::system_clock::SystemClock;
use sync::SyncArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Settings: the long names of these options, with values, as YAML or JSON. Options and the environment count more.
    #[arg(long, env = "WINDLASS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept.
    #[arg(long, env = "WINDLASS_DATA", default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
    /// The PostgreSQL database to keep the record in, in place of a file in the data directory.
    #[arg(long, env = "WINDLASS_DATABASE", value_name = "postgres://USER@HOST/NAME", value_parser = secret, hide_env_values = true)]
    database: Option<SecretValue>,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "WINDLASS_LISTEN", default_value = "127.0.0.1:8417", value_name = "ADDR")]
    listen: SocketAddr,
    /// Let everyone on this machine in as admin, without a password. Only on loopback.
    #[arg(long, env = "WINDLASS_DEV", value_parser = BoolishValueParser::new())]
    dev: bool,
    #[command(flatten)]
    sync: SyncArgs,
    /// The cluster on whose objects steps such as argocd-update work. Without it they reach none.
    #[arg(long, env = "WINDLASS_KUBECONFIG", value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Who commits where a step does not say.
    #[arg(long, env = "WINDLASS_AUTHOR", value_name = "NAME <ADDRESS>", value_parser = parse_identity)]
    author: Option<Identity>,
    /// What built-in steps of a project without Grants may reach: what their configuration names, or nothing.
    #[arg(long, env = "WINDLASS_POLICY", value_enum, default_value_t)]
    policy: DefaultPolicy,
    /// Grant more: git.local=DIR, git=URL, http=URL, addresses=CIDR. Can be given more than once.
    #[arg(long = "grant", value_name = "KEY=VALUE", value_parser = parse_grant)]
    grants: Vec<Grant>,
    /// Send credentials over plain HTTP to other machines than this one.
    #[arg(long, env = "WINDLASS_ALLOW_CREDENTIALS_OVER_HTTP", value_parser = BoolishValueParser::new())]
    allow_credentials_over_http: bool,
    /// How git-push integrates what others pushed: AlwaysRebase, RebaseOrMerge, RebaseOrFail or AlwaysMerge.
    #[arg(long, env = "WINDLASS_PUSH_INTEGRATION", value_name = "POLICY", default_value_t)]
    push_integration: IntegrationPolicy,
    /// The keys by which servers are known that are reached over SSH, as OpenSSH writes them. Without it, those of
    /// github.com, gitlab.com and bitbucket.org. A Secret may add more.
    #[arg(long, env = "WINDLASS_SSH_KNOWN_HOSTS", value_name = "FILE", value_parser = parse_known_hosts)]
    ssh_known_hosts: Option<KnownHosts>,
    /// How much is told on standard error.
    #[arg(long, env = "WINDLASS_LOG_LEVEL", value_enum, default_value_t)]
    log_level: LogLevel,
    /// In which form.
    #[arg(long, env = "WINDLASS_LOG_FORMAT", value_enum, default_value_t)]
    log_format: LogFormat,
    /// A collector of OpenTelemetry to tell traces to, over HTTP.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    otlp_endpoint: Option<url::Url>,
    /// How steps are run.
    #[arg(long, value_enum, default_value_t, hide = true)]
    isolation: Isolation,
}

/// An address may hold a password.
fn secret(text: &str) -> Result<SecretValue, std::convert::Infallible> {
    Ok(SecretValue::new(text))
}

impl ServeArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        let args = self.with_config()?;
        let logging = logging::start(args.log_level, args.log_format, args.otlp_endpoint.as_ref())?;
        let served = args.serve().await;
        logging.stop().await;
        served
    }

    /// The same with what the configuration file says beside.
    fn with_config(self) -> Result<Self, Failure> {
        let Some(path) = &self.config else { return Ok(self) };
        let command = Self::augment_args(clap::Command::new("serve").no_binary_name(true));
        let given = environment::own_arguments();
        let wrong =
            |e: clap::Error| Failure::input(format!("{}: {}", path.display(), e.to_string().trim_end()));
        let matches = command.clone().try_get_matches_from(&given).map_err(wrong)?;
        let of_file = file::arguments(path, &command, &matches)?;
        let all = of_file.into_iter().chain(given.iter().cloned());
        let matches = command.try_get_matches_from(all).map_err(wrong)?;
        Self::from_arg_matches(&matches).map_err(wrong)
    }

    async fn serve(self) -> Result<u8, Failure> {
        self.check_access()?;
        let stop = CancellationToken::new();
        signals::cancel_on_interrupt(&stop);
        let data = self.data.clone();
        let options = ServeOptions {
            data: self.data,
            database: self.database,
            listen: self.listen,
            access: Access::Development,
            kubeconfig: self.kubeconfig,
            identity: self.author.unwrap_or_else(default_identity),
            policy: self.policy.policy(),
            grants: self.grants,
            allow_credentials_over_http: self.allow_credentials_over_http,
            integration: self.push_integration,
            known_hosts: self.ssh_known_hosts.unwrap_or_else(KnownHosts::well_known),
            isolation: self.isolation,
            clock: Arc::new(SystemClock),
            progress: Arc::new(Silent),
            sync: self.sync.from(self.allow_credentials_over_http)?,
        };
        let serving = Serving::start(options, stop).await?;
        let address = serving.address();
        anstream::println!("Windlass serves http://{address}, and keeps everything in {}.", data.display());
        anstream::println!(
            "Everyone on this machine is its admin. Apply manifests with\n  windlass apply -f DIR --server http://{address}"
        );
        serving.ended().await?;
        anstream::println!("Stopped. What was under way goes on with the next start.");
        Ok(0)
    }

    fn check_access(&self) -> Result<(), Failure> {
        if !self.dev {
            return Err(Failure::input("nobody could log in to this server").hint(
                "this version knows its callers only with --dev: everyone on this machine is its admin",
            ));
        }
        if !self.listen.ip().is_loopback() {
            return Err(Failure::input(format!("{} is no address of loopback", self.listen))
                .hint("with --dev the server lets everyone in; name an address such as 127.0.0.1:8417"));
        }
        Ok(())
    }
}
