//! `wasi:filesystem` over the attempt's directory: counted, recorded for undoing, listings in a fixed order.
//!
//! The bindings are wasmtime's; only their resource types are replaced. A handle is an index into the guest's table, so
//! ours travel under the names of theirs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use wasmtime::component::{HasData, Linker, Resource};
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::p2::bindings::sync::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, Filesize,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult, IoError};
use windlass_workdir::{
    AttemptDir, Dir, FileKind, Follow, FsError as WorkError, OpenFile, OpenMode, Stat, Tree,
};

use super::stream::{FileReader, FileWriter, Place};
use crate::guest::Guest;
use crate::listing::Listing;

/// The most a single read gives.
const MAX_READ_BYTES: u64 = 2 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Work,
    Scratch,
}

enum Node {
    File(OpenFile),
    Dir(Area, Dir),
}

struct Reading {
    listing: Listing,
    next: usize,
}

type DescriptorHandle = Resource<types::Descriptor>;
type ListingHandle = Resource<types::DirectoryEntryStream>;

/// The part of a guest that this interface works on.
pub(super) struct View<'a> {
    guest: &'a mut Guest,
}

struct HasView;

impl HasData for HasView {
    type Data<'a> = View<'a>;
}

pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    fn view(guest: &mut Guest) -> View<'_> {
        View { guest }
    }
    types::add_to_linker::<Guest, HasView>(linker, view)?;
    preopens::add_to_linker::<Guest, HasView>(linker, view)
}

fn tree(dirs: &AttemptDir, area: Area) -> &Tree {
    match area {
        Area::Work => &dirs.work,
        Area::Scratch => &dirs.scratch,
    }
}

fn code(error: &WorkError) -> ErrorCode {
    match error {
        WorkError::Escape => ErrorCode::NotPermitted,
        WorkError::Quota { .. } => ErrorCode::Quota,
        WorkError::Unsupported(_) => ErrorCode::Unsupported,
        WorkError::Os(_) => match error.errno() {
            Some(number) => ErrorCode::from(std::io::Error::from_raw_os_error(number)),
            None => ErrorCode::Io,
        },
    }
}

fn failed(error: &WorkError) -> FsError {
    code(error).into()
}

fn kind(kind: FileKind) -> DescriptorType {
    match kind {
        FileKind::File => DescriptorType::RegularFile,
        FileKind::Directory => DescriptorType::Directory,
        FileKind::Link => DescriptorType::SymbolicLink,
        FileKind::Other => DescriptorType::Unknown,
    }
}

fn descriptor_stat(stat: &Stat) -> DescriptorStat {
    let modified = wasmtime_wasi::p2::bindings::clocks::wall_clock::Datetime {
        seconds: u64::try_from(stat.modified_ns / 1_000_000_000).unwrap_or(0),
        nanoseconds: u32::try_from(stat.modified_ns % 1_000_000_000).unwrap_or(0),
    };
    DescriptorStat {
        type_: kind(stat.kind),
        link_count: 1,
        size: stat.len,
        data_access_timestamp: Some(modified),
        data_modification_timestamp: Some(modified),
        status_change_timestamp: Some(modified),
    }
}

fn hash(stat: &Stat) -> MetadataHashValue {
    MetadataHashValue { lower: stat.identity, upper: 0 }
}

fn follow(flags: PathFlags) -> Follow {
    if flags.contains(PathFlags::SYMLINK_FOLLOW) { Follow::Yes } else { Follow::No }
}

/// A final slash asks for a directory, which each operation checks by itself.
fn clean(path: &str) -> PathBuf {
    PathBuf::from(path.trim_end_matches('/'))
}

