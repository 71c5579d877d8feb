//! The broker as the rest of the engine sees it: sessions are opened and closed, calls are answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use windlass_egress::Egress;
use windlass_model::call::git::Identity;
use windlass_model::call::{Answer, Call, CallError, ErrorKind};
use windlass_model::ids::Lease;
use windlass_model::time::Timestamp;
use windlass_ports::broker::Broker;
use windlass_ports::clock::Clock;
use windlass_ports::credentials::Credentials;
use windlass_ports::effects::Settlement;
use windlass_ports::git::Git;
use windlass_ports::objects::Objects;
use windlass_ports::progress::ProgressSink;
use windlass_ports::project_records::ProjectRecords;
use windlass_ports::sessions::{SessionReport, SessionSpec, Sessions};

use crate::capability::Capabilities;
use crate::layer::Pipeline;
use crate::layer::budget::Budget;
use crate::layer::grants::Grants;
use crate::layer::journal::Journal;
use crate::session::Session;

/// What the broker needs of the world.
#[derive(Clone)]
pub struct BrokerPorts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The way out.
    pub egress: Arc<Egress>,
    /// Git.
    pub git: Arc<dyn Git>,
    /// The cluster whose objects steps work on, if there is one.
    pub objects: Option<Arc<dyn Objects>>,
    /// The records of the project.
    pub records: Arc<dyn ProjectRecords>,
    /// The credentials of repositories.
    pub credentials: Arc<dyn Credentials>,
    /// Shows what steps say.
    pub progress: Arc<dyn ProgressSink>,
}

/// What the operator has set.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    /// Who commits where nobody says otherwise.
    pub identity: Identity,
}

/// Answers calls.
pub struct HostBroker {
    pipeline: Pipeline,
    clock: Arc<dyn Clock>,
    sessions: Mutex<HashMap<Lease, Arc<Session>>>,
}

impl HostBroker {
    /// A broker without sessions.
    #[must_use]
    pub fn new(ports: BrokerPorts, settings: BrokerSettings) -> Self {
        let clock = Arc::clone(&ports.clock);
        let grants = Grants { git: Arc::clone(&ports.git), objects: ports.objects.clone() };
        let budget = Budget { clock: Arc::clone(&clock) };
        let pipeline = Pipeline::new(
            vec![Box::new(grants), Box::new(budget), Box::new(Journal)],
            Capabilities { ports, settings },
        );
        Self { pipeline, clock, sessions: Mutex::default() }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Lease, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, lease: &Lease) -> Option<Arc<Session>> {
        self.sessions().get(lease).map(Arc::clone)
    }
}

#[async_trait]
impl Broker for HostBroker {
    async fn call(&self, lease: &Lease, call: Call) -> Answer {
        if call.is_hosts_own() {
            let message = format!("there is no function {:?}", call.function());
            return Err(CallError::invalid("unknown-function", message));
        }
        let Some(session) = self.session(lease) else {
            return Err(CallError::new(
                ErrorKind::Cancelled,
                "superseded",
                "this run of the step is over or has been superseded",
            ));
        };
        self.pipeline.call(&session, call).await.map_err(|mut error| {
            error.message = session.secrets.hide(&error.message);
            error
        })
    }
}

#[async_trait]
impl Sessions for HostBroker {
    async fn open(&self, spec: SessionSpec) {
        let lease = spec.lease.clone();
        let session = Arc::new(Session::open(spec, &self.clock));
        self.sessions().insert(lease, session);
    }

    async fn close(&self, lease: &Lease) -> SessionReport {
        let session = self.sessions().remove(lease);
        session.map(|session| session.report()).unwrap_or_default()
    }

    async fn settle(&self, lease: &Lease, call: &Call, started_at: Timestamp) -> Settlement {
        match self.session(lease) {
            Some(session) => self.pipeline.capabilities().settle(&session, call, started_at).await,
            None => Settlement::InDoubt("the run that was to settle it is over".to_owned()),
        }
    }
}
