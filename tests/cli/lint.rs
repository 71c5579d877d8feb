//! `windlass lint`. What it says of a manifest stands beside it: `tests/cli/lint/NAME.yaml` and `NAME.txt`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use windlass_tests::{Ended, Windlass};

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/lint")
}

/// What is said of files of the golden directory.
async fn lint(arguments: &[&str]) -> Ended {
    Windlass::new(["lint"]).args(arguments).dir(&goldens()).run().await
}

/// What is said of the files of a new directory.
async fn lint_in(dir: &Path, arguments: &[&str]) -> Ended {
    Windlass::new(["lint"]).args(arguments).dir(dir).run().await
}

fn names(extension: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(goldens()).unwrap().map(|entry| entry.unwrap().path());
    let names = entries.filter(|path| path.extension().is_some_and(|e| e == extension));
    names.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(goldens().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const PROJECT: &str = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Project\nmetadata: { name: shop }\n";

#[tokio::test]
async fn every_manifest_is_told_of_as_it_stands_beside_it() {
    assert_eq!(names("yaml"), names("txt"), "every manifest has its text");
    for name in names("yaml") {
        let expected = read(&format!("{name}.txt"));
        let ended = lint(&["-f", &format!("{name}.yaml")]).await;
        assert_eq!(ended.stdout, expected, "{name}");
        assert_eq!(ended.stderr, "", "{name}");
        let summary = expected.lines().last().unwrap();
        let has_errors = summary.contains("error");
        assert_eq!(ended.code, Some(i32::from(has_errors)), "{name}: {summary}");
    }
}

/// Rules that other tests here are about.
const ELSEWHERE: [&str; 4] = ["missing-file", "unreadable-file", "steps-not-built", "unknown-output-member"];

#[tokio::test]
async fn every_rule_is_tried() {
    let sarif = lint(&["-f", "clean.yaml", "-o", "sarif"]).await.expect(0).json();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let texts: String = names("txt").iter().map(|name| read(&format!("{name}.txt"))).collect();
    for rule in rules.iter().map(|rule| rule["id"].as_str().unwrap()) {
        let is_tried = texts.contains(&format!("[{rule}]"));
        assert_eq!(is_tried, !ELSEWHERE.contains(&rule), "{rule}");
    }
}

#[tokio::test]
async fn json_is_for_scripts() {
    let ended = lint(&["-f", "names.yaml", "-f", "clean.yaml", "-o", "json"]).await.expect(1);
    assert_eq!(ended.json(), serde_json::from_str::<Value>(&read("names.json")).unwrap());
    let none = lint(&["-f", "clean.yaml", "-o", "json"]).await.expect(0).json();
    assert_eq!(none, json!({ "diagnostics": [], "files": 1 }));
}

#[tokio::test]
async fn sarif_is_for_code_hosts() {
    let sarif = lint(&["-f", "names.yaml", "-o", "sarif"]).await.expect(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "every rule is there once");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["error", "warning"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
    let mut found = run["results"].clone();
    for result in found.as_array_mut().unwrap() {
        result.as_object_mut().unwrap().remove("ruleIndex");
    }
    assert_eq!(found, serde_json::from_str::<Value>(&read("names.sarif.json")).unwrap());
}

#[tokio::test]
async fn addresses_in_sarif_are_relative_where_they_can_be() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a b/ü.yaml", "kind: Stage\n");
    let address = async |argument: &str| {
        let sarif = lint_in(dir.path(), &["-f", argument, "-o", "sarif"]).await.expect(1).json();
        let location = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        location["artifactLocation"].clone()
    };
    let relative = json!({ "uri": "a%20b/%C3%BC.yaml", "uriBaseId": "%SRCROOT%" });
    assert_eq!(address("a b").await, relative);
    assert_eq!(address("./a b/ü.yaml").await, relative);
    let whole = dir.path().canonicalize().unwrap().join("a b");
    assert_eq!(address(whole.to_str().unwrap()).await, relative);
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "x.yaml", "kind: Stage\n");
    let full = outside.path().canonicalize().unwrap().join("x.yaml").display().to_string();
    assert_eq!(address(&full).await, json!({ "uri": format!("file://{full}") }));
}

#[tokio::test]
async fn warnings_count_where_they_shall() {
    lint(&["-f", "data.yaml"]).await.expect(0);
    lint(&["-f", "data.yaml", "--strict"]).await.expect(1);
    lint(&["-f", "clean.yaml", "--strict"]).await.expect(0);
}

#[tokio::test]
async fn the_examples_are_clean() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples");
    let ended = lint_in(&examples, &["-f", "kargo-advanced", "--strict"]).await.expect(0);
    assert_eq!(ended.stdout, "no problems in 5 files\n");
    lint_in(&examples, &["-R", "-f", "kargo-advanced", "--strict"]).await.expect(0);
}

#[tokio::test]
async fn only_one_project_is_looked_at_if_it_is_named() {
    let ended = lint(&["-f", "pipeline.yaml", "--project", "elsewhere", "-o", "json"]).await.expect(1).json();
    let found: Vec<_> = ended["diagnostics"].as_array().unwrap().iter().map(|d| &d["line"]).collect();
    assert_eq!(found, [54, 54]);
    let ended = lint(&["-f", "pipeline.yaml", "--project", "nobody"]).await.expect(0);
    assert_eq!(ended.stdout, "no problems in 1 file\n");
}

