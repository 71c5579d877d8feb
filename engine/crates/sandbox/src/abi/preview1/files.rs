//! The functions on open descriptors.

use std::path::Path;
use std::time::{Duration, SystemTime};

use wasmtime::{Caller, Linker};
use windlass_workdir::{FileKind, OpenFile, Stat};

use super::errno::Errno;
use super::memory::GuestMemory;
use super::{Area, Descriptor, MODULE, Outcome, answer};
use crate::guest::Guest;
use crate::listing::Listing;

/// Everything is allowed that there is: what a descriptor cannot do, its file refuses.
const ALL_RIGHTS: u64 = 0x1fff_ffff;

/// The kinds of files, as preview1 numbers them.
pub(super) fn file_type(kind: FileKind) -> u8 {
    match kind {
        FileKind::Other => 0,
        FileKind::Directory => 3,
        FileKind::File => 4,
        FileKind::Link => 7,
    }
}

const CHARACTER_DEVICE: u8 = 2;
const FLAG_APPEND: u16 = 1;

pub(super) fn write_filestat(memory: &mut GuestMemory<'_>, at: u32, stat: &Stat) -> Outcome {
    let modified = u64::try_from(stat.modified_ns).unwrap_or(0);
    memory.write(at, &[0; 64])?;
    memory.write_u64(at, 1)?;
    memory.write_u64(at + 8, stat.identity)?;
    memory.write(at + 16, &[file_type(stat.kind)])?;
    memory.write_u64(at + 24, 1)?;
    memory.write_u64(at + 32, stat.len)?;
    for offset in [40, 48, 56] {
        memory.write_u64(at + offset, modified)?;
    }
    Ok(())
}

/// The two times that `*_filestat_set_times` sets, by its flags.
pub(super) fn times(
    guest: &Guest,
    accessed: u64,
    modified: u64,
    flags: u32,
) -> Result<(Option<SystemTime>, Option<SystemTime>), Errno> {
    let at = |ns: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(ns);
    let pick = |set: u32, now: u32, ns: u64| match (flags & set != 0, flags & now != 0) {
        (true, true) => Err(Errno::Inval),
        (true, false) => Ok(Some(at(ns))),
        (false, true) => Ok(Some(at(guest.time.wall_ns()))),
        (false, false) => Ok(None),
    };
    Ok((pick(1, 2, accessed)?, pick(4, 8, modified)?))
}

fn descriptor_file(guest: &mut Guest, fd: u32) -> Result<OpenFile, Errno> {
    match guest.preview1.get(fd)? {
        Descriptor::File { file, .. } => Ok(file.clone()),
        Descriptor::Dir { .. } => Err(Errno::Isdir),
        Descriptor::Stdin { .. } | Descriptor::Output(_) => Err(Errno::Spipe),
    }
}

fn read_into(
    memory: &mut GuestMemory<'_>,
    buffers: &[(u32, u32)],
    mut read: impl FnMut(&mut [u8], u64) -> Result<usize, Errno>,
) -> Result<u32, Errno> {
    let mut total: u64 = 0;
    for (ptr, len) in buffers {
        let count = read(memory.bytes_mut(*ptr, *len)?, total)?;
        total += count as u64;
        if count < *len as usize {
            break;
        }
    }
    u32::try_from(total).map_err(|_| Errno::Inval)
}

fn fd_read(
    memory: &mut GuestMemory<'_>,
    guest: &mut Guest,
    (fd, list, count, out): (u32, u32, u32, u32),
) -> Outcome {
    let buffers = memory.buffers(list, count)?;
    let state = &mut guest.preview1;
    let total = match state.open.get_mut(&fd).ok_or(Errno::Badf)? {
        Descriptor::Stdin { read } => {
            let stdin = &state.stdin;
            let total = read_into(memory, &buffers, |buffer, done| {
                let from = *read + usize::try_from(done).unwrap_or(usize::MAX);
                let rest = stdin.get(from..).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer[..count].copy_from_slice(&rest[..count]);
                Ok(count)
            })?;
            *read += total as usize;
            total
        }
        Descriptor::File { file, position, .. } => {
            let total = read_into(memory, &buffers, |buffer, done| {
                file.read_at(buffer, *position + done).map_err(Errno::from)
            })?;
            *position += u64::from(total);
            total
        }
        Descriptor::Dir { .. } => return Err(Errno::Isdir.into()),
        Descriptor::Output(_) => return Err(Errno::Badf.into()),
    };
    Ok(memory.write_u32(out, total)?)
}

