//! A module's linear memory, with every access checked.

use wasmtime::{Caller, Extern};

use super::errno::Errno;
use crate::guest::Guest;

/// One call takes this many pieces at most, as Linux does.
const MAX_BUFFERS: u32 = 1_024;

/// One call moves this many bytes at most, in pieces that may be the same again and again: no limit stops the host's own
/// work. More is asked for in the next call.
const MAX_BUFFERS_BYTES: u32 = 16 << 20;

/// The memory of the calling module.
pub(crate) struct GuestMemory<'a>(&'a mut [u8]);

impl<'a> GuestMemory<'a> {
    /// The memory and the state of the caller.
    pub(crate) fn of(caller: &'a mut Caller<'_, Guest>) -> wasmtime::Result<(Self, &'a mut Guest)> {
        match caller.get_export("memory") {
            Some(Extern::Memory(memory)) => {
                let (bytes, guest) = memory.data_and_store_mut(caller);
                Ok((Self(bytes), guest))
            }
            _ => Err(wasmtime::Error::msg("the module exports no memory named \"memory\"")),
        }
    }

    fn range(&self, ptr: u32, len: u32) -> Result<std::ops::Range<usize>, Errno> {
        let start = ptr as usize;
        let end = start.checked_add(len as usize).ok_or(Errno::Fault)?;
        if end <= self.0.len() { Ok(start..end) } else { Err(Errno::Fault) }
    }

    pub(crate) fn bytes(&self, ptr: u32, len: u32) -> Result<&[u8], Errno> {
        let range = self.range(ptr, len)?;
        Ok(&self.0[range])
    }

    pub(crate) fn bytes_mut(&mut self, ptr: u32, len: u32) -> Result<&mut [u8], Errno> {
        let range = self.range(ptr, len)?;
        Ok(&mut self.0[range])
    }

    pub(crate) fn text(&self, ptr: u32, len: u32) -> Result<&str, Errno> {
        std::str::from_utf8(self.bytes(ptr, len)?).map_err(|_| Errno::Inval)
    }

    pub(crate) fn read_u32(&self, ptr: u32) -> Result<u32, Errno> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.bytes(ptr, 4)?);
        Ok(u32::from_le_bytes(bytes))
    }

    pub(crate) fn read_u64(&self, ptr: u32) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.bytes(ptr, 8)?);
        Ok(u64::from_le_bytes(bytes))
    }

    pub(crate) fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Fault)?;
        self.bytes_mut(ptr, len)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn write_u32(&mut self, ptr: u32, value: u32) -> Result<(), Errno> {
        self.write(ptr, &value.to_le_bytes())
    }

    pub(crate) fn write_u64(&mut self, ptr: u32, value: u64) -> Result<(), Errno> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// The buffers of a list of `iovec`s, as (pointer, length), cut where they are more than one call moves.
    pub(crate) fn buffers(&self, list: u32, count: u32) -> Result<Vec<(u32, u32)>, Errno> {
        if count > MAX_BUFFERS {
            return Err(Errno::Inval);
        }
        let raw = self.bytes(list, count * 8)?;
        let mut room = MAX_BUFFERS_BYTES;
        Ok(raw
            .chunks_exact(8)
            .map(|iovec| {
                let word =
                    |at: usize| u32::from_le_bytes([iovec[at], iovec[at + 1], iovec[at + 2], iovec[at + 3]]);
                let len = word(4).min(room);
                room -= len;
                (word(0), len)
            })
            .collect())
    }
}
