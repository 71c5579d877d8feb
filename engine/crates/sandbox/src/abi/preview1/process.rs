//! Arguments, environment, clocks, randomness, waiting and ending.

use std::time::Duration;

use rand_chacha::rand_core::Rng as _;
use wasmtime::{Caller, Linker};
use wasmtime_wasi::I32Exit;

use super::errno::Errno;
use super::{Fault, MODULE, Outcome, answer};
use crate::guest::Guest;
use crate::guest::GuestTime;

/// The only argument: the name of the program.
const ARGUMENTS: [&str; 1] = ["step"];

/// The whole environment. Snapshots are taken with the same, since it is frozen in them.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [("PWD", "/work"), ("HOME", "/tmp"), ("TMPDIR", "/tmp")];

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

/// More randomness than this is asked for in pieces.
const MAX_RANDOM_BYTES: u32 = 1 << 20;

/// More subscriptions than this make no sense.
const MAX_SUBSCRIPTIONS: u32 = 4_096;

fn list_of_texts(texts: &[String]) -> (u32, u32) {
    let bytes: usize = texts.iter().map(|text| text.len() + 1).sum();
    (u32::try_from(texts.len()).unwrap_or(u32::MAX), u32::try_from(bytes).unwrap_or(u32::MAX))
}

fn write_texts(
    caller: &mut Caller<'_, Guest>,
    texts: &[String],
    mut pointers: u32,
    mut buffer: u32,
) -> wasmtime::Result<i32> {
    answer(caller, |memory, _| {
        for text in texts {
            memory.write_u32(pointers, buffer)?;
            memory.write(buffer, text.as_bytes())?;
            let len = u32::try_from(text.len()).map_err(|_| Errno::Fault)?;
            memory.write(buffer + len, &[0])?;
            pointers += 4;
            buffer += len + 1;
        }
        Ok(())
    })
}

fn arguments() -> Vec<String> {
    ARGUMENTS.iter().map(ToString::to_string).collect()
}

