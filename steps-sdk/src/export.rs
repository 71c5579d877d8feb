//! Making a component of a step: the exports of the contract, `run`, `check` and `describe`.

use std::path::PathBuf;

use serde_json::json;

use crate::Error;
use crate::bindings::exports::windlass::step::{health, run as contract};
use crate::context::Context;
use crate::host::HostHandle;
use crate::outcome::Outcome;
use crate::step::Step;

/// Makes a component of the type of a step: `windlass_step::export!(MyStep);`
///
/// On the author's machine nothing is exported, so that one test can link several steps.
#[macro_export]
macro_rules! export {
    ($step:ty) => {
        #[doc(hidden)]
        struct WindlassComponent;

        impl $crate::bindings::exports::windlass::step::run::Guest for WindlassComponent {
            fn run(
                request: $crate::bindings::exports::windlass::step::run::Request,
            ) -> $crate::bindings::exports::windlass::step::run::Outcome {
                <$step as $crate::Exported>::run_request(request)
            }
        }

        impl $crate::bindings::exports::windlass::step::manifest::Guest for WindlassComponent {
            fn describe() -> ::std::string::String {
                <$step as $crate::Exported>::describe()
            }
        }

        impl $crate::bindings::exports::windlass::step::health::Guest for WindlassComponent {
            fn check(
                input: ::std::string::String,
            ) -> ::std::result::Result<
                $crate::bindings::exports::windlass::step::health::Report,
                $crate::Error,
            > {
                <$step as $crate::Exported>::check_input(&input)
            }
        }

        #[cfg(target_family = "wasm")]
        $crate::bindings::export_component!(WindlassComponent with_types_in $crate::bindings);
    };
}

/// What [`export!`](crate::export) calls.
#[doc(hidden)]
pub trait Exported: Step {
    /// Runs the step on a request of the contract.
    fn run_request(request: contract::Request) -> contract::Outcome;

    /// Evaluates a check of health, given as JSON.
    ///
    /// # Errors
    /// Why it cannot be carried out.
    fn check_input(input: &str) -> Result<health::Report, Error>;

    /// What the step's code can tell of it: the schemas. The rest of the manifest stands in `step.toml`.
    #[must_use]
    fn describe() -> String;
}

impl<S: Step> Exported for S {
    fn run_request(request: contract::Request) -> contract::Outcome {
        let config = match serde_json::from_str(&request.config) {
            Ok(config) => config,
            Err(error) => return Outcome::failed(format!("invalid configuration: {error}")).into(),
        };
        let step = match serde_json::from_str(&request.context) {
            Ok(step) => step,
            Err(error) => {
                return Outcome::errored_terminal(format!("the host's context is not understood: {error}"))
                    .into();
            }
        };
        let context = Context {
            host: HostHandle::default(),
            work_dir: PathBuf::from("/work"),
            step,
            state: request.state.and_then(|text| serde_json::from_str(&text).ok()),
            attempt: request.attempt,
        };
        S::run(config, &context).into()
    }

    fn check_input(input: &str) -> Result<health::Report, Error> {
        let input = serde_json::from_str(input).unwrap_or_default();
        let context = Context {
            host: HostHandle::default(),
            work_dir: PathBuf::from("/work"),
            step: crate::StepContext::default(),
            state: None,
            attempt: 1,
        };
        S::check_health(input, &context).map(Into::into)
    }

    fn describe() -> String {
        let mut description = json!({ "configSchema": S::config_schema() });
        if let Some(schema) = S::output_schema() {
            description["outputSchema"] = schema;
        }
        description.to_string()
    }
}
