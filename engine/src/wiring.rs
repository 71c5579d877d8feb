//! The composition root: which implementation stands behind which port. Nothing else knows more than one room.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use windlass_broker::{BrokerPorts, BrokerSettings, HostBroker};
use windlass_catalog::StepDirectory;
use windlass_discovery::{Discovery, DiscoveryPorts};
use windlass_egress::{Egress, EgressConfig};
use windlass_git::{GitHost, GitHostConfig, IntegrationPolicy, KnownHosts};
use windlass_login::{Endpoints, Logins, Reach};
use windlass_model::call::CallError;
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_model::grant::pattern::AddressRange;
use windlass_model::ids::TenantId;
use windlass_model::limits::Limits;
use windlass_model::time::Timestamp;
use windlass_objects::{Cluster, ClusterObjects};
use windlass_ports::broker::Broker;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credentials;
use windlass_ports::git::{NetworkMeter, NetworkScope};
use windlass_ports::objects::Objects;
use windlass_ports::progress::ProgressSink;
use windlass_ports::project_records::ProjectRecords;
use windlass_ports::records::Resources;
use windlass_ports::sessions::{Policy, Sessions};
use windlass_ports::step_catalog::StepCatalog;
use windlass_ports::step_runner::StepRunner;
use windlass_promotion::driver::{Driver, DriverPorts, DriverSettings};
use windlass_promotion::evaluate::Templates;
use windlass_promotion::evaluate::functions::ProjectData;
use windlass_promotion::tokens::TokenKey;
use windlass_registry::RegistryClient;
use windlass_sandbox::{ChildCompiler, Sandbox, SandboxConfig, WorkerProcess, WorkerRunner};
use windlass_store::{DataDir, Store};

use crate::config::{Isolation, environment, installation_key};
use crate::failure::Failure;
use crate::project::{Project, SecretCredentials};
use crate::serve::Reader;
use crate::wake::ObjectWake;
use windlass_control::project::{ProjectCell, Projects};
use windlass_control::records::StoredRecords;

/// Discovery may take this long.
const DISCOVERY_TIME: Duration = Duration::from_mins(10);

/// Getting a token may take this long.
const LOGIN_TIME: Duration = Duration::from_mins(1);

/// Each registry is asked so often at most, as in Kargo.
const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// What the operator has set.
pub(crate) struct EngineOptions {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The cluster whose objects steps work on.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Who commits where nobody says otherwise.
    pub(crate) identity: Identity,
    /// What projects without a grant document allow.
    pub(crate) policy: Policy,
    /// What is granted beside that.
    pub(crate) grants: Vec<Grant>,
    /// Send credentials over plain HTTP to other machines.
    pub(crate) allow_credentials_over_http: bool,
    /// How a push integrates what others pushed.
    pub(crate) integration: IntegrationPolicy,
    /// The keys by which servers are known that are reached over SSH.
    pub(crate) known_hosts: KnownHosts,
    /// The steps there are.
    pub(crate) catalog: Arc<dyn StepCatalog>,
    /// How steps are run.
    pub(crate) isolation: Isolation,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Shows how it goes.
    pub(crate) progress: Arc<dyn ProgressSink>,
}

/// What runs steps and answers their calls.
pub(crate) struct Host {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) runner: Arc<dyn StepRunner>,
    pub(crate) broker: Arc<HostBroker>,
    registry: Arc<RegistryClient>,
    git: Arc<GitHost>,
    objects: Option<Arc<dyn Objects>>,
    credentials: Arc<dyn Credentials>,
}

/// What a host is made of.
pub(crate) struct HostOptions {
    /// The records of the project.
    pub(crate) records: Arc<dyn ProjectRecords>,
    /// Where mirrors of repositories are kept.
    pub(crate) mirrors: PathBuf,
    /// The cluster whose objects steps work on.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Who commits where nobody says otherwise.
    pub(crate) identity: Identity,
    /// What projects without a grant document allow.
    pub(crate) policy: Policy,
    /// Send credentials over plain HTTP to other machines.
    pub(crate) allow_credentials_over_http: bool,
    /// How a push integrates what others pushed.
    pub(crate) integration: IntegrationPolicy,
    /// The keys by which servers are known that are reached over SSH.
    pub(crate) known_hosts: KnownHosts,
    /// How steps are run.
    pub(crate) isolation: Isolation,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Shows how it goes.
    pub(crate) progress: Arc<dyn ProgressSink>,
}

