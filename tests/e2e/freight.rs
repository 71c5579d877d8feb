//! Which freight is promoted: the newest, the one that is named, and none that the stage may not have.

use serde_json::Value;
use windlass_testkit::git::NewCommit;
use windlass_tests::World;

async fn promoted(world: &World, stage: &str, arguments: &[&str]) -> Value {
    let ended = world.promote(stage).args(["-o", "json"]).args(arguments).run().await.expect(0);
    ended.json()
}

fn tag(promotion: &Value) -> &str {
    promotion["status"]["freight"]["images"][0]["tag"].as_str().unwrap()
}

fn commit(promotion: &Value) -> &str {
    promotion["status"]["freight"]["commits"][0]["id"].as_str().unwrap()
}

/// What the branch of a stage deploys.
async fn deployed(world: &World, stage: &str) -> String {
    let files = world.repository.files(&format!("env/{stage}")).await.unwrap();
    let file = &files[&format!("{stage}-deployment-app.yaml")];
    let text = String::from_utf8(file.content.clone()).unwrap();
    let image = text.lines().find(|line| line.contains("image:")).unwrap();
    image.rsplit(':').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_newest_of_everything() {
    let world = World::new().await;
    let first = promoted(&world, "dev", &[]).await;
    assert_eq!((tag(&first), commit(&first)), ("v1.1.0", world.main.to_string().as_str()));
    world.registry.add_image("app", "v1.2.0", &windlass_testkit::registry::NewImage::default()).unwrap();
    let newer = world.repository.commit(&NewCommit::on("main").write("README", "hello")).await.unwrap();
    let second = promoted(&world, "dev", &[]).await;
    assert_eq!((tag(&second), commit(&second)), ("v1.2.0", newer.to_string().as_str()));
    assert_eq!(deployed(&world, "dev").await, "v1.2.0");
}

#[tokio::test]
async fn the_image_and_the_commit_that_are_named() {
    let world = World::new().await;
    let newer = NewCommit::on("main").write("base/extra.yaml", "not: used\n");
    world.repository.commit(&newer).await.unwrap();
    let image = format!("{}:v1.0.0", world.image());
    let old = world.main.to_string();
    let promotion = promoted(&world, "dev", &["--image", &image, "--commit", &old]).await;
    assert_eq!((tag(&promotion), commit(&promotion)), ("v1.0.0", old.as_str()));
    assert_eq!(deployed(&world, "dev").await, "v1.0.0");
}

#[tokio::test]
async fn freight_by_its_name_the_beginning_of_it_and_its_alias() {
    let world = World::new().await;
    let image = format!("{}:v1.0.0", world.image());
    let old = promoted(&world, "dev", &["--image", &image]).await;
    let name = old["status"]["freight"]["name"].as_str().unwrap();
    let other = promoted(&world, "dev", &[]).await;
    assert_ne!(other["status"]["freight"]["name"], name);
    assert_eq!(deployed(&world, "dev").await, "v1.1.0");
    for named in [name, &name[..8]] {
        let again = promoted(&world, "prod", &["--freight", named]).await;
        assert_eq!(again["status"]["freight"]["name"], name);
        assert_eq!(deployed(&world, "prod").await, "v1.0.0");
    }
    let listed = world.promote("dev").args(["--freight", "no-such-thing"]).run().await.expect(2);
    let alias =
        listed.stderr.split_whitespace().find(|word| word.matches('-').count() == 1 && word.len() > 6);
    let alias = alias.unwrap_or_else(|| panic!("{}", listed.stderr)).trim_matches(&[',', '(', ')'][..]);
    promoted(&world, "dev", &["--freight", alias]).await;
}

#[tokio::test]
async fn a_stage_takes_only_what_was_verified_before_it() {
    let world = World::new().await;
    let early = world.promote("prod").run().await.expect(2);
    assert_eq!(world.branches().await.len(), 1, "nothing but main");
    assert!(
        early.stderr.contains("promote it there first") || early.stderr.contains("dev"),
        "{}",
        early.stderr
    );
    let dev = promoted(&world, "dev", &[]).await;
    let prod = promoted(&world, "prod", &[]).await;
    assert_eq!(prod["status"]["freight"], dev["status"]["freight"]);
    assert_eq!(deployed(&world, "prod").await, "v1.1.0");
}

#[tokio::test]
async fn the_same_freight_again_changes_nothing() {
    let world = World::new().await;
    promoted(&world, "dev", &[]).await;
    let before = world.branches().await;
    let again = promoted(&world, "dev", &[]).await;
    assert_eq!(world.branches().await, before);
    let steps = again["status"]["stepExecutionMetadata"].as_array().unwrap();
    let status = |alias: &str| &steps.iter().find(|step| step["alias"] == alias).unwrap()["status"];
    assert_eq!(status("commit"), "Skipped");
    assert_eq!(again["status"]["phase"], "Succeeded");
    // What it would have committed is there already, and is what Argo CD is told.
    assert_eq!(again["status"]["state"]["commit"]["commit"], before[0].1.as_str());
}

#[tokio::test]
async fn what_is_not_there_is_told() {
    let world = World::new().await;
    for (arguments, message) in [
        (["--image", "IMAGE:v9.9.9"], "v9.9.9"),
        (["--image", "IMAGE"], "there is no tag"),
        (["--image", "elsewhere.example/app:v1"], "does not watch elsewhere.example/app"),
        (
            ["--commit", "0123456789012345678901234567890123456789"],
            "0123456789012345678901234567890123456789",
        ),
        (["--commit", "main"], "give all 40 digits"),
        (["--freight", "nope"], "nope"),
        (["--warehouse", "nope"], "nope"),
    ] {
        let arguments = arguments.map(|argument| argument.replace("IMAGE", &world.image()));
        let ended = world.promote("dev").args(&arguments).run().await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(message), "{arguments:?}: {}", ended.stderr);
    }
    assert_eq!(world.branches().await.len(), 1, "nothing but main");
}
