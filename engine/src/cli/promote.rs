//! `windlass promote`: has a server promote freight.

use clap::ArgGroup;
use serde_json::{Value, json};

use super::follow::{Followed, follow};
use crate::client::{ApiClient, ServerArgs};
use crate::failure::{EXIT_FAILED, Failure};

#[derive(Debug, clap::Args)]
#[command(
    group(ArgGroup::new("what").args(["freight", "freight_alias", "warehouse"])),
    group(ArgGroup::new("where").required(true).args(["stage", "downstream_from", "abort"])),
    after_help = "Exit codes: 0 promoted (with --wait: succeeded), 1 the promotion did not succeed, 2 wrong input, 3 the server \
                  cannot be reached."
)]
pub(crate) struct PromoteArgs {
    /// The stage to promote to.
    #[arg(long)]
    stage: Option<String>,
    /// Promote to all stages that take freight from this one.
    #[arg(long, value_name = "STAGE", conflicts_with = "warehouse")]
    downstream_from: Option<String>,
    /// The freight, by name.
    #[arg(long, value_name = "NAME")]
    freight: Option<String>,
    /// The freight, by alias.
    #[arg(long, value_name = "ALIAS")]
    freight_alias: Option<String>,
    /// What would be promoted by itself, of this warehouse.
    #[arg(long, value_name = "NAME")]
    warehouse: Option<String>,
    /// Stop a promotion instead, the one of --name.
    #[arg(long, requires = "name", conflicts_with = "what")]
    abort: bool,
    /// The promotion to stop.
    #[arg(long, requires = "abort")]
    name: Option<String>,
    /// Wait until the promotion has ended, and show its steps.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl PromoteArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let (client, project) = (self.server.client()?, self.server.project()?);
        let of_project = ["v1beta1", "projects", project.as_str()];
        if let Some(name) = self.name.as_deref().filter(|_| self.abort) {
            let path = [&of_project[..], &["promotions", name, "abort"]].concat();
            client.send("POST", &path, &[], None).await?;
            anstream::println!("promotion/{name} is to stop");
            return Ok(0);
        }
        if self.freight.is_none() && self.freight_alias.is_none() && self.warehouse.is_none() {
            return Err(Failure::input("which freight to promote is not said")
                .hint("name it with --freight, --freight-alias or --warehouse"));
        }
        let promotions = match (&self.stage, &self.downstream_from) {
            (Some(stage), _) => {
                let path = [&of_project[..], &["stages", stage, "promotions"]].concat();
                vec![client.send("POST", &path, &[], Some(self.body(true))).await?]
            }
            (None, stage) => {
                let stage = stage.as_deref().unwrap_or_default();
                let path = [&of_project[..], &["stages", stage, "promotions", "downstream"]].concat();
                self.downstream(&client, &path).await?
            }
        };
        for promotion in &promotions {
            anstream::println!("promotion/{} created", name_of(promotion));
        }
        if !self.wait {
            return Ok(0);
        }
        let mut code = 0;
        for promotion in &promotions {
            if follow(&client, &project, name_of(promotion)).await? == Followed::Unsuccessful {
                code = EXIT_FAILED;
            }
        }
        Ok(code)
    }

    async fn downstream(&self, client: &ApiClient, path: &[&str]) -> Result<Vec<Value>, Failure> {
        let answer = client.send("POST", path, &[], Some(self.body(false))).await?;
        for error in answer["errors"].as_str().unwrap_or_default().lines() {
            anstream::eprintln!("error: {error}");
        }
        let promotions = answer["promotions"].as_array().cloned().unwrap_or_default();
        if promotions.is_empty() {
            return Err(Failure::input("no promotion was made"));
        }
        Ok(promotions)
    }

    fn body(&self, with_origin: bool) -> Vec<u8> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let mut body = json!({ "freight": text(&self.freight), "freightAlias": text(&self.freight_alias) });
        if with_origin {
            let origin = self.warehouse.as_ref().map(|name| format!("Warehouse/{name}"));
            body["origin"] = json!(origin.unwrap_or_default());
        }
        body.to_string().into_bytes()
    }
}

fn name_of(promotion: &Value) -> &str {
    promotion["metadata"]["name"].as_str().unwrap_or_default()
}