impl View<'_> {
    fn node(&mut self, handle: &DescriptorHandle) -> FsResult<&Node> {
        Ok(self.guest.table().get(&Resource::<Node>::new_borrow(handle.rep()))?)
    }

    fn file(&mut self, handle: &DescriptorHandle) -> FsResult<OpenFile> {
        match self.node(handle)? {
            Node::File(file) => Ok(file.clone()),
            Node::Dir(..) => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    fn dir(&mut self, handle: &DescriptorHandle) -> FsResult<(Arc<AttemptDir>, Area, Dir)> {
        let dirs = Arc::clone(&self.guest.dir);
        match self.node(handle)? {
            Node::Dir(area, dir) => Ok((dirs, *area, dir.clone())),
            Node::File(_) => Err(ErrorCode::NotDirectory.into()),
        }
    }

    /// Runs an operation of the tree that a directory handle belongs to.
    fn in_dir<T>(
        &mut self,
        handle: &DescriptorHandle,
        operation: impl FnOnce(&Tree, &Dir) -> windlass_workdir::FsResult<T>,
    ) -> FsResult<T> {
        let (dirs, area, dir) = self.dir(handle)?;
        operation(tree(&dirs, area), &dir).map_err(|error| failed(&error))
    }

    fn push(&mut self, node: Node) -> FsResult<DescriptorHandle> {
        let handle = self.guest.table().push(node)?;
        Ok(Resource::new_own(handle.rep()))
    }

    fn stat_of(&mut self, handle: &DescriptorHandle) -> FsResult<Stat> {
        let dirs = Arc::clone(&self.guest.dir);
        match self.node(handle)? {
            Node::File(file) => file.stat(),
            Node::Dir(area, dir) => tree(&dirs, *area).stat_dir(dir),
        }
        .map_err(|error| failed(&error))
    }

    fn time(&self, time: NewTimestamp) -> Option<SystemTime> {
        match time {
            NewTimestamp::NoChange => None,
            NewTimestamp::Now => {
                Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(self.guest.time.wall_ns()))
            }
            NewTimestamp::Timestamp(t) => {
                SystemTime::UNIX_EPOCH.checked_add(Duration::new(t.seconds, t.nanoseconds.min(999_999_999)))
            }
        }
    }
}

impl preopens::Host for View<'_> {
    fn get_directories(
        &mut self,
    ) -> wasmtime::Result<Vec<(Resource<wasmtime_wasi::p2::bindings::filesystem::types::Descriptor>, String)>>
    {
        let dirs = Arc::clone(&self.guest.dir);
        let mut roots = Vec::new();
        for (area, name) in [(Area::Work, "/work"), (Area::Scratch, "/tmp")] {
            let node = Node::Dir(area, tree(&dirs, area).root().clone());
            let handle = self.guest.table().push(node)?;
            roots.push((Resource::new_own(handle.rep()), name.to_owned()));
        }
        Ok(roots)
    }
}

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<types::ErrorCode> {
        Ok(error.downcast()?.into())
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<IoError>,
    ) -> wasmtime::Result<Option<types::ErrorCode>> {
        let error = self.guest.table().get(&error)?;
        Ok(error.downcast_ref::<WorkError>().map(|error| code(error).into()))
    }
}

