//! One measured figure.

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// It stands beside another for comparison.
    None,
}

/// A figure with its name and unit.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    pub(crate) target: Target,
}

impl Line {
    pub(crate) fn print(&self) {
        let (target, verdict) = match self.target {
            Target::AtMost(most) if self.value <= most => (most.to_string(), "ok"),
            Target::AtLeast(least) if self.value >= least => (least.to_string(), "ok"),
            Target::AtMost(bound) | Target::AtLeast(bound) => (bound.to_string(), "short"),
            Target::None => ("-".to_owned(), "ok"),
        };
        #[expect(clippy::print_stdout, reason = "the lines are what a benchmark is for")]
        {
            println!("bench {} {:.3} {} target {target} {verdict}", self.name, self.value, self.unit);
        }
    }
}

/// The middle one; the least of outliers.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The time now, in microseconds.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
pub(crate) fn now_micros() -> f64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    since.as_secs_f64() * 1e6
}
