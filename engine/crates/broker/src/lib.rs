//! Answers the calls of steps. This is the one place where it is decided what a step may do, and the only way out for it.
//!
//! A call runs through the layers in the order grants, budget, journal (plan, replay and faults will follow there) and
//! ends at a capability, one file each. What the broker knows of an incarnation it was told when its session was opened;
//! calls without an open session are refused.

mod asks;
mod broker;
mod capability;
mod layer;
mod log;
mod meter;
mod refusal;
mod secrets;
mod session;
mod settle;

pub use broker::{BrokerPorts, BrokerSettings, HostBroker};
