//! The demo's servers and what they hold.

use std::net::SocketAddr;
use std::sync::Arc;

use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_testkit::git::{GitServerConfig, NewCommit};
use windlass_testkit::kubernetes::KubernetesConfig;
use windlass_testkit::registry::{NewImage, RegistryConfig};
use windlass_testkit::{GitServer, KubernetesApi, Login, OciRegistry, Server, ServerConfig};

use super::content;
use super::folder::Folder;
use crate::failure::Failure;
use crate::system_clock::SystemClock;

/// The bare repository's directory.
pub(super) const REPOSITORY: &str = "kargo-advanced.git";

/// The image of the pipeline.
const IMAGE: &str = "guestbook";

/// Its tags; the warehouse wants the highest below 0.2.
const TAGS: [&str; 3] = ["v0.1.0", "v0.1.2", "v0.1.1"];

/// Starts the servers and fills them, and writes the manifests that name them.
pub(super) async fn start(folder: &Folder, listen: SocketAddr) -> Result<Server, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::environment(format!("the demo's servers: {e}"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    std::fs::create_dir_all(folder.git()).map_err(|e| failed(&e))?;
    let login = Login::new("kargo", "demo-password");
    let git = GitServer::new(GitServerConfig::closed(folder.git(), login));
    let registry = OciRegistry::new(RegistryConfig::open(Arc::clone(&clock)));
    let kubernetes = KubernetesApi::new(KubernetesConfig::open(Arc::clone(&clock)));
    let config = ServerConfig {
        listen,
        git: Some(git.clone()),
        registry: Some(registry.clone()),
        kubernetes: Some(kubernetes.clone()),
        ..ServerConfig::default()
    };
    let server = Server::start(config).await.map_err(|e| failed(&e))?;
    let address = server.address().to_string();
    for (name, text) in content::manifests(&address) {
        folder.write_manifest(name, &text)?;
    }
    folder.write_manifest("kubeconfig", &kubeconfig(server.url()))?;
    fill_repository(&git, &address, clock.now()).await.map_err(|e| failed(&e))?;
    for tag in TAGS {
        registry.add_image(IMAGE, tag, &NewImage::default().label("version", tag)).map_err(|e| failed(&e))?;
    }
    for document in content::applications(&address) {
        let json = windlass_yaml::to_json(&document).map_err(|e| failed(&e))?;
        kubernetes.apply(json).map_err(|e| failed(&e))?;
    }
    Ok(server)
}

async fn fill_repository(
    git: &GitServer,
    address: &str,
    now: Timestamp,
) -> Result<(), windlass_testkit::git::GitError> {
    let repository = git.create(REPOSITORY).await?;
    let commit = NewCommit::on("main")
        .message("Add the guestbook and its environments\n")
        .by("Ada Example", "ada@example.com");
    let files = content::repository(address);
    let commit = files.fold(commit.at(now), |commit, (path, text)| commit.write(path, text));
    repository.commit(&commit).await?;
    Ok(())
}

fn kubeconfig(url: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
current-context: demo
clusters:
  - name: demo
    cluster:
      server: {url}
contexts:
  - name: demo
    context:
      cluster: demo
      user: demo
users:
  - name: demo
    user: {{}}
"
    )
}
