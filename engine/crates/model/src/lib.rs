//! What things are: the words every other room speaks, as plain data.
//!
//! This crate knows no clock, no I/O and no async. It may use serde and hashes, nothing that drives anything.
//!
//! The words, each with one meaning:
//! *warehouse* watches repositories; *artifact* is one version found there (a commit, an image, a chart);
//! *freight* is a set of artifacts that travels together; *stage* is a place freight is promoted to;
//! *promotion* is one journey of one freight into one stage; *step* is one entry of its list;
//! *attempt* is one logical try of a step; *incarnation* is one physical run of an attempt;
//! *call* is the one way a step reaches the world; *effect* is what a call changes outside;
//! *grant* is the permission for a call; *command* asks for a change; *event* is a fact in the journal;
//! *action* is what the engine does next because of events.

pub mod artifact;
pub mod call;
pub mod context;
pub mod digest;
pub mod discovered;
pub mod event;
pub mod freight;
pub mod grant;
pub mod ids;
pub mod limits;
pub mod manifest;
pub mod outcome;
pub mod pointer;
pub mod promotion;
pub mod step_manifest;
pub mod time;
