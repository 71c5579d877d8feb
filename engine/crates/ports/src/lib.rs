//! What the core asks of the world: one trait a file. The rooms that implement them never see each other; tests use
//! the fakes (feature `fake`).

pub mod broker;
pub mod charts;
pub mod clock;
pub mod control_plane;
pub mod credentials;
pub mod effects;
pub mod git;
pub mod git_history;
pub mod images;
pub mod journal;
pub mod objects;
pub mod progress;
pub mod project_records;
pub mod records;
pub mod sessions;
pub mod step_catalog;
pub mod step_runner;
pub mod wake;