impl Host {
    /// Puts a host together for the steps of projects. `stop` ends whatever works in the background.
    pub(crate) fn start(
        options: HostOptions,
        projects: Arc<dyn Projects>,
        stop: &CancellationToken,
    ) -> Result<Self, Failure> {
        let clock = options.clock;
        let egress = Arc::new(Egress::new(
            EgressConfig { blocked: environment::own_cluster(), ..EgressConfig::default() },
            Arc::clone(&clock),
        ));
        let git = Arc::new(GitHost::new(GitHostConfig {
            mirrors: options.mirrors,
            egress: Arc::clone(&egress),
            integration: options.integration,
            known_hosts: options.known_hosts,
        }));
        let objects = match &options.kubeconfig {
            Some(file) => Some(cluster(file, &clock, stop)?),
            None => None,
        };
        let logins = logins(&egress, &clock, stop);
        let credentials: Arc<dyn Credentials> = Arc::new(SecretCredentials::new(
            projects,
            logins,
            options.policy,
            options.allow_credentials_over_http,
        ));
        let ports = BrokerPorts {
            clock: Arc::clone(&clock),
            egress: Arc::clone(&egress),
            git: Arc::clone(&git) as Arc<dyn windlass_ports::git::Git>,
            objects: objects.clone(),
            records: options.records,
            credentials: Arc::clone(&credentials),
            progress: options.progress,
        };
        let broker = Arc::new(HostBroker::new(ports, BrokerSettings { identity: options.identity }));
        let runner = runner(options.isolation, &clock)?;
        let registry =
            Arc::new(RegistryClient::new(egress, Arc::clone(&clock)).limited_to(REQUESTS_PER_SECOND));
        Ok(Self { clock, runner, broker, registry, git, objects, credentials })
    }
}

/// What gets tokens for the keys of Secrets. It asks services at fixed addresses, and GitHub where a repository is.
fn logins(egress: &Arc<Egress>, clock: &Arc<dyn Clock>, stop: &CancellationToken) -> Logins {
    let (now, cancel) = (Arc::clone(clock), stop.clone());
    let network = move |reach: Reach| NetworkScope {
        public_only: reach.public_only,
        granted: reach.granted,
        cancel: cancel.clone(),
        ..host_network(now.now().plus(LOGIN_TIME))
    };
    Logins::new(Arc::clone(egress), Arc::clone(clock), Box::new(network), Endpoints::default())
}

/// The network as the host itself may use it until a deadline.
pub(crate) fn host_network(deadline: Timestamp) -> NetworkScope {
    NetworkScope {
        tenant: TenantId::default(),
        public_only: false,
        granted: Vec::new(),
        meter: Arc::new(Unmetered),
        cancel: CancellationToken::new(),
        deadline,
    }
}

/// What promotes and discovers, for any project.
pub(crate) struct Works {
    pub(crate) host: Host,
    pub(crate) store: Arc<Store>,
    pub(crate) tenant: TenantId,
    /// Templates that have been parsed.
    pub(crate) templates: Arc<Templates>,
    pub(crate) catalog: Arc<dyn StepCatalog>,
    pub(crate) progress: Arc<dyn ProgressSink>,
    pub(crate) token_key: TokenKey,
    /// What the operator grants.
    pub(crate) grants: Vec<Grant>,
    /// What projects without a grant document allow.
    pub(crate) policy: Policy,
    /// Where promotions have their directories.
    pub(crate) promotions: PathBuf,
    pub(crate) stop: CancellationToken,
}

/// Everything that stands behind the ports, for one project.
pub(crate) struct Engine {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) project: Arc<Project>,
    pub(crate) cell: Arc<ProjectCell>,
    pub(crate) tenant: TenantId,
    pub(crate) records: Arc<StoredRecords>,
    pub(crate) works: Works,
    _data: DataDir,
}

/// How this program is started to compile a guest.
pub(crate) const COMPILE_COMMAND: &str = "compile-step";

/// How this program is started to run guests for another.
pub(crate) const WORKER_COMMAND: &str = "worker";

