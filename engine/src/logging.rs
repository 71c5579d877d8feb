//! What a server tells while it runs: one line an event on standard error, for people or for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::LevelFilter;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// What needs somebody.
    Error,
    /// What goes wrong for the moment, too.
    Warn,
    /// What happens to promotions and freight, too.
    #[default]
    Info,
    /// Every request, too.
    Debug,
}

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines to read.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// Begins to tell. What is told is made of names, numbers and messages that have had secrets taken out.
pub(crate) fn start(level: LogLevel, format: LogFormat) {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}
