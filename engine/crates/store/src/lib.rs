//! The record: journal, resources, attempt logs and blobs, in one SQLite file and a directory of blobs, or in a database
//! of PostgreSQL.
//!
//! The only room that knows SQL. One writer takes what is waiting, puts it into one transaction and answers all at once,
//! so that a sync to disk is shared by everyone who waited for it. Readers have connections of their own.

mod append;
pub mod backup;
mod blobs;
mod changes;
mod connect;
mod data_dir;
mod database;
mod documents;
mod leases;
mod read;
mod readers;
mod records;
mod sqlite;
mod store;
mod units;
mod writer;

pub use data_dir::{DataDir, DataDirError};
pub use store::{OpenError, Store};
