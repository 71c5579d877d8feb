//! How artifacts are named and ordered: semantic versions and their ranges, Go durations, name and path patterns,
//! and the selection of tags by them. Every answer is the one Kargo gives for the same text.
//!
//! Pure functions over text: no I/O, no clock, no async. Linked by the engine and by guests.

mod constraint;
mod difference;
mod duration;
mod excerpt;
mod filter;
mod ignore;
mod pattern;
mod select;
mod version;

pub use constraint::{Constraint, ConstraintError, ConstraintProblem};
pub use difference::{Difference, semver_diff};
pub use duration::{DurationError, GoDuration, is_manifest_duration};
pub use filter::{PathFilter, TagFilter};
pub use ignore::IgnoreRules;
pub use pattern::{
    BaseDirectory, Glob, GoRegex, NamePattern, PathPattern, PatternError, PatternKind, PatternProblem,
};
pub use select::{Candidate, Order, SemverRule, TagSelection, version_of_oci_tag};
pub use version::{Segment, SegmentOverflow, Strictness, Version, VersionError, VersionProblem};