fn fd_write(
    memory: &mut GuestMemory<'_>,
    guest: &mut Guest,
    (fd, list, count, out): (u32, u32, u32, u32),
) -> Outcome {
    let buffers = memory.buffers(list, count)?;
    let mut total: u32 = 0;
    for (ptr, len) in buffers {
        let bytes = memory.bytes(ptr, len)?;
        match guest.preview1.get(fd)? {
            Descriptor::Output(stream) => guest.output.write(*stream, bytes),
            Descriptor::File { file, append: true, .. } => {
                file.append(bytes)?;
            }
            Descriptor::File { file, position, append: false } => {
                file.write_at(bytes, *position)?;
                *position += u64::from(len);
            }
            Descriptor::Dir { .. } => return Err(Errno::Isdir.into()),
            Descriptor::Stdin { .. } => return Err(Errno::Badf.into()),
        }
        total = total.checked_add(len).ok_or(Errno::Inval)?;
    }
    Ok(memory.write_u32(out, total)?)
}

fn fd_seek(guest: &mut Guest, fd: u32, offset: i64, whence: u32) -> Result<u64, Errno> {
    let Descriptor::File { file, position, .. } = guest.preview1.get(fd)? else {
        return Err(Errno::Spipe);
    };
    let base = match whence {
        0 => 0,
        1 => *position,
        2 => file.stat()?.len,
        _ => return Err(Errno::Inval),
    };
    *position = base.checked_add_signed(offset).ok_or(Errno::Inval)?;
    Ok(*position)
}

fn fd_readdir(
    memory: &mut GuestMemory<'_>,
    guest: &mut Guest,
    (fd, buffer, len, cookie, out): (u32, u32, u32, u64, u32),
) -> Outcome {
    let (trees, listings) = (std::sync::Arc::clone(&guest.dir), guest.listings.clone());
    let Descriptor::Dir { area, dir, listing, .. } = guest.preview1.get(fd)? else {
        return Err(Errno::Notdir.into());
    };
    let tree = match area {
        Area::Work => &trees.work,
        Area::Scratch => &trees.scratch,
    };
    // A listing is taken once and read in pieces, so that it does not change while it is read.
    if cookie == 0 || listing.is_none() {
        *listing = None;
        *listing = Some(listings.take(tree, dir)?);
    }
    let entries = listing.as_ref().map(Listing::entries).unwrap_or_default();
    let mut bytes = Vec::new();
    let names = [(".", FileKind::Directory), ("..", FileKind::Directory)]
        .into_iter()
        .chain(entries.iter().map(|entry| (entry.name.to_str().unwrap_or("\u{fffd}"), entry.kind)));
    let skip = usize::try_from(cookie).map_err(|_| Errno::Inval)?;
    for (index, (name, kind)) in names.enumerate().skip(skip) {
        let identity =
            tree.stat(dir, Path::new(name), windlass_workdir::Follow::No).map_or(0, |stat| stat.identity);
        bytes.extend((index as u64 + 1).to_le_bytes());
        bytes.extend(identity.to_le_bytes());
        bytes.extend(u32::try_from(name.len()).unwrap_or(0).to_le_bytes());
        bytes.extend([file_type(kind), 0, 0, 0]);
        bytes.extend(name.as_bytes());
        if bytes.len() >= len as usize {
            bytes.truncate(len as usize);
            break;
        }
    }
    memory.write(buffer, &bytes)?;
    Ok(memory.write_u32(out, u32::try_from(bytes.len()).unwrap_or(len))?)
}

fn fd_fdstat_get(memory: &mut GuestMemory<'_>, guest: &mut Guest, fd: u32, out: u32) -> Outcome {
    let (kind, flags) = match guest.preview1.get(fd)? {
        Descriptor::Stdin { .. } | Descriptor::Output(_) => (CHARACTER_DEVICE, 0),
        Descriptor::Dir { .. } => (file_type(FileKind::Directory), 0),
        Descriptor::File { append, .. } => (file_type(FileKind::File), if *append { FLAG_APPEND } else { 0 }),
    };
    memory.write(out, &[0; 24])?;
    memory.write(out, &[kind])?;
    memory.write(out + 2, &flags.to_le_bytes())?;
    memory.write_u64(out + 8, ALL_RIGHTS)?;
    Ok(memory.write_u64(out + 16, ALL_RIGHTS)?)
}

