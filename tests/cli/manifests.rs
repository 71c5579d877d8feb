//! Manifests that cannot work: nothing runs.

use windlass_tests::World;

/// What is complained of if the manifests are changed so. Nothing may have run.
async fn complaint(from: &str, to: &str) -> String {
    let world = World::new().await;
    world.edit_manifests(from, to);
    let before = world.branches().await;
    let ended = world.promote("dev").run().await.expect(2);
    assert_eq!(ended.stdout, "", "nothing is promoted");
    assert_eq!(world.branches().await, before);
    ended.stderr.replace(&world.path("manifests/").display().to_string(), "").trim().to_owned()
}

#[tokio::test]
async fn a_step_that_does_not_exist() {
    assert_eq!(
        complaint("uses: git-clear", "uses: git-claer").await,
        r#"error: there is no step "git-claer"
  --> all.yaml:40:17
   |
40 |         - uses: git-claer
   |                 ^^^^^^^^^
   |
   = help: did you mean git-clear?"#
    );
}

#[tokio::test]
async fn a_field_that_a_step_does_not_have() {
    assert_eq!(
        complaint("uses: git-clear\n          config: { path:", "uses: git-clear\n          config: { paht:").await,
        "error: the configuration of git-clear: (root): Additional property paht is not allowed; did you mean path?
  --> all.yaml:41:21
   |
41 |           config: { paht: ./out }
   |                     ^^^^"
    );
}

#[tokio::test]
async fn a_field_of_the_wrong_type() {
    assert_eq!(
        complaint(
            "uses: git-clear\n          config: { path: ./out }",
            "uses: git-clear\n          config: { path: [1] }"
        )
        .await,
        "error: the configuration of git-clear: path: Invalid type. Expected: string, given: array
  --> all.yaml:41:27
   |
41 |           config: { path: [1] }
   |                           ^^^"
    );
}

#[tokio::test]
async fn an_expression_that_does_not_parse() {
    let text = complaint("- name: app-${{ ctx.stage }}", "- name: app-${{ ctx.stage + }}").await;
    let first = "error: the expression: the end of the expression cannot stand here
  --> all.yaml:57:43
   |
57 |               - name: app-${{ ctx.stage + }}
   |                                           ^
";
    assert!(text.starts_with(first), "{text}");
}

#[tokio::test]
async fn yaml_that_does_not_parse() {
    let text = complaint("requestedFreight:\n", "requestedFreight: [\n").await;
    assert!(text.starts_with("error: a list item cannot stand here\n  --> all.yaml:26:5\n"), "{text}");
}

#[tokio::test]
async fn a_kind_that_nobody_knows() {
    assert_eq!(
        complaint("kind: Warehouse\n", "kind: Warehuose\n").await,
        "error: manifests of kind Warehuose (kargo.akuity.io/v1alpha1) are not known
  --> all.yaml:14:7
   |
14 | kind: Warehuose
   |       ^^^^^^^^^
   |
   = help: did you mean Warehouse?"
    );
}

#[tokio::test]
async fn a_manifest_of_the_wrong_shape() {
    let text = complaint("spec:\n  subscriptions", "spec: 7\nx:\n  subscriptions").await;
    assert!(
        text.starts_with("error: spec: expected a mapping, found a number\n  --> all.yaml:16:7\n"),
        "{text}"
    );
}

#[tokio::test]
async fn verification_is_refused_and_not_ignored() {
    let text = complaint("  promotionTemplate:", "  verification: {}\n  promotionTemplate:").await;
    assert_eq!(
        text,
        "error: Stage \"dev\" has verification, which this version cannot carry out yet
  help: promote to a stage without it, or take spec.verification out"
    );
}

#[tokio::test]
async fn a_stage_that_does_not_exist() {
    let world = World::new().await;
    let ended = world.promote("dve").run().await.expect(2);
    assert_eq!(
        ended.stderr.trim(),
        "error: there is no Stage \"dve\" in project demo\n  help: did you mean dev?"
    );
}

#[tokio::test]
async fn a_directory_that_does_not_exist() {
    let world = World::new().await;
    let ended =
        windlass_tests::Windlass::new(["run", "-f", "nowhere", "--stage", "dev"]).dir(&world.path("")).run();
    let ended = ended.await.expect(2);
    assert!(ended.stderr.contains("nowhere"), "{}", ended.stderr);
}
