//! Why a file operation failed, in words a skin can turn into WASI's.

use std::io;

use rustix::io::Errno;

/// The result of a file operation.
pub type FsResult<T> = Result<T, FsError>;

/// Why a file operation failed.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// The operating system refused.
    #[error("{0}")]
    Os(#[from] io::Error),
    /// The path leads out of the work directory, or through a symbolic link where none may be.
    #[error("the path leads out of the work directory or through a symbolic link")]
    Escape,
    /// The quota `limit` is used up.
    #[error("the limit {limit} of {most} is used up")]
    Quota {
        /// `diskBytes` or `diskFiles`.
        limit: &'static str,
        /// How much there may be.
        most: u64,
    },
    /// Windlass does not offer this.
    #[error("{0} are not offered to steps")]
    Unsupported(&'static str),
}

impl FsError {
    /// The error number, where the operating system gave one.
    #[must_use]
    pub fn errno(&self) -> Option<i32> {
        match self {
            Self::Os(error) => error.raw_os_error(),
            Self::Escape | Self::Quota { .. } | Self::Unsupported(_) => None,
        }
    }

    /// True if the file or directory does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.errno() == Some(Errno::NOENT.raw_os_error())
    }

    pub(crate) fn os(errno: Errno) -> Self {
        match errno {
            // RESOLVE_BENEATH answers EXDEV for a path that climbs out, and it cannot tell whether a concurrent
            // rename let one slip through, for which it answers EAGAIN.
            Errno::XDEV | Errno::AGAIN => Self::Escape,
            errno => Self::Os(errno.into()),
        }
    }
}

impl From<Errno> for FsError {
    fn from(errno: Errno) -> Self {
        Self::os(errno)
    }
}
