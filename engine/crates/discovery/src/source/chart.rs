//! Charts: the versions in a repository's index, or the tags in an OCI registry (`kargo.md` 6.4).

use windlass_model::discovered::ChartDiscovery;
use windlass_model::ids::ProjectName;
use windlass_model::manifest::warehouse::ChartSubscription;
use windlass_ports::charts::ChartSource;
use windlass_ports::git::NetworkScope;

use crate::discover::{Depth, DiscoveryPorts};
use crate::select::chart::{is_oci, select_versions};

/// The versions that a subscription selects, best first.
pub(crate) async fn discover(
    ports: &DiscoveryPorts,
    project: &ProjectName,
    network: &NetworkScope,
    subscription: &ChartSubscription,
    name: &str,
    depth: Depth,
) -> Result<ChartDiscovery, String> {
    match (is_oci(&subscription.repo_url), subscription.name.is_empty()) {
        (true, false) => {
            return Err("the URL of a chart in an OCI registry names it already; leave name out".to_owned());
        }
        (false, true) => return Err("a repository over HTTP has many charts; give name".to_owned()),
        _ => {}
    }
    let source = ChartSource {
        url: subscription.repo_url.clone(),
        name: subscription.name.clone(),
        insecure_skip_tls_verify: subscription.insecure_skip_tls_verify,
    };
    let credential = ports.credentials.find_chart(project, &source.url).await?;
    let versions = ports.charts.versions(network, credential.as_ref(), &source).await;
    let mut versions = select_versions(subscription, versions.map_err(|e| e.to_string())?)?;
    versions.truncate(depth.of(subscription.discovery_limit));
    Ok(ChartDiscovery {
        repo_url: subscription.repo_url.clone(),
        name: subscription.name.clone(),
        semver_constraint: subscription.semver_constraint.clone(),
        subscription_name: name.to_owned(),
        versions,
    })
}