fn fd_filestat_get(memory: &mut GuestMemory<'_>, guest: &mut Guest, fd: u32, out: u32) -> Outcome {
    let trees = std::sync::Arc::clone(&guest.dir);
    let stat = match guest.preview1.get(fd)? {
        Descriptor::File { file, .. } => file.stat()?,
        Descriptor::Dir { area: Area::Work, dir, .. } => trees.work.stat_dir(dir)?,
        Descriptor::Dir { area: Area::Scratch, dir, .. } => trees.scratch.stat_dir(dir)?,
        Descriptor::Stdin { .. } | Descriptor::Output(_) => {
            memory.write(out, &[0; 64])?;
            return Ok(memory.write(out + 16, &[CHARACTER_DEVICE])?);
        }
    };
    write_filestat(memory, out, &stat)
}

pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    add_reading_and_writing(linker)?;
    add_stats(linker)?;
    add_directories(linker)
}

fn add_reading_and_writing(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_read",
        |mut c: Caller<'_, Guest>, fd: u32, list: u32, n: u32, out: u32| {
            answer(&mut c, |memory, guest| fd_read(memory, guest, (fd, list, n, out)))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_write",
        |mut c: Caller<'_, Guest>, fd: u32, list: u32, n: u32, out: u32| {
            answer(&mut c, |memory, guest| fd_write(memory, guest, (fd, list, n, out)))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pread",
        |mut c: Caller<'_, Guest>, fd: u32, list: u32, n: u32, offset: u64, out: u32| {
            answer(&mut c, |memory, guest| {
                let file = descriptor_file(guest, fd)?;
                let buffers = memory.buffers(list, n)?;
                let total = read_into(memory, &buffers, |buffer, done| {
                    file.read_at(buffer, offset.saturating_add(done)).map_err(Errno::from)
                })?;
                Ok(memory.write_u32(out, total)?)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pwrite",
        |mut c: Caller<'_, Guest>, fd: u32, list: u32, n: u32, offset: u64, out: u32| {
            answer(&mut c, |memory, guest| {
                let file = descriptor_file(guest, fd)?;
                let mut total: u32 = 0;
                for (ptr, len) in memory.buffers(list, n)? {
                    file.write_at(memory.bytes(ptr, len)?, offset.saturating_add(u64::from(total)))?;
                    total = total.checked_add(len).ok_or(Errno::Inval)?;
                }
                Ok(memory.write_u32(out, total)?)
            })
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_seek",
        |mut c: Caller<'_, Guest>, fd: u32, offset: i64, whence: u32, out: u32| {
            answer(&mut c, |memory, guest| Ok(memory.write_u64(out, fd_seek(guest, fd, offset, whence)?)?))
        },
    )?;
    linker.func_wrap(MODULE, "fd_tell", |mut c: Caller<'_, Guest>, fd: u32, out: u32| {
        answer(&mut c, |memory, guest| Ok(memory.write_u64(out, fd_seek(guest, fd, 0, 1)?)?))
    })?;
    Ok(())
}

