//! The layers a call runs through, outermost first. Each does one thing and passes the call on, or answers it.

pub(crate) mod budget;
pub(crate) mod grants;
pub(crate) mod journal;

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::call::{Answer, Call};

use crate::capability::Capabilities;
use crate::session::Session;

/// One layer.
#[async_trait]
pub(crate) trait Layer: Send + Sync {
    /// Answers `call`, or lets `next` answer it.
    async fn call(&self, session: &Arc<Session>, call: Call, next: Next<'_>) -> Answer;
}

/// All layers and what lies behind them.
pub(crate) struct Pipeline {
    layers: Vec<Box<dyn Layer>>,
    capabilities: Capabilities,
}

impl Pipeline {
    pub(crate) fn new(layers: Vec<Box<dyn Layer>>, capabilities: Capabilities) -> Self {
        Self { layers, capabilities }
    }

    /// Answers a call.
    pub(crate) async fn call(&self, session: &Arc<Session>, call: Call) -> Answer {
        Next { pipeline: self, layers: &self.layers }.call(session, call).await
    }

    /// What lies behind the layers.
    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

/// The layers that are still to come.
pub(crate) struct Next<'p> {
    pipeline: &'p Pipeline,
    layers: &'p [Box<dyn Layer>],
}

impl Next<'_> {
    /// Passes a call on.
    pub(crate) async fn call(self, session: &Arc<Session>, call: Call) -> Answer {
        match self.layers.split_first() {
            Some((layer, layers)) => {
                layer.call(session, call, Next { pipeline: self.pipeline, layers }).await
            }
            None => self.pipeline.capabilities.answer(self.pipeline, session, call).await,
        }
    }
}
