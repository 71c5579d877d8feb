//! `windlass step inspect`: what a step takes, gives and asks for, without running it.

use crate::failure::Failure;
use crate::step_sheet::StepSheet;
use crate::wiring;

#[derive(Debug, clap::Args)]
pub(crate) struct StepInspectArgs {
    /// The step.
    name: String,
    /// What to print.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Output {
    /// Text.
    #[default]
    Text,
    /// One JSON object, with the schemas.
    Json,
    /// The reference part of a page.
    Markdown,
}

impl StepInspectArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        let kind = super::run::find(wiring::catalog().as_ref(), &self.name)?;
        let sheet = StepSheet::of(&kind);
        match self.output {
            Output::Text => anstream::println!("{}", sheet.text()),
            Output::Json => anstream::println!("{:#}", sheet.json()),
            Output::Markdown => anstream::print!("{}", sheet.markdown()),
        }
        Ok(0)
    }
}
