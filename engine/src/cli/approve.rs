//! `windlass approve`: lets freight into a stage that it is not verified for.

use clap::ArgGroup;

use crate::client::ServerArgs;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("what").required(true).args(["freight", "freight_alias"])))]
pub(crate) struct ApproveArgs {
    /// The freight, by name.
    #[arg(long, value_name = "NAME")]
    freight: Option<String>,
    /// The freight, by alias.
    #[arg(long, value_name = "ALIAS")]
    freight_alias: Option<String>,
    /// The stage.
    #[arg(long)]
    stage: String,
    #[command(flatten)]
    server: ServerArgs,
}

impl ApproveArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let (client, project) = (self.server.client()?, self.server.project()?);
        let freight = self.freight.as_ref().or(self.freight_alias.as_ref());
        let freight = freight.map(String::as_str).unwrap_or_default();
        let path = ["v1beta1", "projects", project.as_str(), "freight", freight, "approve"];
        client.send("POST", &path, &[("stage", &self.stage)], None).await?;
        anstream::println!("freight/{freight} approved for {}", self.stage);
        Ok(0)
    }
}
