//! `windlass delete`: takes away what a server has, by name or by manifests.

use std::path::PathBuf;

use clap::ArgGroup;

use super::apply;
use crate::client::ServerArgs;
use crate::failure::Failure;

/// What can be deleted by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Deletable {
    Project,
    Stage,
    Warehouse,
    Freight,
    Projectconfig,
    Clusterconfig,
}

#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("which").required(true).args(["filename", "what"])))]
pub(crate) struct DeleteArgs {
    /// What.
    #[arg(value_enum, value_name = "KIND")]
    what: Option<Deletable>,
    /// Those with these names; freight also by alias.
    names: Vec<String>,
    /// What these manifests name: a file, `-`, or a directory. Can be given more than once.
    #[arg(short, long, value_name = "PATH")]
    filename: Vec<PathBuf>,
    /// Look into directories below as well.
    #[arg(short = 'R', long)]
    recursive: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl DeleteArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let Some(what) = self.what else {
            return apply::send(&self.server, "DELETE", &[], &self.filename, self.recursive).await;
        };
        let client = self.server.client()?;
        if what == Deletable::Clusterconfig {
            client.send("DELETE", &["v1beta1", "system", "cluster-config"], &[], None).await?;
            anstream::println!("clusterconfig deleted");
            return Ok(0);
        }
        if what == Deletable::Projectconfig {
            let project = self.server.project()?;
            client.send("DELETE", &["v1beta1", "projects", &project, "config"], &[], None).await?;
            anstream::println!("projectconfig deleted");
            return Ok(0);
        }
        if self.names.is_empty() {
            return Err(Failure::input("what to delete has no name").hint("write it after its kind"));
        }
        for name in &self.names {
            let (kind, collection) = match what {
                Deletable::Project => ("project", None),
                Deletable::Stage => ("stage", Some("stages")),
                Deletable::Warehouse => ("warehouse", Some("warehouses")),
                Deletable::Freight | Deletable::Projectconfig | Deletable::Clusterconfig => {
                    ("freight", Some("freight"))
                }
            };
            let project = if collection.is_some() { self.server.project()? } else { name.clone() };
            let mut path = vec!["v1beta1", "projects", project.as_str()];
            path.extend(collection.into_iter().flat_map(|collection| [collection, name.as_str()]));
            client.send("DELETE", &path, &[], None).await?;
            anstream::println!("{kind}/{name} deleted");
        }
        Ok(0)
    }
}
