//! Guests that note down more than they may.

use serde_json::{Value, json};

use super::{promote, told, world};

/// A secret that the guest knows by heart.
const SECRET: &str = "
---
apiVersion: v1
kind: Secret
metadata: { name: door, namespace: demo, labels: { kargo.akuity.io/cred-type: generic } }
stringData: { key: hunter2-hunter2 }
";

#[tokio::test]
async fn notes_are_of_the_own_project_and_hide_secrets() {
    let world = world(
        "
- uses: notes
  as: guest
  config: { token: \"${{ secret('door').key }}\", freight: '${{ ctx.targetFreight.name }}' }
- uses: compose-output
  as: read
  config: { noted: \"${{ stageMetadata('dev').plain }}\", length: \"${{ len(stageMetadata('dev').plain) }}\" }
",
    )
    .await;
    let manifests = std::fs::read_to_string(world.path("manifests/all.yaml")).unwrap();
    world.write("manifests/all.yaml", &format!("{manifests}{SECRET}"));
    let ended = promote(&world).run().await;
    assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{}", ended.stderr);
    let read = ended.json()["status"]["state"]["read"].clone();
    let told = told(ended);
    let error = |name: &str| told[name]["err"]["code"].as_str().unwrap_or_else(|| panic!("{name}: {told:#}"));
    assert_eq!(error("another kind"), "call-not-understood");
    assert_eq!(error("nobody"), "record-not-found");
    assert_eq!(error("no object"), "call-not-understood");
    assert_eq!(error("deep"), "call-not-json");
    assert_eq!(error("a token"), "secret-in-metadata");
    assert_eq!(error("an alias of a token"), "secret-in-metadata");
    assert_eq!(told["a secret"]["ok"], Value::Null);
    assert_eq!(told["read again"]["ok"], json!({ "plain": "[redacted]", "in": { "side": "[redacted]" } }));
    // Whoever reads it again is shown that there is something, and an expression computes with it.
    assert_eq!(read, json!({ "noted": "[redacted]", "length": 15 }));
    for file in walk(&world.path("data")) {
        let content = std::fs::read(&file).unwrap();
        assert!(!content.windows(7).any(|bytes| bytes == b"hunter2"), "{} holds the secret", file.display());
    }
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let into = if entry.file_type().unwrap().is_dir() { &mut open } else { &mut files };
            into.push(entry.path());
        }
    }
    files
}