fn environment() -> Vec<String> {
    ENVIRONMENT.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

fn clock_ns(time: &GuestTime, id: u32) -> Result<u64, Errno> {
    match id {
        REALTIME => Ok(time.wall_ns()),
        MONOTONIC => Ok(time.monotonic_ns()),
        _ => Err(Errno::Inval),
    }
}

/// One subscription of `poll_oneoff`.
enum Subscription {
    /// Until the monotonic clock shows this.
    Until(u64),
    /// A descriptor: always ready.
    Ready(u8),
}

const CLOCK_EVENT: u8 = 0;
const ABSOLUTE_TIME: u64 = 1;

fn read_subscription(
    memory: &super::GuestMemory<'_>,
    time: &GuestTime,
    at: u32,
) -> Result<(u64, Subscription), Errno> {
    let user_data = memory.read_u64(at)?;
    let kind = memory.bytes(at + 8, 1)?[0];
    if kind != CLOCK_EVENT {
        return Ok((user_data, Subscription::Ready(kind)));
    }
    let id = memory.read_u32(at + 16)?;
    let timeout = memory.read_u64(at + 24)?;
    let absolute = memory.read_u64(at + 40)? & 0xffff & ABSOLUTE_TIME != 0;
    let now = clock_ns(time, id)?;
    let wait = if absolute { timeout.saturating_sub(now) } else { timeout };
    Ok((user_data, Subscription::Until(time.monotonic_ns().saturating_add(wait))))
}

/// Sleeps until the first clock is due, unless a descriptor is ready: all of them are, at any time.
fn poll(memory: &mut super::GuestMemory<'_>, guest: &mut Guest, args: PollArguments) -> Outcome {
    if args.count == 0 || args.count > MAX_SUBSCRIPTIONS {
        return Err(Errno::Inval.into());
    }
    let mut subscriptions = Vec::new();
    for i in 0..args.count {
        let at = args.subscriptions.checked_add(i * 48).ok_or(Errno::Fault)?;
        subscriptions.push(read_subscription(memory, &guest.time, at)?);
    }
    let any_ready = subscriptions.iter().any(|(_, s)| matches!(s, Subscription::Ready(_)));
    if !any_ready {
        let due = subscriptions.iter().filter_map(|(_, s)| match s {
            Subscription::Until(due) => Some(*due),
            Subscription::Ready(_) => None,
        });
        sleep(guest, due.min().unwrap_or(0))?;
    }
    let now = guest.time.monotonic_ns();
    let mut written = 0;
    for (user_data, subscription) in subscriptions {
        let kind = match subscription {
            Subscription::Until(due) if due <= now => CLOCK_EVENT,
            Subscription::Ready(kind) => kind,
            Subscription::Until(_) => continue,
        };
        let at = args.events.checked_add(written * 32).ok_or(Errno::Fault)?;
        memory.write(at, &[0; 32])?;
        memory.write_u64(at, user_data)?;
        memory.write(at + 10, &[kind])?;
        written += 1;
    }
    Ok(memory.write_u32(args.written, written)?)
}

struct PollArguments {
    subscriptions: u32,
    events: u32,
    count: u32,
    written: u32,
}

/// Waits on the host's clock, but never past the attempt's end.
fn sleep(guest: &mut Guest, due_ns: u64) -> Outcome {
    guest.flush_output();
    let wait = Duration::from_nanos(due_ns.saturating_sub(guest.time.monotonic_ns()));
    let clock = guest.time.clock();
    let wake = clock.now().plus(wait).min(guest.budget.deadline());
    let cancelled = guest.budget.cancel().cancelled();
    guest.runtime().block_on(async {
        tokio::select! {
            () = clock.sleep_until(wake) => {}
            () = cancelled => {}
        }
    });
    guest.budget.check().map_err(|stop| Fault::End(stop.into()))
}

pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    add_texts(linker)?;
    linker.func_wrap(MODULE, "clock_res_get", |mut caller: Caller<'_, Guest>, id: u32, out: u32| {
        answer(&mut caller, |memory, guest| {
            clock_ns(&guest.time, id)?;
            Ok(memory.write_u64(out, 1_000)?)
        })
    })?;
    linker.func_wrap(
        MODULE,
        "clock_time_get",
        |mut caller: Caller<'_, Guest>, id: u32, _precision: u64, out: u32| {
            answer(&mut caller, |memory, guest| Ok(memory.write_u64(out, clock_ns(&guest.time, id)?)?))
        },
    )?;
    linker.func_wrap(MODULE, "random_get", |mut caller: Caller<'_, Guest>, ptr: u32, len: u32| {
        answer(&mut caller, |memory, guest| {
            if len > MAX_RANDOM_BYTES {
                return Err(Errno::Inval.into());
            }
            guest.random.fill_bytes(memory.bytes_mut(ptr, len)?);
            Ok(())
        })
    })?;
    linker.func_wrap(MODULE, "sched_yield", |caller: Caller<'_, Guest>| -> wasmtime::Result<i32> {
        caller.data().budget.check()?;
        Ok(0)
    })?;
    linker.func_wrap(
        MODULE,
        "poll_oneoff",
        |mut caller: Caller<'_, Guest>, subscriptions: u32, events: u32, count: u32, written: u32| {
            let args = PollArguments { subscriptions, events, count, written };
            answer(&mut caller, |memory, guest| poll(memory, guest, args))
        },
    )?;
    linker.func_wrap(MODULE, "proc_exit", |_: Caller<'_, Guest>, code: i32| -> wasmtime::Result<()> {
        Err(I32Exit(code).into())
    })?;
    linker.func_wrap(MODULE, "proc_raise", |_: Caller<'_, Guest>, _signal: i32| -> i32 {
        Errno::Notsup as i32
    })?;
    Ok(())
}

fn add_texts(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    for (get, sizes, texts) in [
        ("args_get", "args_sizes_get", arguments as fn() -> Vec<String>),
        ("environ_get", "environ_sizes_get", environment),
    ] {
        linker.func_wrap(MODULE, sizes, move |mut caller: Caller<'_, Guest>, count: u32, size: u32| {
            let (texts, bytes) = list_of_texts(&texts());
            answer(&mut caller, |memory, _| {
                memory.write_u32(count, texts)?;
                Ok(memory.write_u32(size, bytes)?)
            })
        })?;
        linker.func_wrap(MODULE, get, move |mut caller: Caller<'_, Guest>, pointers: u32, buffer: u32| {
            write_texts(&mut caller, &texts(), pointers, buffer)
        })?;
    }
    Ok(())
}