impl Engine {
    /// Puts everything together. `stop` ends whatever works in the background.
    pub(crate) async fn start(
        options: EngineOptions,
        project: Arc<Project>,
        stop: CancellationToken,
    ) -> Result<Self, Failure> {
        let data = DataDir::open(&options.data).map_err(|e| Failure::environment(e.to_string()))?;
        let store = Store::open(data.path()).await.map_err(|e| Failure::environment(e.to_string()))?;
        // The directory is this process' alone, so leases in it are those of processes that have ended.
        store.void_leases().await.map_err(|e| Failure::environment(e.to_string()))?;
        let token_key = TokenKey::new(installation_key(data.path())?);
        let tenant = TenantId::default();
        let resources: Arc<dyn Resources> = Arc::clone(&store) as Arc<dyn Resources>;
        let cell = Arc::new(ProjectCell::new(Arc::clone(&project)));
        let records = StoredRecords::load(resources, tenant.clone(), Arc::clone(&cell)).await;
        let records = records.map_err(|e| Failure::environment(e.to_string()))?;
        let records = Arc::new(records);
        let host = HostOptions {
            records: Arc::clone(&records) as Arc<dyn ProjectRecords>,
            mirrors: data.join("mirrors"),
            kubeconfig: options.kubeconfig,
            identity: options.identity,
            policy: options.policy.clone(),
            allow_credentials_over_http: options.allow_credentials_over_http,
            integration: options.integration,
            known_hosts: options.known_hosts,
            isolation: options.isolation,
            clock: Arc::clone(&options.clock),
            progress: Arc::clone(&options.progress),
        };
        let works = Works {
            host: Host::start(host, Arc::clone(&cell) as Arc<dyn Projects>, &stop)?,
            store: Arc::clone(&store),
            tenant: tenant.clone(),
            templates: Arc::default(),
            catalog: options.catalog,
            progress: options.progress,
            token_key,
            grants: options.grants,
            policy: options.policy,
            promotions: data.join("promotions"),
            stop,
        };
        Ok(Self { clock: options.clock, store, project, cell, tenant, records, works, _data: data })
    }

    /// The steps there are.
    pub(crate) fn catalog(&self) -> &dyn StepCatalog {
        self.works.catalog.as_ref()
    }

    /// Templates that have been parsed.
    pub(crate) fn templates(&self) -> &Arc<Templates> {
        &self.works.templates
    }

    /// What drives promotions of this project.
    pub(crate) fn driver(&self, data: Arc<dyn ProjectData>) -> Driver {
        self.works.driver(&self.project, data)
    }

    /// What looks into the repositories of this project's warehouses.
    pub(crate) fn discovery(&self) -> Discovery {
        self.works.discovery(&self.project)
    }

    /// The secrets of sealed outputs, for showing them.
    pub(crate) fn seal_key(&self) -> windlass_promotion::sealed::SealKey {
        self.works.token_key.seal_key()
    }

    /// Until when a lease that is taken now holds.
    pub(crate) fn lease_end(&self) -> Timestamp {
        self.clock.now().plus(Duration::from_hours(24))
    }
}

impl Works {
    /// What drives promotions of a project.
    pub(crate) fn driver(&self, project: &Project, data: Arc<dyn ProjectData>) -> Driver {
        let ports = DriverPorts {
            clock: Arc::clone(&self.host.clock),
            catalog: Arc::clone(&self.catalog),
            runner: Arc::clone(&self.host.runner),
            broker: Arc::clone(&self.host.broker) as Arc<dyn Broker>,
            sessions: Arc::clone(&self.host.broker) as Arc<dyn Sessions>,
            logs: Arc::clone(&self.store) as Arc<dyn windlass_ports::records::AttemptLogs>,
            wake: Arc::new(ObjectWake::new(self.host.objects.clone())),
            progress: Arc::clone(&self.progress),
            data,
            templates: Arc::clone(&self.templates),
        };
        let settings = DriverSettings {
            promotions: self.promotions.clone(),
            token_key: self.token_key.clone(),
            git_client: project.git_client(),
            policy: project.policy(self.policy.clone()),
            operator: self.grants.clone(),
            limits: Limits::default(),
            most: Limits::MOST,
            ui_base_url: String::new(),
        };
        Driver::new(ports, settings)
    }

