//! `windlass eval`: what templates come to, in plain variables and as a promotion sees them, and how it asks line by line.

use std::path::PathBuf;

use serde_json::{Value, json};
use windlass_testkit::registry::NewImage;
use windlass_tests::{Ended, Options, Windlass, World};

struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `windlass eval` of a template over variables.
    async fn eval(&self, template: &str, env: &str) -> Ended {
        Windlass::new(["eval", template, "--env"]).arg(self.file("env", env)).run().await
    }

    async fn text(&self, template: &str, env: &str) -> String {
        self.eval(template, env).await.expect(0).stdout
    }

    async fn json(&self, template: &str, env: &str) -> String {
        let file = self.file("env", env);
        Windlass::new(["eval", "-o", "json", template, "--env"]).arg(file).run().await.expect(0).stdout
    }

    /// `windlass eval` without a template, on these lines.
    async fn lines(&self, lines: &str, more: &[&str]) -> Ended {
        Windlass::new(["eval"]).args(more).stdin(&self.file("lines", lines)).run().await
    }
}

#[tokio::test]
async fn text_is_printed_as_it_is_and_anything_else_as_json() {
    let bench = Bench::new();
    assert_eq!(bench.text("${{ vars.a }}-${{ vars.count + 1 }}", "vars: { a: x, count: 1 }").await, "x-2\n");
    assert_eq!(bench.text("${% vars.a %}", r#"{"vars": {"a": "two\nlines"}}"#).await, "two\nlines\n");
    assert_eq!(
        bench.text("${{ vars }}", "vars: { b: [1, null], a: 2.5 }").await,
        "{\"a\":2.5,\"b\":[1,null]}\n"
    );
    assert_eq!(bench.text("${{ '1.10' }}", "{}").await, "1.1\n", "coerced as in a promotion");
    assert_eq!(bench.text("${{ quote('1.10') }}", "").await, "1.10\n");
    assert_eq!(bench.text("${{ nothing }}", "").await, "null\n");
    let plain = bench.eval("1 + 1", "").await.expect(0);
    assert_eq!(plain.stdout, "1 + 1\n");
    assert_eq!(plain.stderr, "note: there is no expression in it; write ${{ … }} around one\n");
    assert_eq!(bench.eval("${{ 1 + 1 }}", "").await.expect(0).stderr, "");
    assert_eq!(bench.text("NaN${{ '' }}", "").await, "NaN\n");
}

#[tokio::test]
async fn json_is_json_whatever_the_type() {
    let bench = Bench::new();
    assert_eq!(bench.json("${{ vars.a }}", "vars: { a: x }").await, "\"x\"\n");
    assert_eq!(bench.json("${{ {'b': 1, 'a': [true]} }}", "").await, "{\"a\":[true],\"b\":1}\n");
    assert_eq!(bench.json("12", "").await, "\"12\"\n");
    assert_eq!(bench.json("${{ 12 }}", "").await, "12\n");
    let ended = Windlass::new(["eval", "-o", "json", "${{ 'NaN' }}"]).run().await.expect(1);
    let error: Value = serde_json::from_str(&ended.stderr).unwrap();
    assert_eq!(error["error"]["message"], "NaN is not a JSON number");
}

#[tokio::test]
async fn variables_come_from_standard_input_too() {
    let bench = Bench::new();
    let env = bench.file("env.yaml", "vars: { a: from stdin }");
    let ended = Windlass::new(["eval", "${{ vars.a }}", "--env", "-"]).stdin(&env).run().await.expect(0);
    assert_eq!(ended.stdout, "from stdin\n");
}

#[tokio::test]
async fn functions_without_a_promotion() {
    let bench = Bench::new();
    assert_eq!(bench.text("${{ semverDiff('1.2.3', '1.3.0') }}", "").await, "Minor\n");
    assert_eq!(bench.text("${{ warehouse('w').Name }}", "").await, "w\n");
    let refused = bench.eval("${{ imageFrom('x').Tag }}", "").await.expect(1);
    assert_eq!(
        refused.stderr,
        "error: imageFrom() works in a promotion only
  |
1 | ${{ imageFrom('x').Tag }}
  |     ^^^^^^^^^^^^^^
  |
  = help: --stage NAME -f PATH evaluates as a promotion to that stage does
"
    );
}

#[tokio::test]
async fn errors_have_a_mark_and_a_hint_and_end_with_1() {
    let bench = Bench::new();
    let ended = bench.eval("a ${{ uper(vars.a) }}", "vars: { a: x }").await.expect(1);
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended.stderr,
        "error: there is no function `uper` here
  |
1 | a ${{ uper(vars.a) }}
  |       ^^^^^^^^^^^^
  |
  = help: did you mean `upper`?
"
    );
    let parse = bench.eval("${{ 1 + }}", "").await.expect(1);
    assert!(parse.stderr.starts_with("error: ") && parse.stderr.contains('^'), "{}", parse.stderr);
    let open = bench.eval("x ${{ 1", "").await.expect(1);
    assert!(open.stderr.contains("`}}` is missing"), "{}", open.stderr);
    let file = bench.file("env", "");
    let json =
        Windlass::new(["eval", "-o", "json", "${{ 1 + true }}", "--env"]).arg(file).run().await.expect(1);
    assert_eq!(
        json.stderr,
        "{\"error\":{\"class\":\"type\",\"message\":\"`+` does not work on int and bool\",\"hint\":null,\"line\":1,\
         \"column\":7}}\n"
    );
    let budget = bench.eval("${{ map(1..1000000000, #) }}", "").await.expect(1);
    assert!(budget.stderr.contains("the evaluation takes more than"), "{}", budget.stderr);
}

#[tokio::test]
async fn wrong_usage_and_input_end_with_2() {
    let bench = Bench::new();
    let list = bench.eval("${{ 1 }}", "[1]").await.expect(2);
    assert!(list.stderr.contains("must be a mapping"), "{}", list.stderr);
    let broken = bench.eval("${{ 1 }}", "a: [").await.expect(2);
    assert!(broken.stderr.starts_with("error: ") && broken.stderr.contains("env: "), "{}", broken.stderr);
    Windlass::new(["eval", "x", "--env", "/no/such/file"]).run().await.expect(2);
    Windlass::new(["eval", "x", "y"]).run().await.expect(2);
    Windlass::new(["eval", "x", "--stage", "dev"]).run().await.expect(2);
    Windlass::new(["eval", "x", "--step", "s"]).run().await.expect(2);
    let both = Windlass::new(["eval", "--env", "-"]).run().await.expect(2);
    assert!(both.stderr.contains("cannot be read for two things"), "{}", both.stderr);
}

#[tokio::test]
async fn lines_are_expressions_or_templates_and_errors_do_not_end_it() {
    let bench = Bench::new();
    let env = bench.file("env.yaml", "vars: { count: 3, name: web }");
    let env = env.to_str().unwrap();
    let lines = "vars.count * 2\n\na ${{ vars.name }} b\n1 +\nquote('1.10')\n'1.10'\n[1, 'x']\nnow().Year()\ngroupBy([1], # > 0)\n:quit\n5\n";
    let ended = bench.lines(lines, &["--env", env, "--clock", "2026-01-02T03:04:05Z"]).await.expect(0);
    assert_eq!(ended.stdout, "6\na web b\n\"1.10\"\n1.10\n[1,\"x\"]\n2026\nmap[true:[1]]\n");
    assert!(ended.stderr.starts_with("error: ") && ended.stderr.contains("\n1 | 1 +\n"), "{}", ended.stderr);
    let json = bench.lines("'a'\nvars\n", &["--env", env, "-o", "json"]).await.expect(0);
    assert_eq!(json.stdout, "\"a\"\n{\"count\":3,\"name\":\"web\"}\n");
    assert_eq!(bench.lines("", &[]).await.expect(0).stdout, "");
}

#[tokio::test]
async fn commands_of_the_line() {
    let bench = Bench::new();
    let env = bench.file("env.yaml", "vars: { count: 3 }\nctx: { stage: dev }");
    let ended = bench.lines(":vars\n:nope\n:help\n", &["--env", env.to_str().unwrap()]).await.expect(0);
    let (vars, help) = ended.stdout.split_at(ended.stdout.find("Each line").unwrap());
    assert_eq!(vars, "ctx = {\"stage\":\"dev\"}\nvars = {\"count\":3}\n");
    assert!([":vars", ":functions", ":help", ":quit"].iter().all(|command| help.contains(command)), "{help}");
    assert_eq!(ended.stderr, "error: there is no command :nope\n  help: :help lists them\n");
    let functions = bench.lines(":functions\n", &[]).await.expect(0).stdout;
    assert!(["upper", "groupBy", "unsafeQuote", "imageFrom"].iter().all(|name| functions.contains(name)));
    assert!(functions.lines().all(|line| line.len() <= 80), "{functions}");
}

const STEPS: &str = "
- uses: compose-output
  as: first
  config: { a: 1 }
- task: { name: build }
  as: build
  vars: [{ name: given, value: 'of ${{ ctx.stage }}' }]
- uses: fail
  as: last
  if: ${{ failure() }}
";

const MORE: &str = "---
apiVersion: kargo.akuity.io/v1alpha1
kind: PromotionTask
metadata: { name: build, namespace: demo }
spec:
  vars: [{ name: given }, { name: own, value: '${{ ctx.stage }}!' }]
  steps:
    - { uses: compose-output, as: make, config: { b: 2 } }
    - { uses: compose-output, as: use, config: { c: '${{ task.outputs.make.b }}' } }
---
apiVersion: v1
kind: Secret
metadata: { name: api, namespace: demo, labels: { kargo.akuity.io/cred-type: generic } }
stringData: { token: hunter2hunter2, number: '42' }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: demo }
data: { colour: blue }
";

