//! The promotion step `set-freight-alias`: gives freight of the project another alias.

use schemars::JsonSchema;
use serde::Deserialize;
use windlass_step::{Context, ErrorKind, Outcome, Step};

/// The step.
#[derive(Debug)]
pub struct SetFreightAlias;

/// Which freight, and its new alias.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The name of the freight. It need not be the one that is being promoted.
    #[schemars(length(min = 1))]
    name: String,
    /// The alias, which no other freight of the project may have.
    #[schemars(length(min = 1))]
    alias: String,
}

impl Step for SetFreightAlias {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        let Config { name, alias } = config;
        let former = match context.set_alias(&name, &alias) {
            Ok(former) => former,
            // As in Kargo, whatever is wrong with the names stays wrong.
            Err(error) => {
                let project = &context.step().project;
                return match error.code.as_str() {
                    "record-not-found" => {
                        Outcome::failed(format!("Freight {name:?} not found in project {project:?}"))
                    }
                    "alias-taken" => Outcome::failed(format!(
                        "alias {alias:?} is already in use by another Freight in project {project:?}"
                    )),
                    _ if error.kind == ErrorKind::Invalid => Outcome::failed(format!(
                        "failed to patch alias for Freight {name:?} in project {project:?}: {}",
                        error.message
                    )),
                    _ => Outcome::from_error(&error).in_context("error setting the alias"),
                };
            }
        };
        Outcome::succeeded()
            .with_message(format!("updated alias of Freight {name:?} from {former:?} to {alias:?}"))
    }
}

windlass_step::export!(SetFreightAlias);
