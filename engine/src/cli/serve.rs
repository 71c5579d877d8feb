//! `windlass serve`: keeps projects going, and answers the API.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use windlass_git::{IntegrationPolicy, KnownHosts};
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_ports::progress::Silent;
use windlass_server::Access;

use crate::config::{
    DefaultPolicy, Isolation, default_identity, parse_grant, parse_identity, parse_known_hosts,
};
use crate::failure::Failure;
use crate::serve::{ServeOptions, Serving};
use crate::signals;
use crate::system_clock::SystemClock;

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where everything is kept.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8417", value_name = "ADDR")]
    listen: SocketAddr,
    /// Let everyone on this machine in as admin, without a password. Only on loopback.
    #[arg(long)]
    dev: bool,
    /// A folder of manifests to keep everything like: what is in it is applied, what leaves it is taken away.
    #[arg(long, value_name = "DIR")]
    sync: Option<PathBuf>,
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
}

impl ServeArgs {
    pub(crate) async fn run(self) -> Result<u8, Failure> {
        self.check_access()?;
        let stop = CancellationToken::new();
        signals::cancel_on_interrupt(&stop);
        let data = self.data.clone();
        let options = ServeOptions {
            data: self.data,
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
            sync: self.sync,
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