#[tokio::test]
async fn standard_input_is_a_file_too() {
    let input = goldens().join("policies.yaml");
    let ended = Windlass::new(["lint", "-f", "-"]).stdin(&input).run().await.expect(0);
    assert_eq!(ended.stdout, read("policies.txt").replace("policies.yaml", "stdin"));
}

#[tokio::test]
async fn steps_that_are_not_built_are_told_of_and_the_rest_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let run = async |name: &str| {
        Windlass::new(["lint", "-f", name, "-o", "json"]).dir(&goldens()).steps(dir.path()).run().await
    };
    let ended = run("clean.yaml").await.expect(3).json();
    let [only] = ended["diagnostics"].as_array().unwrap().as_slice() else { panic!("{ended}") };
    assert_eq!(only["rule"], "steps-not-built");
    let message = only["message"].as_str().unwrap();
    assert!(message.ends_with("run `cargo xtask steps`"), "{message}");
    let ended = run("steps.yaml").await.expect(1).json();
    let rules: Vec<&str> =
        ended["diagnostics"].as_array().unwrap().iter().map(|d| d["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"steps-not-built") && rules.contains(&"reserved-alias"), "{rules:?}");
    assert!(!rules.contains(&"unknown-step") && !rules.contains(&"invalid-config"), "{rules:?}");
}

/// The index of steps that do not exist, with what they say of their outputs.
fn write_steps(dir: &Path, steps: &[(&str, Value)]) {
    let entry = |(name, output): &(&str, Value)| {
        let manifest = json!({
            "name": name, "version": "1.0.0", "summary": "Does.", "configSchema": {}, "outputSchema": output,
        });
        let digest = format!("sha256:{}", "0".repeat(64));
        ((*name).to_owned(), json!({ "file": "none.wasm", "digest": digest, "manifest": manifest }))
    };
    let steps: serde_json::Map<_, _> = steps.iter().map(entry).collect();
    write(dir, "index.json", &json!({ "v": 1, "steps": steps }).to_string());
}

/// What is said of a Stage with these steps.
async fn lint_steps(kinds: &[(&str, Value)], steps: &str) -> Ended {
    let dir = tempfile::tempdir().unwrap();
    write_steps(&dir.path().join("steps"), kinds);
    let stage = format!(
        "apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: {{ name: dev }}
spec:
  requestedFreight: [{{ origin: {{ kind: Warehouse, name: main }}, sources: {{ direct: true }} }}]
  promotionTemplate:
    spec:
      steps:
{steps}
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: {{ name: main }}
spec: {{ subscriptions: [{{ image: {{ repoURL: a }} }}] }}
"
    );
    write(dir.path(), "stage.yaml", &stage);
    let lint = Windlass::new(["lint", "-f", "stage.yaml"]);
    lint.dir(dir.path()).steps(&dir.path().join("steps")).run().await
}

#[tokio::test]
async fn outputs_are_held_against_what_their_step_gives() {
    let output = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "commit": { "type": "string" },
            "pr": {
                "type": "object",
                "additionalProperties": false,
                "properties": { "url": { "type": "string" } },
            },
            "open": { "type": "object", "properties": {} },
        },
    });
    let steps = "        - { uses: give, as: first }
        - uses: give
          config:
            a: ${{ outputs.first.commit }}${{ outputs.first.pr.url }}${{ outputs.first.open.any.thing }}
            b: ${{ outputs.first.comit }}
            c: ${{ outputs['first'].pr.link }}";
    let ended = lint_steps(&[("give", output)], steps).await.expect(0);
    assert_eq!(
        ended.stdout,
        r#"warning[unknown-output-member]: the output of step "first" has no member "comit"
  --> stage.yaml:13:34
   |
13 |             b: ${{ outputs.first.comit }}
   |                                  ^^^^^
   |
   = help: did you mean commit?

warning[unknown-output-member]: the output of step "first" has no member "link"
  --> stage.yaml:14:40
   |
14 |             c: ${{ outputs['first'].pr.link }}
   |                                        ^^^^
   |
   = help: its members are url

2 warnings in 1 file
"#
    );
}

