//! `windlass get`: what a server has.

mod rows;
mod synced;

use clap::ValueEnum as _;
use serde_json::Value;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock as _;

use super::output::{Format, print_data, print_names};
use crate::client::{ApiClient, ServerArgs};
use crate::failure::Failure;
use crate::system_clock::SystemClock;
use crate::table::{table, width};

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Resource {
    #[value(alias = "project")]
    Projects,
    #[value(alias = "stage")]
    Stages,
    #[value(alias = "warehouse")]
    Warehouses,
    #[value(alias = "freights")]
    Freight,
    #[value(aliases = ["promotion", "promo", "promos"])]
    Promotions,
    #[value(aliases = ["promotiontask", "promotask", "promotasks"])]
    Promotiontasks,
    Projectconfig,
    Clusterconfig,
    Sync,
}

#[derive(Debug, clap::Args)]
pub(crate) struct GetArgs {
    /// What: projects, stages, warehouses, freight, promotions, promotiontasks, projectconfig, clusterconfig or sync; also
    /// as stage/NAME.
    #[arg(value_name = "KIND")]
    what: String,
    /// Only those with these names; freight also by alias.
    names: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
    /// Only promotions to this stage, or freight that could be promoted to it.
    #[arg(long)]
    stage: Option<String>,
    /// How to print it.
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
    /// Leave the headings of the table out.
    #[arg(long)]
    no_headers: bool,
}

impl GetArgs {
    pub(crate) async fn run(mut self) -> Result<u8, Failure> {
        if let Some((kind, name)) = self.what.clone().split_once('/') {
            self.names.insert(0, name.to_owned());
            self.what = kind.to_owned();
        }
        let resource = Resource::from_str(&self.what, true).map_err(|_| self.unknown())?;
        let client = self.server.client()?;
        if resource == Resource::Sync {
            return synced::show(&client, self.output).await;
        }
        if let Some((collection, kind)) = self.only_names(resource) {
            return self.print_names(&client, collection, kind).await;
        }
        let objects = self.fetch(&client, resource).await?;
        if matches!(self.output, Format::Table | Format::Wide) {
            let now: Timestamp = SystemClock.now();
            let wide = self.output == Format::Wide;
            let whys = if wide && resource == Resource::Stages {
                self.whys(&client, &objects).await?
            } else {
                Vec::new()
            };
            let (heading, rows) = rows::rows(resource, &objects, &whys, wide, now);
            if rows.is_empty() {
                anstream::eprintln!("There are no {}.", self.what);
            } else {
                let heading = (!self.no_headers).then_some(heading.as_slice());
                // What is wide is read in full.
                anstream::print!("{}", table(heading, &rows, width().filter(|_| !wide)));
            }
            return Ok(0);
        }
        print_data(&objects, self.names.len() != 1, self.output)?;
        Ok(0)
    }

    /// The collection, and the kind of what is in it, if all of its names are asked for and nothing else.
    fn only_names(&self, resource: Resource) -> Option<(&'static str, &'static str)> {
        if self.output != Format::Name || !self.names.is_empty() || self.stage.is_some() {
            return None;
        }
        match resource {
            Resource::Stages => Some(("stages", "stage")),
            Resource::Warehouses => Some(("warehouses", "warehouse")),
            Resource::Freight => Some(("freight", "freight")),
            Resource::Promotions => Some(("promotions", "promotion")),
            Resource::Projects
            | Resource::Promotiontasks
            | Resource::Projectconfig
            | Resource::Clusterconfig
            | Resource::Sync => None,
        }
    }

    async fn print_names(&self, client: &ApiClient, collection: &str, kind: &str) -> Result<u8, Failure> {
        let project = self.server.project()?;
        let answer = client.get(&["windlass", "v1", "projects", &project, collection, "names"], &[]).await?;
        let names = answer["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
        print_names(names.map(|name| (kind, name)));
        Ok(0)
    }

    fn unknown(&self) -> Failure {
        let names: Vec<String> = Resource::value_variants()
            .iter()
            .filter_map(|resource| Some(resource.to_possible_value()?.get_name().to_owned()))
            .collect();
        let similar = windlass_catalog::nearest(&self.what, names.iter().map(String::as_str));
        Failure::input(format!("there is no kind {:?}", self.what)).hint(match similar {
            Some(similar) => format!("did you mean {similar}?"),
            None => format!("there are {}", names.join(", ")),
        })
    }

    async fn fetch(&self, client: &ApiClient, resource: Resource) -> Result<Vec<Value>, Failure> {
        let project = match resource {
            Resource::Projects | Resource::Clusterconfig | Resource::Sync => String::new(),
            _ => self.server.project()?,
        };
        let of_project = |collection: &'static str| vec!["v1beta1", "projects", project.as_str(), collection];
        let path = match resource {
            Resource::Projects => vec!["v1beta1", "projects"],
            Resource::Stages => of_project("stages"),
            Resource::Warehouses => of_project("warehouses"),
            Resource::Freight => of_project("freight"),
            Resource::Promotions => of_project("promotions"),
            Resource::Promotiontasks => of_project("promotion-tasks"),
            Resource::Projectconfig => return Ok(vec![client.get(&of_project("config"), &[]).await?]),
            Resource::Clusterconfig => {
                return Ok(vec![client.get(&["v1beta1", "system", "cluster-config"], &[]).await?]);
            }
            // It is no object, and shown by itself.
            Resource::Sync => return Ok(Vec::new()),
        };
        if self.names.is_empty() {
            let query: Vec<(&str, &str)> = self.stage.iter().map(|stage| ("stage", stage.as_str())).collect();
            let mut answer = client.get(&path, &query).await?;
            let items = if resource == Resource::Freight {
                answer["groups"][""]["items"].take()
            } else {
                answer["items"].take()
            };
            return Ok(serde_json::from_value(items).unwrap_or_default());
        }
        let mut found = Vec::with_capacity(self.names.len());
        for name in &self.names {
            let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            found.push(client.get(&path, &[]).await?);
        }
        Ok(found)
    }

    /// Why the newest freight is not in each stage.
    async fn whys(&self, client: &ApiClient, stages: &[Value]) -> Result<Vec<String>, Failure> {
        let project = self.server.project()?;
        let mut whys = Vec::with_capacity(stages.len());
        for stage in stages {
            let name = stage["metadata"]["name"].as_str().unwrap_or_default();
            let path = ["windlass", "v1", "projects", project.as_str(), "stages", name, "why"];
            let answer = client.get(&path, &[]).await?;
            let freight = answer["freight"].as_array().into_iter().flatten();
            let why = freight.map(|freight| {
                let alias = freight["alias"].as_str().unwrap_or_default();
                let reasons = freight["reasons"].as_array().into_iter().flatten();
                let reasons: Vec<&str> = reasons.filter_map(|reason| reason["message"].as_str()).collect();
                format!("{alias}: {}", reasons.join(", "))
            });
            whys.push(why.collect::<Vec<_>>().join("; "));
        }
        Ok(whys)
    }
}
