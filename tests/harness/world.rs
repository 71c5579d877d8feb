//! A small pipeline on servers of its own: one repository, one image, stages `dev` and `prod`, Applications for both.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use windlass_model::digest::CommitId;
use windlass_model::time::Timestamp;
use windlass_ports::clock::FakeClock;
use windlass_testkit::git::{GitServerConfig, NewCommit, Repository};
use windlass_testkit::kubernetes::KubernetesConfig;
use windlass_testkit::registry::{NewImage, RegistryConfig};
use windlass_testkit::{GitServer, KubernetesApi, Login, OciRegistry, Server, ServerConfig};

use crate::program::Windlass;

/// The name of the repository.
const REPOSITORY: &str = "app.git";

/// When everything in the world was made.
const BEGINNING: &str = "2026-01-02T03:04:05Z";

/// What a world may have otherwise.
#[derive(Debug, Clone)]
pub struct Options {
    /// The steps of the promotion, YAML as it stands below `steps:`, with `REPO` and `IMAGE` for the addresses.
    pub steps: String,
    /// Argo CD looks after the Applications.
    pub argo_cd: bool,
    /// More files on `main`, by path.
    pub files: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { steps: PIPELINE.to_owned(), argo_cd: true, files: Vec::new() }
    }
}

/// The steps of the pipeline of the examples.
pub const PIPELINE: &str = "
- uses: git-clone
  config:
    repoURL: REPO
    checkout:
      - commit: ${{ commitFrom('REPO').ID }}
        path: ./src
      - branch: env/${{ ctx.stage }}
        create: true
        path: ./out
- uses: git-clear
  config: { path: ./out }
