//! The core import `windlass:step/call@0.1.0`: the calls of the contract as JSON, for modules without components.
//!
//! `call(ptr, len) -> handle` sends a call and keeps its answer; `read(handle, ptr, len) -> n` copies the next bytes of
//! the answer into the guest's own buffer, 0 at the end; `close(handle)` drops it. No allocator of the guest is ever
//! entered, which is what lets garbage-collected guests in. Negative results are errors of use.

use std::collections::BTreeMap;

use wasmtime::{Caller, Linker};
use windlass_model::call::{Call, CallError, answer_to_guest_json};

use crate::abi::preview1::memory::GuestMemory;
use crate::guest::Guest;

/// The module name under which the functions are imported.
const MODULE: &str = "windlass:step/call@0.1.0";

/// The largest call, in bytes: a body of 2 MiB in base64 and what is around it.
const MAX_CALL_BYTES: u32 = 4 << 20;

/// Answers that wait to be closed may take this many bytes, not counting the last.
const MAX_PENDING_BYTES: usize = 16 << 20;

/// A memory access outside the guest's memory.
const BAD_ADDRESS: i32 = -1;
/// A handle that is not open.
const BAD_HANDLE: i32 = -2;
/// Too many answers, or too long ones, are open at one time; the call was not made.
const TOO_MANY: i32 = -3;

/// Answers that have not been read to the end and closed.
#[derive(Debug, Default)]
pub(crate) struct PendingAnswers {
    open: BTreeMap<i32, (Vec<u8>, usize)>,
    bytes: usize,
    next: i32,
}

impl PendingAnswers {
    /// Whether there is room for one more beside `most`. Asked before a call is made, so that no answer is lost.
    fn have_room(&self, most: usize) -> bool {
        self.open.len() < most && self.bytes <= MAX_PENDING_BYTES
    }

    fn insert(&mut self, answer: Vec<u8>) -> i32 {
        self.next = self.next.checked_add(1).unwrap_or(1);
        while self.open.contains_key(&self.next) {
            self.next = self.next.checked_add(1).unwrap_or(1);
        }
        self.bytes += answer.len();
        self.open.insert(self.next, (answer, 0));
        self.next
    }

    fn remove(&mut self, handle: i32) -> bool {
        let removed = self.open.remove(&handle);
        self.bytes -= removed.as_ref().map_or(0, |(answer, _)| answer.len());
        removed.is_some()
    }
}

pub(crate) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "call", |mut caller: Caller<'_, Guest>, ptr: u32, len: u32| {
        caller.data().budget.check()?;
        if !caller.data().answers.have_room(caller.data().handles) {
            return Ok(TOO_MANY);
        }
        let request = {
            let (memory, _) = GuestMemory::of(&mut caller)?;
            match memory.bytes(ptr, len) {
                Ok(bytes) if len <= MAX_CALL_BYTES => Ok(bytes.to_vec()),
                Ok(_) => Err(CallError::invalid("call-too-large", "a call may be 4 MiB long")),
                Err(_) => return Ok(BAD_ADDRESS),
            }
        };
        let guest = caller.data_mut();
        let answer = request.and_then(|text| Call::from_guest_json(&text)).and_then(|call| guest.call(call));
        let text = answer_to_guest_json(&answer).to_string().into_bytes();
        guest.budget.check()?;
        Ok(guest.answers.insert(text))
    })?;
    linker.func_wrap(
        MODULE,
        "read",
        |mut caller: Caller<'_, Guest>, handle: i32, ptr: u32, len: u32| -> wasmtime::Result<i32> {
            let (mut memory, guest) = GuestMemory::of(&mut caller)?;
            let Some((answer, read)) = guest.answers.open.get_mut(&handle) else { return Ok(BAD_HANDLE) };
            let Ok(buffer) = memory.bytes_mut(ptr, len) else { return Ok(BAD_ADDRESS) };
            let rest = &answer[*read..];
            let count = rest.len().min(buffer.len()).min(i32::MAX as usize);
            buffer[..count].copy_from_slice(&rest[..count]);
            *read += count;
            Ok(i32::try_from(count).unwrap_or(i32::MAX))
        },
    )?;
    linker.func_wrap(MODULE, "close", |mut caller: Caller<'_, Guest>, handle: i32| -> i32 {
        if caller.data_mut().answers.remove(handle) { 0 } else { BAD_HANDLE }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_bounded_in_number_and_length() {
        let mut answers = PendingAnswers::default();
        let handles = [answers.insert(vec![0; MAX_PENDING_BYTES]), answers.insert(vec![0; 1])];
        assert_eq!(handles, [1, 2]);
        assert!(!answers.have_room(10), "too long");
        assert!(answers.remove(1) && !answers.remove(1));
        assert!(answers.have_room(2));
        assert!(!answers.have_room(1), "too many");
    }
}
