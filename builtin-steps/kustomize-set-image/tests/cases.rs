//! The golden cases of the step, its published schema, and links.

use std::path::Path;

use serde_json::json;
use windlass_step::Status;
use windlass_step::testing::{Harness, assert_schema, replay_cases};
use windlass_step_kustomize_set_image::KustomizeSetImage;

#[test]
fn cases_come_out_as_recorded() {
    replay_cases::<KustomizeSetImage>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

#[test]
fn the_published_schema_is_the_codes() {
    assert_schema::<KustomizeSetImage>(include_str!("../schema.json"));
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_outside() {
    const TEXT: &str = "images:\n- name: a\n  newTag: v1\n";
    let outside = Harness::new().file("kustomization.yaml", TEXT);
    let harness = Harness::new().file("app/kustomization.yaml", TEXT);
    let link = |target: &Path, name: &str| {
        std::os::unix::fs::symlink(target, harness.work_dir().join(name)).unwrap();
    };
    std::fs::create_dir(harness.work_dir().join("linked")).unwrap();
    link(outside.work_dir(), "out");
    link(&outside.work_dir().join("kustomization.yaml"), "linked/kustomization.yaml");
    link(Path::new("/app"), "inside");
    let run = |path: &str| {
        harness.run::<KustomizeSetImage>(json!({ "path": path, "images": [{ "image": "a", "tag": "v2" }] }))
    };
    for path in ["out", "linked", "out/../linked"] {
        let outcome = run(path);
        assert_eq!(outcome.status, Status::Errored, "{path}");
        assert!(
            outcome.message.starts_with("could not discover kustomization file: "),
            "{}",
            outcome.message
        );
    }
    assert_eq!(outside.read("kustomization.yaml"), TEXT);
    assert_eq!(run("inside").status, Status::Succeeded);
    assert_eq!(harness.read("app/kustomization.yaml"), TEXT.replace("v1", "v2"));
}
