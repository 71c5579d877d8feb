//! `windlass serve`: the control plane and its API in one process.

mod health;
mod manifests;
mod ports;
mod sync;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use windlass_control::control::Control;
use windlass_control::ports::{ControlPorts, RandomIds};
use windlass_control::project::Projects;
use windlass_control::registry::Registry;
use windlass_control::retention::Retention;
use windlass_git::{IntegrationPolicy, KnownHosts};
use windlass_model::call::git::Identity;
use windlass_model::grant::Grant;
use windlass_model::ids::TenantId;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::clock::Clock;
use windlass_ports::control_plane::ControlPlane;
use windlass_ports::journal::Journal;
use windlass_ports::progress::ProgressSink;
use windlass_ports::project_records::ProjectRecords;
use windlass_ports::records::{AttemptLogs, Resources};
use windlass_ports::sessions::Policy;
use windlass_promotion::tokens::TokenKey;
use windlass_server::{Access, Build, Server, ServerConfig};
use windlass_store::{DataDir, OpenError, Store};

use crate::config::{Isolation, installation_key};
use crate::failure::Failure;
use crate::wiring::{self, Host, HostOptions, Works};
use health::HostHealth;
use manifests::TableReader;
use ports::{HostDiscoverer, HostDriver};
pub(crate) use sync::{Reader, SyncFrom};
use sync::{Source, Sync};

/// What the operator has set.
pub(crate) struct ServeOptions {
    /// The data directory.
    pub(crate) data: PathBuf,
    /// The PostgreSQL database that has the record; none: a file in the data directory.
    pub(crate) database: Option<SecretValue>,
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// How callers are known.
    pub(crate) access: Access,
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
    /// How steps are run.
    pub(crate) isolation: Isolation,
    /// The time.
    pub(crate) clock: Arc<dyn Clock>,
    /// Shows how promotions go.
    pub(crate) progress: Arc<dyn ProgressSink>,
    /// Manifests that are always applied.
    pub(crate) sync: Option<SyncFrom>,
}

/// A server that runs.
pub(crate) struct Serving {
    server: Server,
    control: Arc<Control>,
    synced: Option<JoinHandle<()>>,
    _data: DataDir,
}

impl Serving {
    /// Takes up what is recorded, and listens. `stop` ends it.
    ///
    /// # Errors
    /// If the data directory is in use or damaged, or the address is taken.
    pub(crate) async fn start(options: ServeOptions, stop: CancellationToken) -> Result<Self, Failure> {
        let failed = |e: &dyn std::fmt::Display| Failure::environment(e.to_string());
        let data = DataDir::open(&options.data).map_err(|e| failed(&e))?;
        let store = open_store(&data, options.database.as_ref()).await.map_err(|e| failed(&e))?;
        // The record is this process' alone, so leases in it are those of processes that have ended.
        store.void_leases().await.map_err(|e| failed(&e))?;
        let token_key = TokenKey::new(installation_key(data.path())?);
        let registry = Arc::new(Registry::default());
        let host = HostOptions {
            records: Arc::clone(&registry) as Arc<dyn ProjectRecords>,
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
        let works = Arc::new(Works {
            host: Host::start(host, Arc::clone(&registry) as Arc<dyn Projects>, &stop)?,
            store: Arc::clone(&store),
            tenant: TenantId::default(),
            templates: Arc::default(),
            catalog: wiring::catalog(),
            progress: options.progress,
            token_key: token_key.clone(),
            grants: options.grants,
            policy: options.policy,
            promotions: data.join("promotions"),
            stop: stop.clone(),
        });
        let ports = ControlPorts {
            tenant: TenantId::default(),
            clock: Arc::clone(&options.clock),
            ids: Arc::new(RandomIds),
            journal: Arc::clone(&store) as Arc<dyn Journal>,
            resources: Arc::clone(&store) as Arc<dyn Resources>,
            logs: Arc::clone(&store) as Arc<dyn AttemptLogs>,
            discoverer: Arc::new(HostDiscoverer::new(Arc::clone(&works), Arc::clone(&registry))),
            promotions: Arc::new(HostDriver::new(Arc::clone(&works))),
            health: Arc::new(HostHealth::new(Arc::clone(&works), data.join("checks"))),
            manifests: Arc::new(TableReader::new(Arc::clone(&works.catalog))),
            retention: Retention::default(),
            seal_key: Arc::new(token_key.seal_key()),
            counts: Arc::default(),
        };
        let control = Control::start(ports, registry, stop.clone()).await.map_err(|e| failed(&e))?;
        let clock = Arc::clone(&options.clock);
        let synced = options.sync.map(|from| {
            let source = Source::new(from, works.sync_reader());
            Sync::new(source, Arc::clone(&control) as _, store, clock)
        });
        let synced = synced.map(|sync| tokio::spawn(sync.run(stop.clone())));
        let config = ServerConfig {
            listen: options.listen,
            access: options.access,
            build: Build { version: env!("CARGO_PKG_VERSION").to_owned(), commit: String::new() },
            clock: options.clock,
            control: Arc::clone(&control) as Arc<dyn ControlPlane>,
            stop,
        };
        let server = Server::start(config).await.map_err(|e| {
            Failure::environment(format!("{}: {e}", options.listen))
                .hint("another process may listen there; name another address with --listen")
        })?;
        Ok(Self { server, control, synced, _data: data })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What can be asked of it without going over the network.
    pub(crate) fn control(&self) -> Arc<dyn ControlPlane> {
        Arc::clone(&self.control) as Arc<dyn ControlPlane>
    }

    /// Waits until everything has ended: promotions are parked, and nothing is lost.
    pub(crate) async fn ended(self) -> Result<(), Failure> {
        let served = self.server.ended().await;
        if let Some(synced) = self.synced {
            let _ = synced.await;
        }
        self.control.ended().await;
        served.map_err(|e| Failure::environment(format!("the server: {e}")))
    }
}

async fn open_store(data: &DataDir, database: Option<&SecretValue>) -> Result<Arc<Store>, OpenError> {
    match database {
        Some(address) => Store::connect(address.expose()).await,
        None => Store::open(data.path()).await,
    }
}
