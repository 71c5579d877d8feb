//! The language of promotions from outside: variables at every level, conditions, retries, tasks.

use serde_json::{Value, json};
use windlass_tests::{Options, World};

async fn world(steps: &str) -> World {
    World::with(Options { steps: steps.to_owned(), ..Options::default() }).await
}

async fn ended(world: &World, code: i32) -> Value {
    world.promote("dev").args(["-o", "json"]).run().await.expect(code).json()
}

fn statuses(promotion: &Value) -> Vec<(String, String)> {
    let steps = promotion["status"]["stepExecutionMetadata"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    steps.iter().map(|step| (text(&step["alias"]), text(&step["status"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(alias, status)| ((*alias).to_owned(), (*status).to_owned())).collect()
}

#[tokio::test]
async fn variables_of_every_level() {
    let world = world(
        "
- uses: compose-output
  as: seen
  vars: [{ name: near, value: step }, { name: both, value: '${{ vars.far }} and step' }]
  config:
    near: ${{ vars.near }}
    far: ${{ vars.far }}
    both: ${{ vars.both }}
    template: ${{ vars.template }}
    stage: ${{ ctx.stage }}
    project: ${{ ctx.project }}
    number: ${{ 1 + 1 }}
    list: ${{ ['a', ctx.stage] }}
    text: it is ${{ 1 + 1 }}
",
    )
    .await;
    world.edit_manifests(
        "  promotionTemplate:\n    spec:\n",
        "  vars: [{ name: far, value: stage }, { name: near, value: stage }]
  promotionTemplate:\n    spec:
      vars: [{ name: near, value: template }, { name: template, value: '${{ vars.far }}!' }]\n",
    );
    let promotion = ended(&world, 0).await;
    assert_eq!(
        promotion["status"]["state"]["seen"],
        json!({
            "near": "step", "far": "stage", "both": "stage and step", "template": "stage!", "stage": "dev",
            "project": "demo", "number": 2, "list": ["a", "dev"], "text": "it is 2",
        })
    );
}

#[tokio::test]
async fn conditions_and_what_goes_on_after_errors() {
    let world = world(
        "
- uses: compose-output
  as: one
  config: { word: yes-please }
- uses: fail
  as: never
  if: ${{ outputs.one.word == 'no' }}
- uses: fail
  as: tolerated
  continueOnError: true
  config: { message: on purpose }
- uses: compose-output
  as: after
  config: { status: \"${{ status('tolerated') }}\" }
- uses: fail
  as: bad
  config: { message: this time for real }
- uses: compose-output
  as: not-reached
  config: { a: b }
- uses: compose-output
  as: cleanup
  if: ${{ always() }}
  config: { failed: '${{ failure() }}' }
",
    )
    .await;
    let promotion = ended(&world, 1).await;
    assert_eq!(
        statuses(&promotion),
        pairs(&[
            ("one", "Succeeded"),
            ("never", "Skipped"),
            ("tolerated", "Failed"),
            ("after", "Succeeded"),
            ("bad", "Failed"),
            ("not-reached", "Skipped"),
            ("cleanup", "Succeeded"),
        ])
    );
    assert_eq!(promotion["status"]["phase"], "Failed");
    assert!(promotion["status"]["message"].as_str().unwrap().contains("this time for real"), "{promotion:#}");
    assert_eq!(promotion["status"]["state"]["after"], json!({ "status": "Failed" }));
    assert_eq!(promotion["status"]["state"]["cleanup"], json!({ "failed": true }));
}

#[tokio::test]
async fn errors_are_tried_again_as_often_as_the_step_says() {
    let steps = "
- uses: argocd-update
  as: update
  retry: { errorThreshold: 3 }
  config: { apps: [{ name: no-such-app }] }
";
    let world = world(steps).await;
    let promotion = ended(&world, 1).await;
    let step = &promotion["status"]["stepExecutionMetadata"][0];
    assert_eq!((&step["status"], &step["errorCount"]), (&json!("Errored"), &json!(3)), "{promotion:#}");
    let message = promotion["status"]["message"].as_str().unwrap();
    assert!(message.contains("met error threshold of 3"), "{message}");
}

#[tokio::test]
async fn tasks_stand_where_they_are_named() {
    let world = world(
        "
- uses: compose-output
  as: before
  config: { a: 1 }
- task: { name: greet }
  as: first
  vars: [{ name: whom, value: Ada }]
- task: { name: greet }
  vars: [{ name: whom, value: '${{ ctx.stage }}' }]
- uses: compose-output
  as: after
  config: { heard: \"${{ outputs['first::say'].text }}\", also: \"${{ outputs['task-3::say'].text }}\" }
",
    )
    .await;
    world.write(
        "manifests/task.yaml",
        "apiVersion: kargo.akuity.io/v1alpha1
kind: PromotionTask
metadata: { name: greet, namespace: demo }
spec:
  vars: [{ name: whom }, { name: word, value: Hello }]
  steps:
    - uses: compose-output
      as: say
      config: { text: '${{ vars.word }} ${{ vars.whom }}' }
    - uses: compose-output
      config: { again: \"${{ task.outputs.say.text }}\" }
",
    );
    let promotion = ended(&world, 0).await;
    assert_eq!(
        statuses(&promotion).into_iter().map(|(alias, _)| alias).collect::<Vec<_>>(),
        ["before", "first::say", "first::step-2", "task-3::say", "task-3::step-2", "after"]
    );
    let state = &promotion["status"]["state"];
    assert_eq!(state["after"], json!({ "heard": "Hello Ada", "also": "Hello dev" }));
    assert_eq!(state["first::step-2"], json!({ "again": "Hello Ada" }));
}

#[tokio::test]
async fn a_task_that_is_not_there_or_wants_a_variable() {
    let steps = "
- task: { name: greet }
";
    let world = world(steps).await;
    let missing = world.promote("dev").run().await.expect(2);
    assert!(missing.stderr.contains("greet"), "{}", missing.stderr);
    world.write(
        "manifests/task.yaml",
        "apiVersion: kargo.akuity.io/v1alpha1
kind: PromotionTask
metadata: { name: greet, namespace: demo }
spec:
  vars: [{ name: whom }]
  steps: [{ uses: compose-output, config: { a: b } }]
",
    );
    let unset = world.promote("dev").run().await.expect(2);
    assert!(unset.stderr.contains("whom"), "{}", unset.stderr);
}
