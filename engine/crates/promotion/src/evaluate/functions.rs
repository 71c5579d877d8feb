//! The functions Kargo adds to the language, as far as they need more than their arguments. Which of them exist depends
//! on the place (`kargo.md` 3.2).

mod data;
mod freight;
mod semver;
mod status;

use windlass_expr::{FunctionError, Functions, Value};

pub use data::{DataScope, ProjectData, SecretData};

use super::StepView;

/// Which functions exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    status: bool,
}

impl Allowed {
    /// In `if` and configuration.
    pub const ALL: Self = Self { status: true };
    /// In a step's variables.
    pub const STEP_VARS: Self = Self { status: false };
    /// In a promotion's variables.
    pub const PROMOTION_VARS: Self = Self { status: false };
}

/// The functions of a step.
pub struct HostFunctions<'a> {
    pub(super) view: &'a StepView<'a>,
    pub(super) allowed: Allowed,
}

/// The result of a function that exists.
type Called = Result<Value, FunctionError>;

const NAMES: &[&str] = &[
    "always",
    "artifactFrom",
    "chartFrom",
    "commitFrom",
    "configMap",
    "failure",
    "freightMetadata",
    "freightStatus",
    "imageFrom",
    "secret",
    "semverDiff",
    "semverParse",
    "sharedConfigMap",
    "sharedSecret",
    "stageMetadata",
    "status",
    "success",
    "warehouse",
];

impl Functions for HostFunctions<'_> {
    fn call(&self, name: &str, args: &[Value]) -> Option<Called> {
        self.data(name, args)
            .or_else(|| self.freight(name, args))
            .or_else(|| semver::call(name, args))
            .or_else(|| self.allowed.status.then(|| self.status(name, args)).flatten())
    }

    fn names(&self) -> &[&'static str] {
        NAMES
    }
}

/// The argument at `index` as text.
fn text<'v>(function: &str, args: &'v [Value], index: usize) -> Result<&'v str, FunctionError> {
    args.get(index).and_then(Value::as_str).ok_or_else(|| {
        FunctionError::new(match args.get(index) {
            Some(value) => {
                format!("{function}: argument {} must be a string, got {}", index + 1, value.type_name())
            }
            None => format!("{function}: argument {} is missing", index + 1),
        })
    })
}

/// Refuses a wrong number of arguments.
fn count(function: &str, args: &[Value], least: usize, most: usize) -> Result<(), FunctionError> {
    if (least..=most).contains(&args.len()) {
        return Ok(());
    }
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Err(FunctionError::new(format!("{function}: expected {expected} arguments, got {}", args.len())))
}