async fn world() -> World {
    let world = World::with(Options { steps: STEPS.to_owned(), ..Options::default() }).await;
    world.write("manifests/more.yaml", MORE);
    world.edit_manifests(
        "  promotionTemplate:\n    spec:\n",
        "  vars: [{ name: image, value: IMAGE }, { name: tag, value: '${{ imageFrom(vars.image).Tag }}' }]
  promotionTemplate:\n    spec:\n"
            .replace("IMAGE", &world.image())
            .as_str(),
    );
    world
}

fn eval(world: &World, arguments: &[&str]) -> Windlass {
    Windlass::new(["eval", "--stage", "dev", "-f"])
        .arg(world.path("manifests"))
        .arg("--data")
        .arg(world.path("data"))
        .args(arguments)
}

async fn answer(world: &World, arguments: &[&str]) -> String {
    eval(world, arguments).run().await.expect(0).stdout.trim_end().to_owned()
}

#[tokio::test]
async fn as_a_promotion_to_a_stage_sees_it() {
    let world = world().await;
    world.registry.add_image("app", "v1.2.0", &NewImage::default()).unwrap();
    assert_eq!(
        answer(&world, &["${{ ctx.project }}/${{ ctx.stage }} ${{ vars.tag }}"]).await,
        "demo/dev v1.2.0"
    );
    let commit = format!("${{{{ commitFrom('{}').ID }}}}", world.repo_url());
    assert_eq!(answer(&world, &[&commit]).await, world.main.to_string());
    assert_eq!(answer(&world, &["${{ configMap('settings').colour }}"]).await, "blue");
    assert_eq!(answer(&world, &["${{ ctx.targetFreight.origin.name }}"]).await, "app");
    let image = format!("{}:v1.0.0", world.image());
    assert_eq!(answer(&world, &["${{ vars.tag }}", "--image", &image]).await, "v1.0.0");
    assert!(!world.path("data").exists(), "nothing is recorded");
}