    /// What looks into the repositories of a project's warehouses.
    pub(crate) fn discovery(&self, project: &Project) -> Discovery {
        let clock = &self.host.clock;
        let ports = DiscoveryPorts {
            clock: Arc::clone(clock),
            git: Arc::clone(&self.host.git) as Arc<dyn windlass_ports::git_history::GitHistory>,
            images: Arc::clone(&self.host.registry) as Arc<dyn windlass_ports::images::Images>,
            charts: Arc::clone(&self.host.registry) as Arc<dyn windlass_ports::charts::Charts>,
            credentials: Arc::clone(&self.host.credentials),
        };
        let policy = project.policy(self.policy.clone());
        let listed: &[Grant] = match &policy {
            Policy::Kargo => &[],
            Policy::Closed(grants) => grants,
        };
        let network = NetworkScope {
            public_only: matches!(policy, Policy::Closed(_)),
            granted: addresses(listed.iter().chain(&self.grants)),
            ..self.network(DISCOVERY_TIME)
        };
        Discovery::new(ports, project.name.clone(), network, self.local_repositories())
    }

    /// What reads the repository that a server is kept like, which is the operator's own.
    pub(crate) fn sync_reader(self: &Arc<Self>) -> Reader {
        let works = Arc::clone(self);
        Reader {
            git: Arc::clone(&self.host.git) as Arc<dyn windlass_ports::git_history::GitHistory>,
            network: Box::new(move |time| works.network(time)),
            local: self.local_repositories(),
        }
    }

    /// The network as the host itself may use it for some time.
    fn network(&self, time: Duration) -> NetworkScope {
        NetworkScope {
            tenant: self.tenant.clone(),
            granted: addresses(&self.grants),
            cancel: self.stop.clone(),
            ..host_network(self.host.clock.now().plus(time))
        }
    }

    /// Directories beneath which the operator allows `file://` repositories.
    fn local_repositories(&self) -> Vec<String> {
        let local = self.grants.iter().filter_map(|grant| match grant {
            Grant::GitLocal(grant) => Some(grant.dir.clone()),
            _ => None,
        });
        local.collect()
    }
}

/// The ranges of addresses that are granted.
pub(crate) fn addresses<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Vec<AddressRange> {
    let ranges = grants.into_iter().filter_map(|grant| match grant {
        Grant::Addresses(grant) => Some(grant.cidr),
        _ => None,
    });
    ranges.collect()
}

/// Discovery is the host's own work.
#[derive(Debug)]
struct Unmetered;

impl NetworkMeter for Unmetered {
    fn take(&self, _bytes: u64) -> Result<(), CallError> {
        Ok(())
    }
}

fn cluster(
    file: &std::path::Path,
    clock: &Arc<dyn Clock>,
    stop: &CancellationToken,
) -> Result<Arc<dyn Objects>, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::input(format!("kubeconfig {}: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| failed(&e))?;
    let dir = file.parent().unwrap_or_else(|| std::path::Path::new("."));
    let cluster = Cluster::from_kubeconfig(&text, None, dir).map_err(|e| failed(&e))?;
    Ok(Arc::new(ClusterObjects::new(cluster, Arc::clone(clock), stop.clone())))
}

/// The steps that came with this program.
pub(crate) fn catalog() -> Arc<dyn StepCatalog> {
    Arc::new(StepDirectory::open(&environment::steps_dir()))
}

/// Makes a sandbox of this process.
pub(crate) fn sandbox(clock: &Arc<dyn Clock>) -> Result<Sandbox, Failure> {
    let program = std::env::current_exe().map_err(|e| Failure::environment(e.to_string()))?;
    let compiler = ChildCompiler::new(program, vec![COMPILE_COMMAND.to_owned()]);
    let config = SandboxConfig {
        cache_dir: environment::cache_dir(),
        compiler: Arc::new(compiler),
        clock: Arc::clone(clock),
    };
    Sandbox::new(config).map_err(|e| Failure::environment(e.to_string()))
}

fn runner(isolation: Isolation, clock: &Arc<dyn Clock>) -> Result<Arc<dyn StepRunner>, Failure> {
    Ok(match isolation {
        Isolation::Process => Arc::new(sandbox(clock)?),
        Isolation::Worker => {
            let program = std::env::current_exe().map_err(|e| Failure::environment(e.to_string()))?;
            let arguments = vec![WORKER_COMMAND.to_owned()];
            Arc::new(WorkerRunner::new(WorkerProcess { program, arguments }))
        }
    })
}
