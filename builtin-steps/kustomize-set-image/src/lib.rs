//! The promotion step `kustomize-set-image`: says in a kustomization file which image stands for a name in the manifests.

mod config;
mod edit;
mod entries;
mod image;
mod layout;
mod line;
mod target;

use serde_json::json;
use windlass_step::{Context, Outcome, Step};

pub use config::{Config, ImageUpdate};

/// The step.
#[derive(Debug)]
pub struct KustomizeSetImage;

impl Step for KustomizeSetImage {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match set_images(&config, context) {
            Ok(Some(message)) => Outcome::succeeded().with_output(json!({ "commitMessage": message })),
            Ok(None) => Outcome::succeeded(),
            Err(message) => Outcome::errored(message),
        }
    }
}

/// Edits the file; the message for a commit of it, if it names images. Errors are for people.
fn set_images(config: &Config, context: &Context) -> Result<Option<String>, String> {
    let file = target::find(context, &config.path)
        .map_err(|error| format!("could not discover kustomization file: {error}"))?;
    let wanted = if config.images.is_empty() {
        image::of_freight(&context.step().freight)?
    } else {
        image::of_updates(&config.images)
    };
    let text = target::read(&file).map_err(|error| format!("could not read Kustomization file: {error}"))?;
    let edited = edit::set_images(text, &wanted)?;
    std::fs::write(&file, layout::as_kargo_writes(edited.text))
        .map_err(|error| format!("could not write updated Kustomization file: {error}"))?;
    Ok(image::commit_message(&config.path, &edited.images))
}

windlass_step::export!(KustomizeSetImage);