#[tokio::test]
async fn freight_of_the_record_and_nothing_is_added_to_it() {
    let world = world().await;
    let image = format!("{}:v1.0.0", world.image());
    let promoted = world.promote("dev").args(["--image", &image, "-o", "json"]).run().await.expect(0).json();
    let name = promoted["status"]["freight"]["name"].as_str().unwrap();
    assert_eq!(answer(&world, &["${{ vars.tag }}", "--freight", &name[..8]]).await, "v1.0.0");
    assert_eq!(answer(&world, &["${{ vars.tag }}"]).await, "v1.1.0");
    let arguments = ["${{ vars.tag }}", "--freight", "no-such-freight"];
    let unknown = eval(&world, &arguments).run().await.expect(2);
    assert!(unknown.stderr.contains("the newest are"), "{}", unknown.stderr);
    assert_eq!(unknown.stderr.matches("-").count(), 3, "only one is kept: {}", unknown.stderr);
}

#[tokio::test]
async fn as_one_of_its_steps_sees_it() {
    let world = world().await;
    let env =
        world.write("env.yaml", "outputs: { 'build::make': { b: 7 }, first: { a: 1 } }\nvars: { more: x }");
    let env = env.to_str().unwrap();
    let seen = "${{ [ctx.meta.step.alias, vars.own + vars.given, vars.more, task.outputs.make.b, outputs.first.a, status('make')] }}";
    let own: Value =
        serde_json::from_str(&answer(&world, &[seen, "--step", "build::use", "--env", env]).await).unwrap();
    assert_eq!(own, json!(["build::use", "dev!of dev", "x", 7, 1, "Succeeded"]));
    let outside = "${{ [vars.own, task, status('first'), success(), status('last')] }}";
    let last: Value = serde_json::from_str(&answer(&world, &[outside, "--step", "last"]).await).unwrap();
    assert_eq!(last, json!([null, null, "Succeeded", true, ""]));
    assert_eq!(answer(&world, &["${{ status('last') }}"]).await, "Succeeded", "after the last step");
    let unknown = eval(&world, &["x", "--step", "build::mak"]).run().await.expect(2);
    assert_eq!(unknown.stderr, "error: there is no step \"build::mak\"\n  help: did you mean build::make?\n");
}

