//! What a server tells while it runs: one line an event on standard error, for people or for machines.

mod traces;

use std::io::IsTerminal as _;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use url::Url;

use crate::failure::Failure;
use traces::Traces;

/// The target of all spans, in every room.
const SPANS: &str = "windlass::spans";

/// Lines that may wait for whoever reads them; those beyond are lost.
const MOST_LINES: usize = 16_384;

/// What tells, as long as it is kept.
pub(crate) struct Logging {
    traces: Option<Traces>,
    /// Writes what is left when it is dropped.
    _lines: WorkerGuard,
}

impl Logging {
    /// Tells what is left.
    pub(crate) async fn stop(self) {
        if let Some(traces) = self.traces {
            traces.stop().await;
        }
    }
}

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
/// collector, if there is one. Lines are written by a thread of their own: whoever does not read them holds nobody up.
///
/// # Errors
/// If nothing can be told to the collector by its address.
pub(crate) fn start(level: LogLevel, format: LogFormat, collector: Option<&Url>) -> Result<Logging, Failure> {
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
    let buffer = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(MOST_LINES);
    let (writer, guard) = buffer.finish(std::io::stderr());
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let registry = tracing_subscriber::registry().with(spans);
    match format {
        LogFormat::Text => {
            let lines = lines.with_ansi(std::io::stderr().is_terminal());
            registry.with(lines.with_filter(told)).init();
        }
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(told)).init(),
    }
    Ok(Logging { traces, _lines: guard })
}
