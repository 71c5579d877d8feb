//! What steps note down about stages and freight is there for the steps and the promotions after them.

use serde_json::json;
use windlass_tests::{Options, World};

#[tokio::test]
async fn metadata_and_aliases_are_there_for_the_next() {
    let steps = "
- uses: set-metadata
  config:
    updates:
      - kind: Stage
        name: ${{ ctx.stage }}
        values: { lastRun: '${{ ctx.promotion }}', tries: '${{ 1 + (stageMetadata(ctx.stage)?.tries ?? 0) }}' }
      - kind: Freight
        name: ${{ ctx.targetFreight.name }}
        values: { checked: true }
- uses: set-freight-alias
  config: { name: '${{ ctx.targetFreight.name }}', alias: 'on-${{ ctx.stage }}' }
- uses: compose-output
  as: read
  config:
    stage: ${{ stageMetadata(ctx.stage) }}
    freight: ${{ freightMetadata(ctx.targetFreight.name) }}
";
    let world = World::with(Options { steps: steps.to_owned(), ..Options::default() }).await;
    let first = world.promote("dev").args(["-o", "json"]).run().await.expect(0).json();
    let read = |promotion: &serde_json::Value| promotion["status"]["state"]["read"].clone();
    let name = first["metadata"]["name"].as_str().unwrap();
    assert_eq!(
        read(&first),
        json!({ "stage": { "lastRun": name, "tries": 1 }, "freight": { "checked": true } })
    );
    let steps = first["status"]["stepExecutionMetadata"].as_array().unwrap();
    let said = steps[1]["message"].as_str().unwrap();
    assert!(said.ends_with(" to \"on-dev\""), "{said}");
    // Another process finds all of it: the count goes on, and the alias names the freight.
    let second =
        world.promote("dev").args(["-o", "json", "--freight", "on-dev"]).run().await.expect(0).json();
    assert_eq!(read(&second)["stage"]["tries"], 2);
    assert_eq!(second["status"]["freight"]["name"], first["status"]["freight"]["name"]);
    let prod = world.promote("prod").args(["-o", "json"]).run().await.expect(0).json();
    assert_eq!(read(&prod)["stage"]["tries"], 1);
    world.promote("dev").args(["--freight", "on-dev"]).run().await.expect(2);
}

#[tokio::test]
async fn a_project_that_grants_no_metadata_keeps_its_own() {
    let steps = "
- uses: set-metadata
  as: note
  config: { updates: [{ kind: Stage, name: dev, values: { a: 1 } }] }
";
    let world = World::with(Options { steps: steps.to_owned(), ..Options::default() }).await;
    // Discovery, which is no step, needs the address of its servers.
    let closed = ["--policy", "closed", "--grant", "addresses=127.0.0.0/8"];
    let denied = world.promote("dev").args(["-o", "json"]).args(closed).run().await.expect(1).json();
    let message = denied["status"]["stepExecutionMetadata"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("error getting Stage: the project demo does not grant"), "{message}");
    assert!(message.contains("    - metadata:\n        access: read\n"), "{message}");
    world.promote("dev").args(closed).args(["--grant", "metadata=write"]).run().await.expect(0);
}
