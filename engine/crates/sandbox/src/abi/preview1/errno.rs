//! Preview1's error numbers, as far as they occur here.

use windlass_workdir::FsError;

/// An error number of preview1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errno {
    Acces = 2,
    Badf = 8,
    Busy = 10,
    Dquot = 19,
    Exist = 20,
    Fault = 21,
    Fbig = 22,
    Inval = 28,
    Io = 29,
    Isdir = 31,
    Loop = 32,
    Mfile = 33,
    Nametoolong = 37,
    Noent = 44,
    Nomem = 48,
    Nospc = 51,
    Notdir = 54,
    Notempty = 55,
    Notsock = 57,
    Notsup = 58,
    Perm = 63,
    Spipe = 70,
    Xdev = 75,
    Notcapable = 76,
}

impl From<FsError> for Errno {
    fn from(error: FsError) -> Self {
        use rustix::io::Errno as Os;
        match &error {
            FsError::Escape => Self::Notcapable,
            FsError::Quota { .. } => Self::Dquot,
            FsError::Unsupported(_) => Self::Notsup,
            FsError::Os(_) => match error.errno().map(Os::from_raw_os_error) {
                Some(Os::ACCESS) => Self::Acces,
                Some(Os::BADF) => Self::Badf,
                Some(Os::BUSY) => Self::Busy,
                Some(Os::DQUOT) => Self::Dquot,
                Some(Os::EXIST) => Self::Exist,
                Some(Os::FBIG) => Self::Fbig,
                Some(Os::INVAL) => Self::Inval,
                Some(Os::ISDIR) => Self::Isdir,
                Some(Os::LOOP) => Self::Loop,
                Some(Os::NAMETOOLONG) => Self::Nametoolong,
                Some(Os::NOENT) => Self::Noent,
                Some(Os::NOMEM) => Self::Nomem,
                Some(Os::NOSPC) => Self::Nospc,
                Some(Os::NOTDIR) => Self::Notdir,
                Some(Os::NOTEMPTY) => Self::Notempty,
                Some(Os::PERM) => Self::Perm,
                Some(Os::XDEV) => Self::Xdev,
                _ => Self::Io,
            },
        }
    }
}
