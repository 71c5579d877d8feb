//! The pipeline with its repository behind SSH: found, cloned and pushed to with the key of a Secret.

use serde_json::json;
use windlass_testkit::SshServer;
use windlass_tests::{Options, PIPELINE, World};

/// A world whose repository is reached over SSH, and the server. The Secret knows these hosts.
async fn world(known_hosts: impl FnOnce(&SshServer) -> String) -> (World, SshServer) {
    // Argo CD looks at the repository in its own way.
    let steps = PIPELINE.split("- uses: argocd-update").next().unwrap().to_owned();
    let world = World::with(Options { steps, ..Options::default() }).await;
    let server = SshServer::start(world.repository.path().parent().unwrap()).await.unwrap();
    world.edit_manifests(&world.repo_url(), &server.url("app.git"));
    let secret = format!(
        "sshPrivateKey: {}, sshKnownHosts: {}",
        json!(server.private_key()),
        json!(known_hosts(&server))
    );
    world.edit_manifests("username: kargo, password: secret-password", &secret);
    (world, server)
}

#[tokio::test]
async fn freight_is_found_rendered_and_pushed() {
    let (world, server) = world(|server| server.known_hosts().to_owned()).await;
    let ended = world.promote("dev").args(["-o", "json"]).run().await.expect(0);
    let promotion = ended.json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    let commits = world.repository.log("env/dev").await.unwrap();
    assert_eq!(promotion["status"]["state"]["commit"]["commit"], json!(commits[0].id));
    assert_eq!(promotion["status"]["freight"]["commits"][0]["id"], json!(world.main));
    let files = world.repository.files("env/dev").await.unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["dev-deployment-app.yaml"]);
    // The key is nowhere but in the manifests.
    let line = server.private_key().lines().nth(2).unwrap();
    assert!(!ended.stdout.contains(line) && !ended.stderr.contains(line));
    let found = std::process::Command::new("grep")
        .args(["-rlF", line])
        .arg(world.path("data"))
        .arg(world.path("manifests"))
        .output()
        .unwrap();
    let found = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found.trim(), world.path("manifests/all.yaml").to_str().unwrap());
}

#[tokio::test]
async fn a_server_that_nobody_knows_gets_no_key() {
    let (world, server) = world(|_| String::new()).await;
    let before = world.branches().await;
    let line = server.known_hosts().lines().next().unwrap();
    let refused = world.promote("dev").run().await.expect(3);
    let error = refused.stderr.trim();
    let begin = format!(
        "error: Warehouse \"app\", subscription 1 (git {0}): {0}: 127.0.0.1 shows the key ssh-ed25519 SHA256:",
        server.url("app.git")
    );
    assert!(error.starts_with(&begin), "{error}");
    let end = format!(
        "add this line to the file of --ssh-known-hosts, or to sshKnownHosts of Secret demo/repository: {line}"
    );
    assert!(error.ends_with(&end), "{error}");
    assert_eq!(world.branches().await, before);
    let known = world.write("known_hosts", server.known_hosts());
    world.promote("dev").arg("--ssh-known-hosts").arg(known).run().await.expect(0);
    assert!(world.repository.resolve("env/dev").await.unwrap().is_some());
    let broken = world.write("broken", "# one\nnobody\n");
    let broken = world.promote("dev").arg("--ssh-known-hosts").arg(broken).run().await.expect(2);
    assert!(broken.stderr.contains("line 2: write it as HOST TYPE KEY"), "{}", broken.stderr);
}

#[tokio::test]
async fn the_closed_policy_takes_a_grant_for_the_repository_and_its_address() {
    let (world, server) = world(|server| server.known_hosts().to_owned()).await;
    let pattern = server.base_url() + "/*";
    let closed = |grants: &[&str]| {
        let grants =
            grants.iter().flat_map(|grant| ["--grant", grant]).map(ToOwned::to_owned).collect::<Vec<_>>();
        world.promote("dev").args(["--policy", "closed", "-o", "json"]).args(grants)
    };
    let git = format!("git={pattern}");
    let unreachable = closed(&[&git]).run().await.expect(3);
    assert!(
        unreachable.stderr.contains("is not a public address; grant the range"),
        "{}",
        unreachable.stderr
    );
    let addresses = "addresses=127.0.0.0/8";
    let refused = closed(&[addresses]).run().await.expect(1).json();
    let message = refused["status"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("- git:\n        url: {:?}", server.url("app.git"))), "{message}");
    closed(&[addresses, &git]).run().await.expect(0);
    assert!(world.repository.resolve("env/dev").await.unwrap().is_some());
}