- uses: kustomize-set-image
  as: update-image
  config:
    path: ./src/env/${{ ctx.stage }}
    images: [{ image: IMAGE, tag: \"${{ imageFrom('IMAGE').Tag }}\" }]
- uses: kustomize-build
  config: { path: './src/env/${{ ctx.stage }}', outPath: ./out }
- uses: git-commit
  as: commit
  config: { path: ./out, message: \"${{ outputs['update-image'].commitMessage }}\" }
- uses: git-push
  config: { path: ./out }
- uses: argocd-update
  config:
    apps:
      - name: app-${{ ctx.stage }}
        sources: [{ repoURL: REPO, desiredRevision: '${{ outputs.commit.commit }}' }]
";

/// The world.
pub struct World {
    dir: tempfile::TempDir,
    /// The servers' listener.
    pub server: Server,
    /// The Git server, which wants the login `kargo` with the password `secret-password`.
    pub git: GitServer,
    /// The registry.
    pub registry: OciRegistry,
    /// The cluster.
    pub kubernetes: KubernetesApi,
    /// The repository.
    pub repository: Repository,
    /// The commit of `main`.
    pub main: CommitId,
}

impl World {
    /// A world with the pipeline of the examples.
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// A world.
    ///
    /// # Panics
    /// If a server cannot be started.
    pub async fn with(options: Options) -> Self {
        let dir = tempfile::tempdir().expect("a directory for the test");
        let at: Timestamp = BEGINNING.parse().expect("a time");
        let clock = Arc::new(FakeClock::new(at));
        let login = Login::new("kargo", "secret-password");
        std::fs::create_dir(dir.path().join("git")).expect("a directory for repositories");
        let git = GitServer::new(GitServerConfig::closed(dir.path().join("git"), login));
        let registry = OciRegistry::new(RegistryConfig::open(Arc::clone(&clock) as _));
        let mut kubernetes = KubernetesConfig::open(clock);
        if !options.argo_cd {
            kubernetes.sync_takes = None;
        }
        let kubernetes = KubernetesApi::new(kubernetes);
        let config = ServerConfig {
            git: Some(git.clone()),
            registry: Some(registry.clone()),
            kubernetes: Some(kubernetes.clone()),
            ..ServerConfig::default()
        };
        let server = Server::start(config).await.expect("the servers start");
        let repository = git.create(REPOSITORY).await.expect("a repository");
        let image = server.image_name("app");
        let commit = options
            .files
            .iter()
            .fold(first_commit(&image, at), |commit, (path, text)| commit.write(path, text));
        let main = repository.commit(&commit).await.expect("a commit");
        for tag in ["v1.0.0", "v1.1.0"] {
            registry.add_image("app", tag, &NewImage::default().label("tag", tag)).expect("an image");
        }
        let world = Self { dir, server, git, registry, kubernetes, repository, main };
        for stage in ["dev", "prod"] {
            world.kubernetes.apply(world.application(stage)).expect("an Application");
        }
        world.write("kubeconfig", &kubeconfig(world.server.url()));
        world.write("manifests/all.yaml", &world.manifests(&options.steps));
        world
    }

    /// The address of the repository.
    #[must_use]
    pub fn repo_url(&self) -> String {
        self.server.git_url(REPOSITORY)
    }

    /// The name of the image.
    #[must_use]
    pub fn image(&self) -> String {
        self.server.image_name("app")
    }

    /// A path in the test's own directory.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file in the test's own directory.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Changes the manifests.
    ///
    /// # Panics
    /// If `from` is not in them.
    pub fn edit_manifests(&self, from: &str, to: &str) {
        let path = self.path("manifests/all.yaml");
        let text = std::fs::read_to_string(&path).expect("the manifests");
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        std::fs::write(&path, text.replace(from, to)).expect("the manifests");
    }

    /// `windlass run` on the manifests, with nothing said about the stage.
    #[must_use]
    pub fn run(&self) -> Windlass {
        self.run_in("data")
    }

    /// The same with another data directory.
    #[must_use]
    pub fn run_in(&self, data: &str) -> Windlass {
        Windlass::new(["run", "-f"])
            .arg(self.path("manifests"))
            .arg("--data")
            .arg(self.path(data))
            .arg("--kubeconfig")
            .arg(self.path("kubeconfig"))
    }

    /// `windlass serve` on a data directory.
    #[must_use]
    pub fn serve(&self, data: &str) -> Windlass {
        Windlass::new(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"])
            .arg(self.path(data))
            .arg("--kubeconfig")
            .arg(self.path("kubeconfig"))
    }

    /// `windlass run --stage STAGE`.
    #[must_use]
    pub fn promote(&self, stage: &str) -> Windlass {
        self.run().args(["--stage", stage])
    }

    /// Every branch with its commit: what a failed promotion must leave as it was.
    ///
    /// # Panics
    /// If Git fails.
    pub async fn branches(&self) -> Vec<(String, String)> {
        let branches = self.repository.branches().await.expect("the branches");
        branches.into_iter().map(|(name, commit)| (name, commit.to_string())).collect()
    }

    /// The Application of a stage as the cluster has it.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn application_now(&self, stage: &str) -> serde_json::Value {
        let key = windlass_testkit::kubernetes::application_key("argocd", &format!("app-{stage}"));
        self.kubernetes.get(&key).expect("the Application")
    }

    fn application(&self, stage: &str) -> serde_json::Value {
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {
                "name": format!("app-{stage}"),
                "namespace": "argocd",
                "annotations": { "kargo.akuity.io/authorized-stage": format!("demo:{stage}") },
            },
            "spec": { "source": {
                "repoURL": self.repo_url(), "targetRevision": format!("env/{stage}"), "path": "."
            } },
        })
    }

    fn manifests(&self, steps: &str) -> String {
        let steps = steps.trim().replace('\n', "\n        ");
        let stage = |name: &str, source: &str| {
            format!(
                "---
apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {{ name: {name}, namespace: demo }}
spec:
  requestedFreight:
    - origin: {{ kind: Warehouse, name: app }}
      sources: {{ {source} }}
  promotionTemplate:
    spec:
      steps:
        {steps}
"
            )
        };
        format!(
            "apiVersion: kargo.akuity.io/v1alpha1
kind: Project
metadata: {{ name: demo }}
---
apiVersion: v1
kind: Secret
metadata:
  name: repository
  namespace: demo
  labels: {{ kargo.akuity.io/cred-type: git }}
stringData: {{ repoURL: REPO, username: kargo, password: secret-password }}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: {{ name: app, namespace: demo }}
spec:
  subscriptions:
    - git: {{ repoURL: REPO, branch: main }}
    - image: {{ repoURL: IMAGE, constraint: ^1.0.0 }}
{}{}",
            stage("dev", "direct: true"),
            stage("prod", "stages: [dev]"),
        )
        .replace("REPO", &self.repo_url())
        .replace("IMAGE", &self.image())
    }
}

/// A base and an overlay for each stage.
fn first_commit(image: &str, at: Timestamp) -> NewCommit {
    let overlay = |stage: &str| {
        format!(
            "resources: [../../base]\nnamespace: {stage}\nimages:\n- name: {image}\n  newTag: v0.0.0 # kept up to date\n"
        )
    };
    NewCommit::on("main")
        .message("Add the app\n")
        .by("Ada Example", "ada@example.com")
        .at(at)
        .write("base/kustomization.yaml", "resources: [deployment.yaml]\n")
        .write(
            "base/deployment.yaml",
            format!(
                "apiVersion: apps/v1
kind: Deployment
metadata: {{ name: app }}
spec:
  template:
    spec:
      containers: [{{ name: app, image: {image} }}]
"
            ),
        )
        .write("env/dev/kustomization.yaml", overlay("dev"))
        .write("env/prod/kustomization.yaml", overlay("prod"))
}

fn kubeconfig(url: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
current-context: test
clusters: [{{ name: test, cluster: {{ server: \"{url}\" }} }}]
contexts: [{{ name: test, context: {{ cluster: test, user: test }} }}]
users: [{{ name: test, user: {{}} }}]
"
    )
}
