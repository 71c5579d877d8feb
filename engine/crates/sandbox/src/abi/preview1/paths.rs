//! The functions on paths: each path is seen from an open directory and never leads out of its tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasmtime::{Caller, Linker};
use windlass_workdir::{AttemptDir, Dir, FileKind, Follow, OpenMode, Tree};

use super::errno::Errno;
use super::files::{times, write_filestat};
use super::memory::GuestMemory;
use super::{Area, Descriptor, Fault, MODULE, Outcome, answer};
use crate::guest::Guest;

const LOOKUP_FOLLOW: u32 = 1;

const OPEN_CREATE: u32 = 1;
const OPEN_DIRECTORY: u32 = 2;
const OPEN_EXCLUSIVE: u32 = 4;
const OPEN_TRUNCATE: u32 = 8;

/// The rights that mean a file is opened to be written: `fd_datasync` is not among them, reading programs ask for it.
const WRITE_RIGHTS: u64 = 1 << 6 | 1 << 8 | 1 << 22;

const FLAG_APPEND: u32 = 1;

/// A directory of the guest with the tree it belongs to.
struct From {
    dirs: Arc<AttemptDir>,
    area: Area,
    dir: Dir,
}

impl From {
    fn of(guest: &mut Guest, fd: u32) -> Result<Self, Errno> {
        let dirs = Arc::clone(&guest.dir);
        match guest.preview1.get(fd)? {
            Descriptor::Dir { area, dir, .. } => Ok(Self { dirs, area: *area, dir: dir.clone() }),
            _ => Err(Errno::Notdir),
        }
    }

    fn tree(&self) -> &Tree {
        match self.area {
            Area::Work => &self.dirs.work,
            Area::Scratch => &self.dirs.scratch,
        }
    }
}

fn follow(flags: u32) -> Follow {
    if flags & LOOKUP_FOLLOW != 0 { Follow::Yes } else { Follow::No }
}

fn path(memory: &GuestMemory<'_>, ptr: u32, len: u32) -> Result<PathBuf, Errno> {
    let text = memory.text(ptr, len)?;
    // A final slash asks for a directory, which each operation checks by itself.
    let trimmed = text.trim_end_matches('/');
    Ok(PathBuf::from(if trimmed.is_empty() && !text.is_empty() { "/" } else { trimmed }))
}

struct OpenArguments {
    fd: u32,
    lookup: u32,
    path: (u32, u32),
    open: u32,
    rights: u64,
    flags: u32,
    out: u32,
}

fn path_open(memory: &mut GuestMemory<'_>, guest: &mut Guest, args: &OpenArguments) -> Outcome {
    let from = From::of(guest, args.fd)?;
    let wants_dir = args.open & OPEN_DIRECTORY != 0 || memory.text(args.path.0, args.path.1)?.ends_with('/');
    let path = path(memory, args.path.0, args.path.1)?;
    let descriptor = open(&from, &path, args, wants_dir)?;
    let fd = guest.preview1.insert(descriptor, guest.handles)?;
    Ok(memory.write_u32(args.out, fd)?)
}

fn open(from: &From, path: &Path, args: &OpenArguments, wants_dir: bool) -> Result<Descriptor, Fault> {
    let tree = from.tree();
    let write = args.rights & WRITE_RIGHTS != 0 || args.open & OPEN_TRUNCATE != 0;
    let there = tree.stat(&from.dir, path, follow(args.lookup)).map(|stat| stat.kind);
    if matches!(there, Ok(FileKind::Directory)) {
        if args.open & (OPEN_CREATE | OPEN_EXCLUSIVE) == OPEN_CREATE | OPEN_EXCLUSIVE {
            return Err(Errno::Exist.into());
        }
        if args.open & (OPEN_CREATE | OPEN_TRUNCATE) != 0 {
            return Err(Errno::Isdir.into());
        }
        let dir = tree.open_dir(&from.dir, path)?;
        return Ok(Descriptor::Dir { area: from.area, dir, preopen: None, listing: None });
    }
    if wants_dir {
        there?;
        return Err(Errno::Notdir.into());
    }
    let mode = OpenMode {
        write: write || args.open & OPEN_CREATE != 0,
        create: args.open & OPEN_CREATE != 0,
        exclusive: args.open & OPEN_EXCLUSIVE != 0,
        truncate: args.open & OPEN_TRUNCATE != 0,
    };
    let file = tree.open_file(&from.dir, path, follow(args.lookup), mode)?;
    Ok(Descriptor::File { file, position: 0, append: args.flags & FLAG_APPEND != 0 })
}

