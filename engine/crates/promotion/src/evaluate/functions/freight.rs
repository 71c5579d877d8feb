//! `commitFrom`, `imageFrom`, `chartFrom`, `artifactFrom` and `warehouse`: finding artifacts in the promotion's freight.
//!
//! Without an origin, the one warehouse that subscribes to the repository now is meant; two are an error, none is nil.

use windlass_expr::{FunctionError, Value};
use windlass_model::artifact::{Chart, GitCommit, Image};
use windlass_model::freight::address::normalize_git;
use windlass_model::freight::{FreightOrigin, FreightReference};
use windlass_model::manifest::warehouse::Subscription;

use super::super::freight_values;
use super::{Called, HostFunctions, text};

impl HostFunctions<'_> {
    pub(super) fn freight(&self, name: &str, args: &[Value]) -> Option<Called> {
        Some(match name {
            "warehouse" => warehouse(args),
            "commitFrom" => self.commit_from(args),
            "imageFrom" => self.image_from(args),
            "chartFrom" => self.chart_from(args),
            "artifactFrom" => self.artifact_from(args),
            _ => return None,
        })
    }

    fn commit_from(&self, args: &[Value]) -> Called {
        let url = normalize_git(text("commitFrom", args, 0)?);
        let subscribes =
            |s: &Subscription| s.git.as_ref().is_some_and(|git| normalize_git(&git.repo_url) == url);
        let Some(origin) = self.origin("commitFrom", args.get(1), &url, &subscribes)? else {
            return Ok(Value::default());
        };
        let found = self.reference(&origin).and_then(|freight| {
            freight.commits.iter().find(|commit: &&GitCommit| normalize_git(&commit.repo_url) == url)
        });
        Ok(found.map_or_else(Value::default, |commit| freight_values::commit(commit).into()))
    }

    fn image_from(&self, args: &[Value]) -> Called {
        let url = text("imageFrom", args, 0)?;
        let subscribes = |s: &Subscription| s.image.as_ref().is_some_and(|image| image.repo_url == url);
        let Some(origin) = self.origin("imageFrom", args.get(1), url, &subscribes)? else {
            return Ok(Value::default());
        };
        let found = self
            .reference(&origin)
            .and_then(|freight| freight.images.iter().find(|image: &&Image| image.repo_url == url));
        Ok(found.map_or_else(Value::default, |image| freight_values::image(image).into()))
    }

    fn chart_from(&self, args: &[Value]) -> Called {
        let url = text("chartFrom", args, 0)?;
        let (name, origin) = match args.get(1) {
            Some(second) if second.as_str().is_some() => (second.as_str().unwrap_or_default(), args.get(2)),
            second => ("", second),
        };
        let subscribes = |s: &Subscription| {
            s.chart.as_ref().is_some_and(|chart| chart.repo_url == url && chart.name == name)
        };
        let Some(origin) = self.origin("chartFrom", origin, url, &subscribes)? else {
            return Err(FunctionError::new(format!(
                "chartFrom: no requested Warehouse subscribes to chart {name:?} of {url}"
            )));
        };
        let found = self.reference(&origin).and_then(|freight| {
            freight.charts.iter().find(|chart: &&Chart| chart.repo_url == url && chart.name == name)
        });
        Ok(found.map_or_else(Value::default, |chart| freight_values::chart(chart).into()))
    }

    fn artifact_from(&self, args: &[Value]) -> Called {
        let name = text("artifactFrom", args, 0)?;
        let subscribes = |s: &Subscription| s.name == name;
        let Some(origin) = self.origin("artifactFrom", args.get(1), name, &subscribes)? else {
            return Ok(Value::default());
        };
        let found = self
            .reference(&origin)
            .and_then(|freight| freight.artifacts.iter().find(|artifact| artifact.subscription_name == name));
        Ok(found.map_or_else(Value::default, |artifact| freight_values::other(artifact).into()))
    }

    fn reference(&self, origin: &FreightOrigin) -> Option<&FreightReference> {
        self.view.freight.items.get(&origin.to_string())
    }

    /// The origin that is named, or the one requested warehouse that subscribes to what is looked for.
    fn origin(
        &self,
        function: &str,
        named: Option<&Value>,
        what: &str,
        subscribes: &dyn Fn(&Subscription) -> bool,
    ) -> Result<Option<FreightOrigin>, FunctionError> {
        if let Some(named) = named {
            return origin_argument(function, named).map(Some);
        }
        let mut found: Option<FreightOrigin> = None;
        for request in self.view.freight_requests {
            let name = &request.origin.name;
            let warehouse = self.view.data.warehouse(name).ok_or_else(|| {
                FunctionError::new(format!(
                    "{function}: Warehouse {name:?} that the stage requests does not exist"
                ))
            })?;
            if !warehouse.spec.subscriptions.iter().any(subscribes) {
                continue;
            }
            if let Some(first) = &found {
                return Err(FunctionError::new(format!(
                    "{function}: both Warehouse {:?} and Warehouse {name:?} subscribe to {what}",
                    first.name
                ))
                .with_hint(format!("say which: {function}({what:?}, warehouse({name:?}))")));
            }
            found = Some(request.origin.clone());
        }
        Ok(found)
    }
}

fn warehouse(args: &[Value]) -> Called {
    if text("warehouse", args, 0)?.is_empty() {
        return Err(FunctionError::new("warehouse: the name is empty"));
    }
    Ok(freight_values::origin(&FreightOrigin::warehouse(text("warehouse", args, 0)?)).into())
}

fn origin_argument(function: &str, value: &Value) -> Result<FreightOrigin, FunctionError> {
    let name =
        value.as_object().filter(|o| o.type_name() == "v1alpha1.FreightOrigin").and_then(|o| o.get("Name"));
    match name.and_then(Value::as_str) {
        Some(name) => Ok(FreightOrigin::warehouse(name)),
        None => Err(FunctionError::new(format!(
            "{function}: the origin must come from warehouse(), got {}",
            value.type_name()
        ))),
    }
}
