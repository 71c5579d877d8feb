//! `windlass refresh`: has a server look again.

use serde_json::Value;

use crate::client::{ApiClient, ServerArgs};
use crate::failure::{EXIT_FAILED, Failure};

/// What can look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Refreshable {
    Warehouse,
    Stage,
    Promotion,
    Projectconfig,
    Clusterconfig,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RefreshArgs {
    /// What.
    #[arg(value_enum, value_name = "KIND")]
    what: Refreshable,
    /// Its name.
    name: Option<String>,
    /// Wait until it has looked.
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl RefreshArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let client = self.server.client()?;
        let project = match self.what {
            Refreshable::Clusterconfig => String::new(),
            _ => self.server.project()?,
        };
        let path = self.path(&project)?;
        client.send("POST", &[&path[..], &["refresh"]].concat(), &[], None).await?;
        if !self.wait {
            anstream::println!("refresh asked for");
            return Ok(0);
        }
        let object = wait(&client, &path).await?;
        Ok(told(&object))
    }

    fn path<'a>(&'a self, project: &'a str) -> Result<Vec<&'a str>, Failure> {
        let named = || {
            self.name.as_deref().ok_or_else(|| {
                Failure::input("what is to look again has no name").hint("write it after its kind")
            })
        };
        let of_project = vec!["v1beta1", "projects", project];
        Ok(match self.what {
            Refreshable::Warehouse => [of_project, vec!["warehouses", named()?]].concat(),
            Refreshable::Stage => [of_project, vec!["stages", named()?]].concat(),
            Refreshable::Promotion => [of_project, vec!["promotions", named()?]].concat(),
            Refreshable::Projectconfig => [of_project, vec!["config"]].concat(),
            Refreshable::Clusterconfig => vec!["v1beta1", "system", "cluster-config"],
        })
    }
}

/// Waits until an object tells that it has heard of its last refresh.
async fn wait(client: &ApiClient, path: &[&str]) -> Result<Value, Failure> {
    let has_heard = |object: &Value| {
        let asked = object.pointer("/metadata/annotations/kargo.akuity.io~1refresh");
        asked.is_some() && asked == object.pointer("/status/lastHandledRefresh")
    };
    let first = client.get(path, &[]).await?;
    if has_heard(&first) {
        return Ok(first);
    }
    loop {
        let mut events = client.events(path, &[]).await?;
        while let Some(event) = events.next().await? {
            if has_heard(&event["object"]) {
                return Ok(event["object"].clone());
            }
        }
    }
}

/// Says how it is now; the exit code.
fn told(object: &Value) -> u8 {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    match ready {
        Some(ready) if ready["status"] == "False" && ready["reason"] == "DiscoveryFailed" => {
            anstream::println!("it looked, and failed: {}", ready["message"].as_str().unwrap_or_default());
            EXIT_FAILED
        }
        _ => {
            anstream::println!("it has looked");
            0
        }
    }
}
