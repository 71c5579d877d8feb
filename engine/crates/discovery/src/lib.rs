//! From outside artifacts to freight: what do the repositories of a warehouse hold, which of it is newest, and which
//! freight does that make?
//!
//! `source` has one file for each kind of repository, `select` the choosing, `criteria` whether the choice may become
//! freight, `assemble` the freight itself.

mod alias;
mod assemble;
mod criteria;
mod discover;
mod select;
mod source;

pub use alias::alias_of;
pub use assemble::{AssembleError, Chosen, assemble};
pub use criteria::{CriteriaError, criteria_met};
pub use discover::{Depth, DiscoverError, Discovery, DiscoveryPorts};
pub use select::chart::select_versions;
pub use select::commit::{SelectCommits, shorten_subject};
pub use select::expression::ExpressionFilter;
pub use select::image::{describe_image, newest_builds, select_tags};
pub use select::tag::SelectTags;