#[tokio::test]
async fn expressions_without_delimiters_are_checked_in_the_steps_that_have_them() {
    let steps = "        - uses: http
          config:
            successExpression: response.status == 200 && respones.ok
            failureExpression: response.status = 500
            outputs:
              - { name: a, fromExpression: upper(response.body.a) }
              - { name: b, fromExpression: uper(response.body.b) }
              - { name: c, fromExpression: \"${{ vars.x }} + 1 +\" }
        - uses: json-parse
          config: { outputs: [{ name: a, fromExpression: data.thing }, { name: b, fromExpression: success() }] }";
    let ended = lint_steps(&[("http", Value::Null), ("json-parse", Value::Null)], steps).await.expect(1);
    let told: Vec<&str> =
        ended.stdout.lines().filter(|line| line.contains(": ") && !line.contains("|")).collect();
    assert_eq!(
        told,
        [
            "error[unknown-variable]: there is no variable respones here, so it is null",
            "   = help: did you mean response?",
            "error[invalid-expression]: the expression: `=` cannot stand here",
            "   = help: `==` compares; `=` is only for `let`",
            "error[unknown-function]: there is no function uper()",
            "   = help: did you mean upper?",
            "error[undefined-variable]: vars.x is not defined, and therefore null",
            "error[misplaced-function]: success() does not exist in this place",
        ]
    );
}

#[tokio::test]
async fn paths_that_lead_nowhere_are_wrong_usage() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    let missing = lint_in(dir.path(), &["-f", "nowhere"]).await.expect(2);
    assert_eq!(
        missing.stderr.trim(),
        "error: nowhere: No such file or directory (os error 2)\n  help: -f names a file or a directory with manifests"
    );
    let empty = lint_in(dir.path(), &["-f", "empty", "-o", "json"]).await.expect(2);
    assert_eq!(
        (empty.stdout.as_str(), empty.stderr.starts_with("error: there are no manifests in empty")),
        ("", true)
    );
    lint_in(dir.path(), &[]).await.expect(2);
    lint_in(dir.path(), &["-f", "empty", "-o", "xml"]).await.expect(2);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_no_fault_of_the_manifests() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "good.yaml", PROJECT);
    std::os::unix::fs::symlink("nowhere.yaml", dir.path().join("link.yaml")).unwrap();
    let ended = lint_in(dir.path(), &["-f", "."]).await.expect(3);
    assert_eq!(
        ended.stdout,
        "error[unreadable-file]: the file cannot be read: No such file or directory (os error 2)\n--> ./link.yaml:1:1\n\
         \n1 error in 2 files\n"
    );
    write(dir.path(), "wrong.yaml", &PROJECT.replace("shop", "Shop"));
    lint_in(dir.path(), &["-f", "."]).await.expect(1);
}

#[tokio::test]
async fn directories_are_followed_once() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a/project.yaml", PROJECT);
    write(dir.path(), "a/b/task.yml", "kind: PromotionTask\n");
    write(dir.path(), "a/.git/x.yaml", "[");
    write(dir.path(), "a/.windlass/promotions/x.yaml", "[");
    for name in ["a/loop", "a/b/up", "a/b/again"] {
        std::os::unix::fs::symlink("..", dir.path().join(name)).unwrap();
    }
    std::os::unix::fs::symlink("project.yaml", dir.path().join("a/same.yaml")).unwrap();
    let flat = lint_in(dir.path(), &["-f", "a", "-f", "a/project.yaml"]).await.expect(0);
    assert_eq!(flat.stdout, "no problems in 1 file\n");
    let deep = lint_in(dir.path(), &["-R", "-f", "."]).await.expect(1);
    assert!(deep.stdout.ends_with("1 error in 2 files\n"), "{}", deep.stdout);
}

#[tokio::test]
async fn files_that_are_no_manifests_are_refused_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path("binary.yaml"), [0x41, 0x0a, 0x42, 0xff, 0x00, 0xfe]).unwrap();
    std::fs::write(path("nul.yaml"), "a: \0\n").unwrap();
    std::fs::write(path("long.yaml"), "[".repeat(100 << 20)).unwrap();
    std::fs::write(path("deep.yaml"), "[".repeat(1 << 20)).unwrap();
    let deep = format!("{PROJECT}x: {}1{}\n", "{ a: ".repeat(130), " }".repeat(130));
    std::fs::write(path("nested.yaml"), deep).unwrap();
    let bomb = (1..40).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 8].join(", ");
        format!("{text}a{n}: &a{n} [{aliases}]\n")
    });
    std::fs::write(path("bomb.yaml"), bomb).unwrap();
    std::fs::write(path("bad.json"), "{\"kind\": ").unwrap();
    std::fs::write(path("empty.yaml"), "").unwrap();
    std::fs::write(path("scalars.yaml"), "--- 1\n--- [a]\n--- text\n--- null\n").unwrap();
    let ended = lint_in(dir.path(), &["-f", ".", "-o", "json"]).await.expect(1).json();
    let told: Vec<String> = ended["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            let text = |key: &str| d[key].as_str().unwrap().trim_start_matches("./").to_owned();
            format!("{}:{}:{} {}: {}", text("file"), d["line"], d["column"], text("rule"), text("message"))
        })
        .collect();
    assert_eq!(
        told,
        [
            "bad.json:1:10 invalid-yaml: the text ends where a value must be",
            "binary.yaml:2:2 invalid-yaml: the text is not UTF-8",
            "bomb.yaml:7:10 invalid-yaml: aliases make this document too large",
            "deep.yaml:1:128 invalid-yaml: collections are nested more than 127 deep",
            "long.yaml:1:1 invalid-yaml: the file has more than 64 MiB",
            "nested.yaml:4:634 invalid-yaml: collections are nested more than 127 deep",
            "nul.yaml:1:4 invalid-yaml: the character U+0000 is not allowed",
        ]
    );
}
