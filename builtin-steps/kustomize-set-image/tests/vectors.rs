//! The recorded answers of Kargo's own step.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use windlass_step::testing::{Harness, problems};
use windlass_step::{FreightCollection, StepContext};
use windlass_step_kustomize_set_image::KustomizeSetImage;
use windlass_yaml::to_json;

/// The files of a directory, by name; none if there is no such directory. No case has directories.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(dir) else { return BTreeMap::new() };
    let file = |entry: std::fs::DirEntry| {
        (
            entry.file_name().to_string_lossy().into_owned(),
            std::fs::read(entry.path()).expect("a file can be read"),
        )
    };
    entries.map(|entry| file(entry.expect("a directory can be listed"))).collect()
}

fn context(recorded: &Value) -> StepContext {
    let text = |name: &str| recorded[name].as_str().unwrap_or_default().to_owned();
    let items = serde_json::from_value(recorded["freight"].clone()).unwrap_or_default();
    StepContext {
        project: text("project"),
        stage: text("stage"),
        promotion: text("promotion"),
        freight: FreightCollection { id: String::new(), items },
        ..StepContext::default()
    }
}

fn check(name: &str, dir: &Path) {
    let text = std::fs::read_to_string(dir.join("case.yaml")).expect("a case has a case.yaml");
    let case = to_json(&text).expect("a case is YAML");
    let want = &case["want"];
    let harness = Harness::new().files_of(&dir.join("in")).context(context(&case["context"]));
    if problems::<KustomizeSetImage>(&case["config"]).is_empty() {
        let outcome = json!(harness.run::<KustomizeSetImage>(case["config"].clone()));
        let status = want["status"].as_str().expect("a case wants a status").to_lowercase();
        assert_eq!(outcome["status"], status, "{name}: {outcome}");
        assert_eq!(outcome["fault"] == "terminal", want["terminal"], "{name}");
        assert_eq!(outcome["output"], want["output"], "{name}");
        for part in want["messageContains"].as_array().into_iter().flatten() {
            let (message, part) = (outcome["message"].as_str(), part.as_str().unwrap_or_default());
            assert!(message.is_some_and(|message| message.contains(part)), "{name}: {message:?}");
        }
    } else {
        assert_eq!((&want["status"], &want["terminal"]), (&json!("Failed"), &json!(true)), "{name}: refused");
    }
    let out = if case["outSameAsIn"] == true { "in" } else { "out" };
    let text = |files: BTreeMap<String, Vec<u8>>| -> BTreeMap<String, String> {
        files
            .into_iter()
            .map(|(name, content)| (name, String::from_utf8_lossy(&content).into_owned()))
            .collect()
    };
    assert_eq!(text(harness.files()), text(files(&dir.join(out))), "{name}");
}

#[test]
fn recorded_answers_are_ours() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/steps/kustomize-set-image");
    let mut names: Vec<String> = std::fs::read_dir(&vectors)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    for name in names {
        check(&name, &vectors.join(&name));
    }
}