impl types::HostDescriptor for View<'_> {
    fn advise(&mut self, _: DescriptorHandle, _: Filesize, _: Filesize, _: Advice) -> FsResult<()> {
        Ok(())
    }

    fn sync_data(&mut self, _: DescriptorHandle) -> FsResult<()> {
        Ok(())
    }

    fn sync(&mut self, _: DescriptorHandle) -> FsResult<()> {
        Ok(())
    }

    fn get_flags(&mut self, handle: DescriptorHandle) -> FsResult<DescriptorFlags> {
        Ok(match self.node(&handle)? {
            Node::File(file) if file.is_writable() => DescriptorFlags::READ | DescriptorFlags::WRITE,
            Node::File(_) => DescriptorFlags::READ,
            Node::Dir(..) => DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
        })
    }

    fn get_type(&mut self, handle: DescriptorHandle) -> FsResult<DescriptorType> {
        Ok(match self.node(&handle)? {
            Node::File(_) => DescriptorType::RegularFile,
            Node::Dir(..) => DescriptorType::Directory,
        })
    }

    fn set_size(&mut self, handle: DescriptorHandle, size: Filesize) -> FsResult<()> {
        self.file(&handle)?.set_len(size).map_err(|error| failed(&error))
    }

    fn set_times(
        &mut self,
        handle: DescriptorHandle,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let times = (self.time(accessed), self.time(modified));
        match self.node(&handle)? {
            Node::File(file) => file.set_times(times.0, times.1).map_err(|error| failed(&error)),
            Node::Dir(..) => Ok(()),
        }
    }

    fn read(
        &mut self,
        handle: DescriptorHandle,
        len: Filesize,
        offset: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        let mut buffer = vec![0; usize::try_from(len.min(MAX_READ_BYTES)).unwrap_or(0)];
        let count = self.file(&handle)?.read_at(&mut buffer, offset).map_err(|error| failed(&error))?;
        let end = count == 0 && !buffer.is_empty();
        buffer.truncate(count);
        Ok((buffer, end))
    }

    fn write(&mut self, handle: DescriptorHandle, buffer: Vec<u8>, offset: Filesize) -> FsResult<Filesize> {
        self.file(&handle)?.write_at(&buffer, offset).map_err(|error| failed(&error))?;
        Ok(buffer.len() as u64)
    }

    fn read_directory(&mut self, handle: DescriptorHandle) -> FsResult<ListingHandle> {
        let listings = self.guest.listings.clone();
        let listing = self.in_dir(&handle, |tree, dir| listings.take(tree, dir))?;
        let listing = self.guest.table().push(Reading { listing, next: 0 })?;
        Ok(Resource::new_own(listing.rep()))
    }

    fn create_directory_at(&mut self, handle: DescriptorHandle, path: String) -> FsResult<()> {
        self.in_dir(&handle, |tree, dir| tree.make_dir(dir, &clean(&path)))
    }

    fn stat(&mut self, handle: DescriptorHandle) -> FsResult<DescriptorStat> {
        Ok(descriptor_stat(&self.stat_of(&handle)?))
    }

    fn stat_at(
        &mut self,
        handle: DescriptorHandle,
        flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        let stat = self.in_dir(&handle, |tree, dir| tree.stat(dir, &clean(&path), follow(flags)))?;
        Ok(descriptor_stat(&stat))
    }

    fn set_times_at(
        &mut self,
        handle: DescriptorHandle,
        flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        let (accessed, modified) = (self.time(accessed), self.time(modified));
        self.in_dir(&handle, |tree, dir| {
            tree.set_times(dir, &clean(&path), follow(flags), accessed, modified)
        })
    }

    fn link_at(
        &mut self,
        _: DescriptorHandle,
        _: PathFlags,
        _: String,
        _: DescriptorHandle,
        _: String,
    ) -> FsResult<()> {
        // A hard link would let one change reach a file under another name, unrecorded.
        Err(ErrorCode::Unsupported.into())
    }

    fn open_at(
        &mut self,
        handle: DescriptorHandle,
        path_flags: PathFlags,
        path: String,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<DescriptorHandle> {
        let (dirs, area, dir) = self.dir(&handle)?;
        let node = open_node(tree(&dirs, area), area, &dir, &path, follow(path_flags), open, flags)?;
        self.push(node)
    }

    fn drop(&mut self, handle: DescriptorHandle) -> wasmtime::Result<()> {
        self.guest.table().delete(Resource::<Node>::new_own(handle.rep()))?;
        Ok(())
    }

    fn readlink_at(&mut self, handle: DescriptorHandle, path: String) -> FsResult<String> {
        let target = self.in_dir(&handle, |tree, dir| tree.read_link(dir, &clean(&path)))?;
        target.into_os_string().into_string().map_err(|_| ErrorCode::IllegalByteSequence.into())
    }

    fn remove_directory_at(&mut self, handle: DescriptorHandle, path: String) -> FsResult<()> {
        self.in_dir(&handle, |tree, dir| tree.remove_dir(dir, &clean(&path)))
    }

    fn rename_at(
        &mut self,
        handle: DescriptorHandle,
        old_path: String,
        new_handle: DescriptorHandle,
        new_path: String,
    ) -> FsResult<()> {
        let (_, new_area, new_dir) = self.dir(&new_handle)?;
        let (dirs, area, dir) = self.dir(&handle)?;
        if area != new_area {
            return Err(ErrorCode::CrossDevice.into());
        }
        tree(&dirs, area)
            .rename(&dir, &clean(&old_path), &new_dir, &clean(&new_path))
            .map_err(|error| failed(&error))
    }

    fn symlink_at(&mut self, handle: DescriptorHandle, target: String, path: String) -> FsResult<()> {
        if target.starts_with('/') {
            return Err(ErrorCode::NotPermitted.into());
        }
        self.in_dir(&handle, |tree, dir| tree.make_link(dir, Path::new(&target), &clean(&path)))
    }

    fn unlink_file_at(&mut self, handle: DescriptorHandle, path: String) -> FsResult<()> {
        self.in_dir(&handle, |tree, dir| tree.remove_file(dir, Path::new(&path)))
    }

    fn read_via_stream(
        &mut self,
        handle: DescriptorHandle,
        offset: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let stream: DynInputStream = Box::new(FileReader::new(self.file(&handle)?, offset));
        Ok(self.guest.table().push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        handle: DescriptorHandle,
        offset: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        self.writer(&handle, Place::At(offset))
    }

    fn append_via_stream(&mut self, handle: DescriptorHandle) -> FsResult<Resource<DynOutputStream>> {
        self.writer(&handle, Place::End)
    }

    fn is_same_object(&mut self, a: DescriptorHandle, b: DescriptorHandle) -> wasmtime::Result<bool> {
        match (self.stat_of(&a), self.stat_of(&b)) {
            (Ok(a), Ok(b)) => Ok(a.inode == b.inode && a.identity == b.identity),
            _ => Ok(false),
        }
    }

    fn metadata_hash(&mut self, handle: DescriptorHandle) -> FsResult<MetadataHashValue> {
        Ok(hash(&self.stat_of(&handle)?))
    }

    fn metadata_hash_at(
        &mut self,
        handle: DescriptorHandle,
        flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        Ok(hash(&self.in_dir(&handle, |tree, dir| tree.stat(dir, &clean(&path), follow(flags)))?))
    }
}

impl View<'_> {
    fn writer(&mut self, handle: &DescriptorHandle, place: Place) -> FsResult<Resource<DynOutputStream>> {
        let stream: DynOutputStream = Box::new(FileWriter::new(self.file(handle)?, place));
        Ok(self.guest.table().push(stream)?)
    }
}