fn path_readlink(
    memory: &mut GuestMemory<'_>,
    guest: &mut Guest,
    (fd, ptr, len, buffer, size, out): (u32, u32, u32, u32, u32, u32),
) -> Outcome {
    let from = From::of(guest, fd)?;
    let target = from.tree().read_link(&from.dir, &path(memory, ptr, len)?)?;
    let text = target.to_str().ok_or(Errno::Inval)?.as_bytes();
    let count = text.len().min(size as usize);
    memory.write(buffer, &text[..count])?;
    Ok(memory.write_u32(out, u32::try_from(count).unwrap_or(size))?)
}

fn path_rename(
    memory: &mut GuestMemory<'_>,
    guest: &mut Guest,
    (fd, ptr, len): (u32, u32, u32),
    (to_fd, to_ptr, to_len): (u32, u32, u32),
) -> Outcome {
    let (from, to) = (From::of(guest, fd)?, From::of(guest, to_fd)?);
    if from.area != to.area {
        return Err(Errno::Xdev.into());
    }
    let (old, new) = (path(memory, ptr, len)?, path(memory, to_ptr, to_len)?);
    Ok(from.tree().rename(&from.dir, &old, &to.dir, &new)?)
}

pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    add_open(linker)?;
    add_stats(linker)?;
    add_changes(linker)
}

fn add_open(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_open",
        |mut c: Caller<'_, Guest>,
         fd: u32,
         lookup: u32,
         ptr: u32,
         len: u32,
         open: u32,
         rights: u64,
         _inheriting: u64,
         flags: u32,
         out: u32| {
            let args = OpenArguments { fd, lookup, path: (ptr, len), open, rights, flags, out };
            answer(&mut c, |memory, guest| path_open(memory, guest, &args))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_readlink",
        |mut c: Caller<'_, Guest>, fd: u32, ptr: u32, len: u32, buffer: u32, size: u32, out: u32| {
            answer(&mut c, |memory, guest| path_readlink(memory, guest, (fd, ptr, len, buffer, size, out)))
        },
    )?;
    Ok(())
}

fn add_stats(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_filestat_get",
        |mut c: Caller<'_, Guest>, fd: u32, lookup: u32, ptr: u32, len: u32, out: u32| {
            answer(&mut c, |memory, guest| {
                let from = From::of(guest, fd)?;
                let stat = from.tree().stat(&from.dir, &path(memory, ptr, len)?, follow(lookup))?;
                write_filestat(memory, out, &stat)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_filestat_set_times",
        |mut c: Caller<'_, Guest>,
         fd: u32,
         lookup: u32,
         ptr: u32,
         len: u32,
         accessed: u64,
         modified: u64,
         flags: u32| {
            answer(&mut c, |memory, guest| {
                let from = From::of(guest, fd)?;
                let (accessed, modified) = times(guest, accessed, modified, flags)?;
                let path = path(memory, ptr, len)?;
                Ok(from.tree().set_times(&from.dir, &path, follow(lookup), accessed, modified)?)
            })
        },
    )?;
    Ok(())
}

fn add_changes(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    type Change = fn(&Tree, &Dir, &Path) -> windlass_workdir::FsResult<()>;
    let changes: [(&str, Change); 3] = [
        ("path_create_directory", Tree::make_dir),
        ("path_remove_directory", Tree::remove_dir),
        ("path_unlink_file", Tree::remove_file),
    ];
    for (name, change) in changes {
        linker.func_wrap(MODULE, name, move |mut c: Caller<'_, Guest>, fd: u32, ptr: u32, len: u32| {
            answer(&mut c, |memory, guest| {
                let from = From::of(guest, fd)?;
                Ok(change(from.tree(), &from.dir, &path(memory, ptr, len)?)?)
            })
        })?;
    }
    linker.func_wrap(
        MODULE,
        "path_rename",
        |mut c: Caller<'_, Guest>, fd: u32, ptr: u32, len: u32, to_fd: u32, to_ptr: u32, to_len: u32| {
            answer(&mut c, |memory, guest| {
                path_rename(memory, guest, (fd, ptr, len), (to_fd, to_ptr, to_len))
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_symlink",
        |mut c: Caller<'_, Guest>, target: u32, target_len: u32, fd: u32, ptr: u32, len: u32| {
            answer(&mut c, |memory, guest| {
                let from = From::of(guest, fd)?;
                let target = PathBuf::from(memory.text(target, target_len)?);
                if target.is_absolute() {
                    return Err(Errno::Notcapable.into());
                }
                Ok(from.tree().make_link(&from.dir, &target, &path(memory, ptr, len)?)?)
            })
        },
    )?;
    // A hard link would let one change reach a file under another name, unrecorded.
    linker.func_wrap(MODULE, "path_link", |_: u32, _: u32, _: u32, _: u32, _: u32, _: u32, _: u32| {
        Errno::Notsup as i32
    })?;
    Ok(())
}