#[tokio::test]
async fn the_network_is_asked_only_for_what_needs_it() {
    let world = world().await;
    world.edit_manifests("'${{ imageFrom(vars.image).Tag }}'", "none");
    world.edit_manifests(&world.repo_url(), "http://127.0.0.1:1/gone.git");
    assert_eq!(answer(&world, &["${{ ctx.stage }} ${{ vars.tag }}"]).await, "dev none");
    let asked = eval(&world, &["${{ imageFrom(vars.image).Tag }}"]).run().await.expect(3);
    assert!(asked.stderr.contains("127.0.0.1"), "{}", asked.stderr);
    let lines = world.write("lines", "imageFrom('x').Tag\nctx.stage\n");
    let ended = eval(&world, &[]).stdin(&lines).run().await.expect(0);
    assert_eq!(ended.stdout, "dev\n", "{}", ended.stderr);
}

#[tokio::test]
async fn secrets_are_never_shown() {
    let world = world().await;
    let lines = "\
secret('api').token
Bearer ${{ secret('api').token }}!
{'a': secret('api').number, 'b': upper(secret('api').token), 'c': 1}
split(secret('api').token, '')
groupBy(['x'], secret('api').token)
int(secret('api').token)
secret('api').token + 1
secret('api').token == 'hunter2hunter2'
${{ secret('api').number }}
${{ {(secret('api').token): 1} }}
";
    let lines = world.write("lines", lines);
    let ended = eval(&world, &["-o", "json"]).stdin(&lines).run().await.expect(0);
    let all = format!("{}{}", ended.stdout, ended.stderr).to_lowercase();
    assert!(!all.contains("hunter2") && !all.contains("42"), "{all}");
    assert_eq!(
        ended.stdout,
        "\"[redacted]\"\n\"Bearer [redacted]!\"\n{\"a\":\"[redacted]\",\"b\":\"[redacted]\",\"c\":1}\n\"[redacted]\"\n\"[redacted]\"\n\
         true\n\"[redacted]\"\n\"[redacted]\"\n"
    );
    assert_eq!(answer(&world, &["${{ secret('api').token }}"]).await, "[redacted]");
}

#[tokio::test]
async fn a_variable_that_cannot_be_evaluated_is_told() {
    let world = world().await;
    world.edit_manifests("'${{ imageFrom(vars.image).Tag }}'", "'${{ vars.nope.x }}'");
    let ended = eval(&world, &["${{ 1 }}"]).run().await.expect(1);
    assert!(ended.stderr.contains("promotion variable \"tag\": cannot read `x` of nil"), "{}", ended.stderr);
    let unknown =
        Windlass::new(["eval", "x", "--stage", "deev", "-f"]).arg(world.path("manifests")).run().await;
    assert_eq!(
        unknown.expect(2).stderr,
        "error: there is no Stage \"deev\" in project demo\n  help: did you mean dev?\n"
    );
}
