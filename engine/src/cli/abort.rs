//! `windlass abort`: gives up a promotion that was interrupted, so that its stage is free again.

use std::path::PathBuf;
use std::sync::Arc;

use windlass_ports::clock::Clock;
use windlass_ports::journal::{Durability, Journal};
use windlass_promotion::decide::{finish, request_abort};
use windlass_promotion::unit::PromotionUnit;
use windlass_store::{DataDir, Store};
use windlass_workdir::PromotionDir;

use crate::failure::Failure;
use crate::run::unfinished;
use crate::system_clock::SystemClock;

#[derive(Debug, clap::Args)]
pub(crate) struct AbortArgs {
    /// The promotion; can be left out if only one is unfinished.
    promotion: Option<String>,
    /// The data directory.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
}

impl AbortArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let failed = |e: &dyn std::fmt::Display| Failure::environment(e.to_string());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let data = DataDir::open(&self.data).map_err(|e| failed(&e))?;
        let store = Store::open(data.path()).await.map_err(|e| failed(&e))?;
        store.void_leases().await.map_err(|e| failed(&e))?;
        let journal: Arc<dyn Journal> = store;
        let found = unfinished::find(journal.as_ref(), self.promotion.as_deref()).await?;
        let until = clock.now().plus(std::time::Duration::from_mins(5));
        let unit = PromotionUnit::load(journal, clock, found.unit, "abort", until).await;
        let unit = unit.map_err(|e| failed(&e))?;
        let actor = String::new();
        unit.execute(Durability::Synced, |state| request_abort::request_abort(state, actor))
            .await
            .map_err(|e| failed(&e))?;
        let state = unit.execute(Durability::Synced, finish::finish).await.map_err(|e| failed(&e))?;
        let dir = PromotionDir::new(data.join("promotions").join(state.record.uid.to_string()));
        dir.remove().map_err(|e| failed(&e))?;
        anstream::println!("{}: {}", state.record.name, state.phase);
        Ok(0)
    }
}
