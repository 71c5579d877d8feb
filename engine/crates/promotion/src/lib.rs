//! The brain: which freight may go where, which step is next, and what is recorded of it.
//!
//! [`decide`] and [`apply`] are pure: no clock, no I/O, no ids made inside. The [`driver`] is the one loop that asks what is
//! next, records what was decided, and has it done through ports. Expressions are evaluated here, in the host, on real
//! values; what crosses to a step has tokens in the place of secrets.

pub mod apply;
pub mod availability;
pub mod decide;
pub mod driver;
pub mod evaluate;
mod finish_step;
pub mod inflate;
pub mod next;
pub mod project_stages;
pub mod record;
pub mod sealed;
pub mod show;
pub mod stage;
pub mod state;
pub mod tokens;
pub mod unit;
