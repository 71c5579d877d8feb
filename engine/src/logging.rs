//! What a server tells while it runs: one line an event on standard error, for people or for machines.

mod traces;

use std::io::IsTerminal as _;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use url::Url;

use crate::failure::Failure;
pub(crate) use traces::Traces;

/// The target of all spans, in every room.
const SPANS: &str = "windlass::spans";

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

/// Begins to tell. What is told is made of names, numbers and messages that have had secrets taken out. Spans go to the
/// collector, if there is one, until what is returned is stopped.
///
/// # Errors
/// If nothing can be told to the collector by its address.
pub(crate) fn start(
    level: LogLevel,
    format: LogFormat,
    collector: Option<&Url>,
) -> Result<Option<Traces>, Failure> {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let (traces, spans) = match collector.map(traces::start).transpose()? {
        Some((traces, tracer)) => {
            let spans = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false);
            (Some(traces), Some(spans.with_filter(Targets::new().with_target(SPANS, LevelFilter::INFO))))
        }
        None => (None, None),
    };
    // Spans are for the collector alone: lines say what they need themselves.
    let told = Targets::new().with_default(level).with_target(SPANS, LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(spans);
    match format {
        LogFormat::Text => {
            let lines = lines.with_ansi(std::io::stderr().is_terminal());
            registry.with(lines.with_filter(told)).init();
        }
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(told)).init(),
    }
    Ok(traces)
}
