//! Who commits where a step does not say: the gitClient of the ClusterConfig.

use serde_json::{Value, json};
use windlass_tests::{Ended, Gnupg, Served, World};

use super::pipeline::new_freight;

fn cluster_config(git_client: &Value) -> Value {
    json!({
        "apiVersion": "kargo.akuity.io/v1alpha1", "kind": "ClusterConfig", "metadata": { "name": "cluster" },
        "spec": { "gitClient": git_client },
    })
}

async fn promote(served: &Served) -> Ended {
    let alias = new_freight(served, &[]).await["alias"].as_str().unwrap().to_owned();
    served.command(["promote", "--stage", "dev", "--freight-alias", &alias, "--wait"]).run().await
}

#[tokio::test]
async fn the_cluster_says_who_commits() {
    let world = World::new().await;
    let served = Served::start(world.serve("data")).await;
    served.apply(&world.path("manifests")).await;
    let client = json!({ "name": "Release Bot", "email": "bot@example.com" });
    super::apply(&served, &[cluster_config(&client)]).await;
    promote(&served).await.expect(0);
    let commit = world.repository.log("env/dev").await.unwrap().remove(0);
    let who = commit.author.who;
    assert_eq!((who.name.as_str(), who.email.as_str()), ("Release Bot", "bot@example.com"));
    served.kill().await;
}

#[tokio::test]
async fn its_key_signs_or_nothing_is_committed() {
    let gnupg = Gnupg::default();
    let key = gnupg.key("Release Bot <bot@example.com>");
    let world = World::new().await;
    let served = Served::start(world.serve("data")).await;
    served.apply(&world.path("manifests")).await;
    let client = json!({
        "name": "Release Bot", "email": "bot@example.com", "signingKeySecret": { "name": "signing" },
    });
    super::apply(&served, &[cluster_config(&client)]).await;

    // A commit that nobody signs is not what was asked for.
    let refused = promote(&served).await.expect(1);
    let reason = "the ClusterConfig's gitClient.signingKeySecret names the Secret kargo-system-resources/signing, \
                  which is not there";
    assert!(refused.stdout.contains(reason), "{refused:?}");

    // A project's Secret of the same name is none of it, and one without the key is no help.
    let secret = |namespace: &str, member: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "signing", "namespace": namespace },
            "stringData": { member: key },
        })
    };
    super::apply(&served, &[secret("demo", "signingKey")]).await;
    promote(&served).await.expect(1);
    super::apply(&served, &[secret("kargo-system-resources", "key")]).await;
    let refused = promote(&served).await.expect(1);
    assert!(refused.stdout.contains("which has no signingKey"), "{refused:?}");

    super::apply(&served, &[secret("kargo-system-resources", "signingKey")]).await;
    let signed = promote(&served).await.expect(0);
    let commit = world.repository.log("env/dev").await.unwrap().remove(0).id.to_string();
    assert!(gnupg.verify(world.repository.path(), &commit).is_some());
    let line = key.lines().nth(3).unwrap();
    assert!(line.len() == 64 && !signed.stdout.contains(line) && !signed.stderr.contains(line));

    // It is found again by a server that starts anew.
    served.kill().await;
    let served = Served::start(world.serve("data")).await;
    promote(&served).await.expect(0);
    let again = world.repository.log("env/dev").await.unwrap().remove(0).id.to_string();
    assert!(gnupg.verify(world.repository.path(), &again).is_some());
    served.kill().await;
}

#[tokio::test]
async fn no_project_takes_the_namespace_of_all() {
    let data = tempfile::tempdir().unwrap();
    let served = super::serve(data.path()).await;
    for name in ["kargo-shared-resources", "kargo-system-resources"] {
        let project = json!({
            "apiVersion": "kargo.akuity.io/v1alpha1", "kind": "Project", "metadata": { "name": name },
        });
        let answer = served.request("POST", "/v1beta1/resources", &project.to_string()).await;
        let told = format!(
            "projects.kargo.akuity.io {name:?} cannot be made: the namespace of that name is of all projects; choose another \
             name"
        );
        assert_eq!(answer.expect(409)["error"], told);
    }
    served.kill().await;
}
