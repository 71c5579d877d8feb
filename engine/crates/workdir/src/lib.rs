//! A step's files. Everything that touches a tenant's work directory goes through this crate, guests and host alike:
//! paths open beneath the directory only, growth is counted against a quota, and every change is written down
//! before it is made, so that an attempt that does not return leaves nothing behind.
//!
//! It may use the file system calls of Linux (`openat2`) and nothing else: no network, no Git, no guest.

mod copy;
mod error;
mod file;
mod list;
mod promotion_dir;
mod quota;
mod tree;
mod undo;
mod write;

pub use copy::ToCopy;
pub use error::{FsError, FsResult};
pub use file::{FileKind, OpenFile, Stat};
pub use list::Entry;
pub use promotion_dir::{AttemptDir, AttemptKey, DirLocation, PromotionDir, Recovery};
pub use quota::{DiskChange, DiskUsage, Quota};
pub use tree::{Dir, Follow, OpenMode, Tree};
