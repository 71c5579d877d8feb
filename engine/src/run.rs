//! One promotion without a server: choose freight, make the promotion, drive it, record what follows from it.

mod freight;
mod live;
mod live_style;
mod promote;
pub(crate) mod unfinished;

pub(crate) use freight::FreightChoice;
pub(crate) use live::LiveProgress;
pub(crate) use promote::{Ended, Promoter};