fn add_stats(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "fd_fdstat_get", |mut c: Caller<'_, Guest>, fd: u32, out: u32| {
        answer(&mut c, |memory, guest| fd_fdstat_get(memory, guest, fd, out))
    })?;
    linker.func_wrap(MODULE, "fd_fdstat_set_flags", |mut c: Caller<'_, Guest>, fd: u32, flags: u32| {
        answer(&mut c, |_, guest| match guest.preview1.get(fd)? {
            Descriptor::File { append, .. } => {
                *append = flags & u32::from(FLAG_APPEND) != 0;
                Ok(())
            }
            _ => Ok(()),
        })
    })?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_set_rights",
        |mut c: Caller<'_, Guest>, fd: u32, _base: u64, _inheriting: u64| {
            answer(&mut c, |_, guest| guest.preview1.get(fd).map(|_| ()).map_err(Into::into))
        },
    )?;
    linker.func_wrap(MODULE, "fd_filestat_get", |mut c: Caller<'_, Guest>, fd: u32, out: u32| {
        answer(&mut c, |memory, guest| fd_filestat_get(memory, guest, fd, out))
    })?;
    linker.func_wrap(MODULE, "fd_filestat_set_size", |mut c: Caller<'_, Guest>, fd: u32, size: u64| {
        answer(&mut c, |_, guest| Ok(descriptor_file(guest, fd)?.set_len(size)?))
    })?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_set_times",
        |mut c: Caller<'_, Guest>, fd: u32, accessed: u64, modified: u64, flags: u32| {
            answer(&mut c, |_, guest| {
                let (accessed, modified) = times(guest, accessed, modified, flags)?;
                Ok(descriptor_file(guest, fd)?.set_times(accessed, modified)?)
            })
        },
    )?;
    for name in ["fd_sync", "fd_datasync"] {
        // Nothing of a work directory needs to survive the loss of power, so nothing is synced.
        linker.func_wrap(MODULE, name, |mut c: Caller<'_, Guest>, fd: u32| {
            answer(&mut c, |_, guest| guest.preview1.get(fd).map(|_| ()).map_err(Into::into))
        })?;
    }
    linker.func_wrap(
        MODULE,
        "fd_advise",
        |mut c: Caller<'_, Guest>, fd: u32, _offset: u64, _len: u64, _advice: u32| {
            answer(&mut c, |_, guest| descriptor_file(guest, fd).map(|_| ()).map_err(Into::into))
        },
    )?;
    linker.func_wrap(MODULE, "fd_allocate", |mut c: Caller<'_, Guest>, fd: u32, offset: u64, len: u64| {
        answer(&mut c, |_, guest| {
            let file = descriptor_file(guest, fd)?;
            let end = offset.checked_add(len).ok_or(Errno::Fbig)?;
            if end > file.stat()?.len {
                file.set_len(end)?;
            }
            Ok(())
        })
    })?;
    Ok(())
}

fn add_directories(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_readdir",
        |mut c: Caller<'_, Guest>, fd: u32, buffer: u32, len: u32, cookie: u64, out: u32| {
            answer(&mut c, |memory, guest| fd_readdir(memory, guest, (fd, buffer, len, cookie, out)))
        },
    )?;
    linker.func_wrap(MODULE, "fd_prestat_get", |mut c: Caller<'_, Guest>, fd: u32, out: u32| {
        answer(&mut c, |memory, guest| match guest.preview1.get(fd)? {
            Descriptor::Dir { preopen: Some(name), .. } => {
                memory.write_u32(out, 0)?;
                Ok(memory.write_u32(out + 4, u32::try_from(name.len()).unwrap_or(0))?)
            }
            _ => Err(Errno::Badf.into()),
        })
    })?;
    linker.func_wrap(
        MODULE,
        "fd_prestat_dir_name",
        |mut c: Caller<'_, Guest>, fd: u32, buffer: u32, len: u32| {
            answer(&mut c, |memory, guest| match guest.preview1.get(fd)? {
                Descriptor::Dir { preopen: Some(name), .. } if name.len() <= len as usize => {
                    Ok(memory.write(buffer, name.as_bytes())?)
                }
                Descriptor::Dir { preopen: Some(_), .. } => Err(Errno::Nametoolong.into()),
                _ => Err(Errno::Badf.into()),
            })
        },
    )?;
    linker.func_wrap(MODULE, "fd_close", |mut c: Caller<'_, Guest>, fd: u32| {
        answer(&mut c, |_, guest| match guest.preview1.open.remove(&fd) {
            Some(_) => Ok(()),
            None => Err(Errno::Badf.into()),
        })
    })?;
    linker.func_wrap(MODULE, "fd_renumber", |mut c: Caller<'_, Guest>, from: u32, to: u32| {
        answer(&mut c, |_, guest| {
            let open = &mut guest.preview1.open;
            if !open.contains_key(&to) {
                return Err(Errno::Badf.into());
            }
            let moved = open.remove(&from).ok_or(Errno::Badf)?;
            open.insert(to, moved);
            Ok(())
        })
    })?;
    Ok(())
}

/// The functions on sockets exist, because Go's programs import them, and find that no descriptor is one.
pub(super) fn add_unsupported(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let refuse = Errno::Notsock as i32;
    linker.func_wrap(MODULE, "sock_accept", move |_: u32, _: u32, _: u32| refuse)?;
    linker.func_wrap(MODULE, "sock_recv", move |_: u32, _: u32, _: u32, _: u32, _: u32, _: u32| refuse)?;
    linker.func_wrap(MODULE, "sock_send", move |_: u32, _: u32, _: u32, _: u32, _: u32| refuse)?;
    linker.func_wrap(MODULE, "sock_shutdown", move |_: u32, _: u32| refuse)?;
    Ok(())
}
