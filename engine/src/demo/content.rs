//! The files of `examples/kargo-advanced`, which name a fixed address; here the real one stands in its place.

macro_rules! example {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../examples/kargo-advanced/", $name)))
    };
}

macro_rules! repository_file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../examples/kargo-advanced/repository/", $name)))
    };
}

/// The address in the example.
const EXAMPLE_ADDRESS: &str = "127.0.0.1:8417";

/// Kargo's manifests.
const MANIFESTS: [(&str, &str); 5] = [
    example!("credentials.yaml"),
    example!("project.yaml"),
    example!("stages.yaml"),
    example!("task.yaml"),
    example!("warehouse.yaml"),
];

/// Argo CD's Applications.
const APPLICATIONS: &str = include_str!("../../../examples/kargo-advanced/argocd/applications.yaml");

/// What stands in the repository.
const REPOSITORY: [(&str, &str); 11] = [
    repository_file!("base/deployment.yaml"),
    repository_file!("base/kustomization.yaml"),
    repository_file!("base/service.yaml"),
    repository_file!("env/ab-test-a/kustomization.yaml"),
    repository_file!("env/ab-test-b/kustomization.yaml"),
    repository_file!("env/dev/kustomization.yaml"),
    repository_file!("env/prod-central/kustomization.yaml"),
    repository_file!("env/prod-east/kustomization.yaml"),
    repository_file!("env/prod-west/kustomization.yaml"),
    repository_file!("env/staging/kustomization.yaml"),
    ("README.md", "# guestbook\n\nRendered into the branches `env/*` by promotions.\n"),
];

/// The manifests by file name.
pub(super) fn manifests(address: &str) -> impl Iterator<Item = (&'static str, String)> {
    MANIFESTS.iter().map(move |(name, text)| (*name, text.replace(EXAMPLE_ADDRESS, address)))
}

/// The files of the repository by path.
pub(super) fn repository(address: &str) -> impl Iterator<Item = (&'static str, String)> {
    REPOSITORY.iter().map(move |(name, text)| (*name, text.replace(EXAMPLE_ADDRESS, address)))
}

/// The Applications, one document each.
pub(super) fn applications(address: &str) -> Vec<String> {
    APPLICATIONS.split("---\n").map(|document| document.replace(EXAMPLE_ADDRESS, address)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_example_is_replaced_everywhere() {
        let texts = manifests("[::1]:9")
            .chain(repository("[::1]:9"))
            .map(|(_, text)| text)
            .chain(applications("[::1]:9"))
            .collect::<Vec<_>>()
            .concat();
        assert!(!texts.contains("8417"));
        assert_eq!(applications("x").len(), 7);
    }
}
