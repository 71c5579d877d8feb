//! `windlass why`: what freight waits for.

use serde_json::Value;

use super::output::Format;
use crate::client::ServerArgs;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct WhyArgs {
    /// The stage, also as stage/NAME.
    #[arg(value_name = "STAGE")]
    stage: String,
    /// The freight, by name or alias; without it the newest of each warehouse.
    #[arg(long, value_name = "NAME")]
    freight: Option<String>,
    /// How to print it.
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    #[command(flatten)]
    server: ServerArgs,
}

impl WhyArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let (client, project) = (self.server.client()?, self.server.project()?);
        let stage = self.stage.strip_prefix("stage/").unwrap_or(&self.stage);
        let path = ["windlass", "v1", "projects", project.as_str(), "stages", stage, "why"];
        let query: Vec<(&str, &str)> = self.freight.iter().map(|name| ("freight", name.as_str())).collect();
        let answer = client.get(&path, &query).await?;
        match self.output {
            Format::Json => anstream::println!("{answer:#}"),
            Format::Yaml => super::output::print_data(&[answer], false, Format::Yaml)?,
            Format::Table | Format::Wide | Format::Name => tell(stage, &answer),
        }
        Ok(0)
    }
}

fn tell(stage: &str, answer: &Value) {
    let freight = answer["freight"].as_array().cloned().unwrap_or_default();
    if freight.is_empty() {
        anstream::println!("There is no freight for {stage} yet: its warehouses have made none.");
    }
    for freight in &freight {
        let name: String = freight["name"].as_str().unwrap_or_default().chars().take(7).collect();
        anstream::println!("{} ({name}) and {stage}:", freight["alias"].as_str().unwrap_or_default());
        for reason in freight["reasons"].as_array().into_iter().flatten() {
            anstream::println!("  {}", reason["message"].as_str().unwrap_or_default());
        }
    }
}
