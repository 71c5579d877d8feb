//! `wasi_snapshot_preview1`, as plain modules import it (Go's wasip1 port, C with wasi-libc).
//!
//! It is our own, so that every file call goes through the attempt's directory: counted, recorded for undoing, and
//! with listings in a fixed order. There are no sockets. Preopens are always `/work` and `/tmp`, in this order: a
//! snapshotted guest has their numbers frozen in it.

mod errno;
mod files;
pub(crate) mod memory;
mod paths;
mod process;

use std::collections::BTreeMap;

use errno::Errno;
use memory::GuestMemory;
pub(crate) use process::ENVIRONMENT;
use wasmtime::{Caller, Linker};
use windlass_ports::step_runner::RunRequest;
use windlass_workdir::{Dir, OpenFile};

use crate::guest::Guest;
use crate::listing::Listing;
use crate::output::Stream;

/// The module name under which preview1 is imported.
const MODULE: &str = "wasi_snapshot_preview1";

/// Which of the two trees a directory belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Work,
    Scratch,
}

/// An open file descriptor.
#[derive(Debug)]
enum Descriptor {
    Stdin { read: usize },
    Output(Stream),
    Dir { area: Area, dir: Dir, preopen: Option<&'static str>, listing: Option<Listing> },
    File { file: OpenFile, position: u64, append: bool },
}

/// The descriptors and the standard input of a module.
pub(crate) struct State {
    stdin: Vec<u8>,
    open: BTreeMap<u32, Descriptor>,
}

impl State {
    pub(crate) fn new(request: &RunRequest, stdin: Vec<u8>) -> Self {
        let root = |area, name| Descriptor::Dir {
            area,
            dir: match area {
                Area::Work => request.dir.work.root().clone(),
                Area::Scratch => request.dir.scratch.root().clone(),
            },
            preopen: Some(name),
            listing: None,
        };
        let open = BTreeMap::from([
            (0, Descriptor::Stdin { read: 0 }),
            (1, Descriptor::Output(Stream::Out)),
            (2, Descriptor::Output(Stream::Err)),
            (3, root(Area::Work, "/work")),
            (4, root(Area::Scratch, "/tmp")),
        ]);
        Self { stdin, open }
    }

    fn get(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        self.open.get_mut(&fd).ok_or(Errno::Badf)
    }

    fn insert(&mut self, descriptor: Descriptor, most: usize) -> Result<u32, Errno> {
        if self.open.len() >= most {
            return Err(Errno::Mfile);
        }
        // The lowest free number, as POSIX has it.
        let fd = (0..).find(|fd| !self.open.contains_key(fd)).ok_or(Errno::Mfile)?;
        self.open.insert(fd, descriptor);
        Ok(fd)
    }
}

/// How a preview1 function ends: an error number for the guest, or an end of the guest.
enum Fault {
    Errno(Errno),
    End(wasmtime::Error),
}

impl From<Errno> for Fault {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

impl From<windlass_workdir::FsError> for Fault {
    fn from(error: windlass_workdir::FsError) -> Self {
        Self::Errno(error.into())
    }
}

type Outcome = Result<(), Fault>;

/// Runs the body of a function with the guest's memory and state, and gives its error number back.
fn answer(
    caller: &mut Caller<'_, Guest>,
    body: impl FnOnce(&mut GuestMemory<'_>, &mut Guest) -> Outcome,
) -> wasmtime::Result<i32> {
    let (mut memory, guest) = GuestMemory::of(caller)?;
    match body(&mut memory, guest) {
        Ok(()) => Ok(0),
        Err(Fault::Errno(errno)) => Ok(errno as i32),
        Err(Fault::End(error)) => Err(error),
    }
}

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    files::add_to_linker(linker)?;
    files::add_unsupported(linker)?;
    paths::add_to_linker(linker)?;
    process::add_to_linker(linker)
}
