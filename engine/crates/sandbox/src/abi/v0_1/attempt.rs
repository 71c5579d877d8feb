//! The interfaces `attempt` and `secrets`.

use windlass_model::call::attempt::{IdempotencyKey, Mode, Reveal};
use windlass_model::call::{Call, NoArguments, Reply};

use super::bindings::windlass::step::{attempt, secrets, types};
use super::convert::{Told, tell};
use crate::guest::Guest;

impl types::Host for Guest {}

impl attempt::Host for Guest {
    fn get_mode(&mut self) -> wasmtime::Result<attempt::Mode> {
        Ok(match self.call(Call::GetMode(NoArguments {})) {
            Ok(Reply::Mode(Mode::Plan)) => attempt::Mode::Plan,
            Ok(Reply::Mode(Mode::Replay)) => attempt::Mode::Replay,
            _ => attempt::Mode::Live,
        })
    }

    fn remaining_ms(&mut self) -> wasmtime::Result<u64> {
        Ok(match self.call(Call::RemainingMs(NoArguments {})) {
            Ok(Reply::RemainingMs(ms)) => ms,
            _ => 0,
        })
    }

    fn cancelled(&mut self) -> wasmtime::Result<bool> {
        Ok(!matches!(self.call(Call::Cancelled(NoArguments {})), Ok(Reply::Cancelled(false))))
    }

    fn idempotency_key(&mut self, purpose: String) -> wasmtime::Result<String> {
        match self.call(Call::IdempotencyKey(IdempotencyKey { purpose })) {
            Ok(Reply::IdempotencyKey(key)) => Ok(key),
            // A made-up key would defeat its purpose: better no step than one that sends things twice.
            Ok(_) => Err(wasmtime::Error::msg("the host gave another call's answer")),
            Err(error) => Err(error.into()),
        }
    }
}

impl secrets::Host for Guest {
    fn reveal(&mut self, token: String) -> Told<String> {
        tell(self.call(Call::SecretsReveal(Reveal { token })), |reply| match reply {
            Reply::Revealed(value) => Some(value.0),
            _ => None,
        })
    }
}
