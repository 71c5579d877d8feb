//! Write a step of a promotion in Rust.
//!
//! A step is a struct that implements [`Step`]: its configuration is a struct of its own, from which the schema is made,
//! and [`Step::run`] returns an [`Outcome`]. It reaches the world only through its [`Context`]: the files beneath
//! [`Context::path`], and capabilities that are granted to it.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use windlass_step::{Context, Outcome, Step, testing::Harness};
//!
//! /// Writes a greeting.
//! struct Greet;
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(rename_all = "camelCase", deny_unknown_fields)]
//! struct Config {
//!     /// Whom to greet.
//!     name: String,
//!     /// The file to write.
//!     out_path: String,
//! }
//!
//! impl Step for Greet {
//!     type Config = Config;
//!
//!     fn run(config: Config, context: &Context) -> Outcome {
//!         match std::fs::write(context.path(&config.out_path), format!("Hello, {}!\n", config.name)) {
//!             Ok(()) => Outcome::succeeded().with_output(serde_json::json!({"greeted": config.name})),
//!             Err(error) => Outcome::errored(format!("{}: {error}", config.out_path)),
//!         }
//!     }
//! }
//!
//! windlass_step::export!(Greet);
//!
//! // On the author's machine, without an engine:
//! let test = Harness::new();
//! let outcome = test.run::<Greet>(serde_json::json!({"name": "Ada", "outPath": "hello.txt"}));
//! assert_eq!(outcome.output, Some(serde_json::json!({"greeted": "Ada"})));
//! assert_eq!(test.read("hello.txt"), "Hello, Ada!\n");
//! ```
//!
//! Built as a `cdylib` for `wasm32-wasip2`, and finished with `windlass step build`, it runs in any promotion.

mod capability;
mod context;
mod export;
mod freight;
mod host;
mod outcome;
mod schema;
mod step;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

/// The contract's own types and functions, made from `wit/step.wit`.
#[doc(hidden)]
#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::cast_lossless,
    clippy::semicolon_if_nothing_returned,
    clippy::too_many_lines,
    clippy::uninlined_format_args,
    clippy::use_self,
    unsafe_code,
    reason = "generated code"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "authored",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_component",
    });
}

pub use bindings::windlass::step::types::{Error, ErrorKind, Retry};
pub use capability::{attempt, git, http, log, metadata, objects, secrets};
pub use context::{Context, StepContext, TargetFreight};
#[doc(hidden)]
pub use export::Exported;
pub use freight::{Chart, Freight, FreightCollection, FreightOrigin, GitCommit, Image};
pub use outcome::{Fault, HealthCheck, HealthLevel, HealthReport, Outcome, Status};
pub use schema::{at_most_one, exactly_one, inline_schema};
pub use step::Step;

/// The examples in the pages about writing steps, compiled as tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/authoring/README.md")]
    struct Authoring;
}