impl types::HostDirectoryEntryStream for View<'_> {
    fn read_directory_entry(&mut self, listing: ListingHandle) -> FsResult<Option<DirectoryEntry>> {
        let reading = self.guest.table().get_mut(&Resource::<Reading>::new_borrow(listing.rep()))?;
        let entry = reading.listing.entries().get(reading.next);
        reading.next += 1;
        Ok(entry.map(|entry| DirectoryEntry {
            type_: kind(entry.kind),
            name: entry.name.to_string_lossy().into_owned(),
        }))
    }

    fn drop(&mut self, listing: ListingHandle) -> wasmtime::Result<()> {
        self.guest.table().delete(Resource::<Reading>::new_own(listing.rep()))?;
        Ok(())
    }
}

fn open_node(
    tree: &Tree,
    area: Area,
    dir: &Dir,
    path: &str,
    follow: Follow,
    open: OpenFlags,
    flags: DescriptorFlags,
) -> FsResult<Node> {
    let clean_path = clean(path);
    let there = tree.stat(dir, &clean_path, follow).map(|stat| stat.kind);
    if matches!(there, Ok(FileKind::Directory)) {
        if open.contains(OpenFlags::CREATE | OpenFlags::EXCLUSIVE) {
            return Err(ErrorCode::Exist.into());
        }
        if open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE) || flags.contains(DescriptorFlags::WRITE)
        {
            return Err(ErrorCode::IsDirectory.into());
        }
        let dir = tree.open_dir(dir, &clean_path).map_err(|error| failed(&error))?;
        return Ok(Node::Dir(area, dir));
    }
    if open.contains(OpenFlags::DIRECTORY) || path.ends_with('/') {
        there.map_err(|error| failed(&error))?;
        return Err(ErrorCode::NotDirectory.into());
    }
    let mode = OpenMode {
        write: flags.contains(DescriptorFlags::WRITE)
            || open.intersects(OpenFlags::CREATE | OpenFlags::TRUNCATE),
        create: open.contains(OpenFlags::CREATE),
        exclusive: open.contains(OpenFlags::EXCLUSIVE),
        truncate: open.contains(OpenFlags::TRUNCATE),
    };
    tree.open_file(dir, &clean_path, follow, mode).map(Node::File).map_err(|error| failed(&error))
}
