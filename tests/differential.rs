//! Steps compared with what they stand for: generated input through the guest and through the original, byte for byte.

mod overlays;

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use windlass_tests::{Windlass, test_guests};

use overlays::Overlay;

/// So many overlays are built.
const OVERLAYS: u64 = 200;

/// Builds kustomizations beneath a directory with the library alone, in order: the manifests, or what is wrong.
async fn build_plain(work: &Path, overlays: &[String]) -> Vec<Result<String, String>> {
    let mut program = tokio::process::Command::new(test_guests().join("native-kustomize"))
        .arg("plain")
        .arg(work)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(overlays.join("\n").as_bytes()).await.unwrap();
    let output = program.wait_with_output().await.unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let text = |answer: &Value, member: &str| answer[member].as_str().unwrap().to_owned();
    let answer = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        let wrong = text(&answer, "err");
        if wrong.is_empty() { Ok(text(&answer, "yaml")) } else { Err(wrong) }
    };
    lines.lines().map(answer).collect()
}

/// Builds a kustomization with the step: the manifests, or what is wrong.
async fn build_with_step(dir: &Path, overlay: &str) -> Result<String, String> {
    let config = dir.join(format!("{overlay}.json"));
    let out = format!("{overlay}.yaml");
    std::fs::write(&config, serde_json::json!({ "path": overlay, "outPath": out }).to_string()).unwrap();
    let ended = Windlass::new(["step", "run", "kustomize-build", "-o", "json", "--workdir"])
        .arg(dir.join("work"))
        .arg("--data")
        .arg(dir.join(format!("data-{overlay}")))
        .arg("--config")
        .arg(config)
        .run()
        .await;
    match ended.code {
        Some(0) => Ok(std::fs::read_to_string(dir.join("work").join(out)).unwrap()),
        _ => Err(ended.json()["message"].as_str().unwrap().to_owned()),
    }
}

#[tokio::test]
async fn kustomize_build_makes_what_the_library_makes() {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().join("work");
    let names: Vec<String> = (0..OVERLAYS).map(|number| format!("overlay-{number}")).collect();
    for (number, name) in (0..).zip(&names) {
        Overlay::generate(number).write(&work, name);
    }
    let plain = build_plain(&work, &names).await;
    assert_eq!(plain.len(), names.len());
    let mut failed = 0;
    for (name, plain) in names.iter().zip(plain) {
        let built = build_with_step(dir.path(), name).await;
        match (built, plain) {
            (Ok(built), Ok(plain)) => assert!(built == plain, "{name}:\n{built}\nis not\n{plain}"),
            (Err(_), Err(_)) => failed += 1,
            (built, plain) => panic!("{name}: {built:?} is not {plain:?}"),
        }
    }
    // Most of what is generated is right, and some of it is not.
    assert!((2..OVERLAYS / 10).contains(&failed), "{failed} fail");
}
