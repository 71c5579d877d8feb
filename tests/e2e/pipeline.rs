//! The pipeline from the newest commit to a deployed Application, on a Git server with basic auth.

use serde_json::json;
use windlass_tests::World;

#[tokio::test]
async fn freight_is_rendered_pushed_and_deployed() {
    let world = World::new().await;
    let ended = world.promote("dev").args(["-o", "json"]).run().await.expect(0);
    let promotion = ended.json();
    assert_eq!(promotion["status"]["phase"], "Succeeded");
    let commits = world.repository.log("env/dev").await.unwrap();
    assert_eq!(promotion["status"]["state"]["commit"]["commit"], json!(commits[0].id));
    assert_eq!(
        commits[0].message,
        format!("Updated ./src/env/dev to use new image\n\n- {}:v1.1.0\n", world.image())
    );
    assert_eq!(commits[0].author.who.name, "Kargo");
    assert_eq!(commits[0].author.who.email, "no-reply@kargo.io");
    assert_eq!(commits[0].author, commits[0].committer);
    let application = world.application_now("dev");
    assert_eq!(application["status"]["sync"]["revision"], json!(commits[0].id));
    let files = world.repository.files("env/dev").await.unwrap();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["dev-deployment-app.yaml"]);
}
