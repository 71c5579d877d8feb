//! The interface `log`: never fails, whatever becomes of the lines.

use windlass_model::call::Call;
use windlass_model::call::log::{Level, Line, Progress};

use super::bindings::windlass::step::log;
use crate::guest::Guest;

impl log::Host for Guest {
    fn write(&mut self, level: log::Level, message: String, fields: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        };
        let fields = serde_json::from_str(&fields).unwrap_or_default();
        let _ = self.call(Call::LogWrite(Line { level, message, fields }));
        Ok(self.budget.check()?)
    }

    fn progress(&mut self, done: u64, total: Option<u64>, message: String) -> wasmtime::Result<()> {
        let _ = self.call(Call::LogProgress(Progress { done, total, message }));
        Ok(self.budget.check()?)
    }
}
