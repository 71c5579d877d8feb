//! kustomize-build beside the same library in a native program.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use windlass_tests::{Options, World};

use crate::line::{Line, Target, median};
use crate::promotion::promotions;

pub(crate) async fn measure() -> Vec<Line> {
    let (three, three_native) = build(3, 41).await;
    let (many, many_native) = build(200, 11).await;
    let mut lines = vec![
        Line { name: "kustomize-build-3", value: three / 1e3, unit: "ms", target: Target::AtMost(40.0) },
        Line { name: "kustomize-build-200", value: many / 1e3, unit: "ms", target: Target::None },
    ];
    if let (Some(three_native), Some(many_native)) = (three_native, many_native) {
        let native = |name, value: f64| Line { name, value: value / 1e3, unit: "ms", target: Target::None };
        lines.push(native("kustomize-build-3-native", three_native));
        lines.push(native("kustomize-build-200-native", many_native));
        let value = many / many_native;
        lines.push(Line {
            name: "kustomize-build-200-beside-native",
            value,
            unit: "times",
            target: Target::None,
        });
    }
    lines
}

/// Whether there is something to compare with.
pub(crate) fn with_kubectl() -> bool {
    Command::new("kubectl").args(["kustomize", "--help"]).output().is_ok_and(|output| output.status.success())
}

/// The medians of building an overlay of so many resources: the step's attempt, and the native program.
async fn build(resources: usize, times: usize) -> (f64, Option<f64>) {
    let files = overlay(resources);
    let steps = "
- uses: git-clone
  config:
    repoURL: REPO
    checkout: [{ branch: main, path: ./src }]
- uses: kustomize-build
  config: { path: ./src/bench/overlay, outPath: ./out.yaml }
"
    .to_owned();
    let world = World::with(Options { steps, files: files.clone(), ..Options::default() }).await;
    let (_, step) = promotions(&world, &[], times, 2, "kustomize-build").await;
    (step, native(&world, &files, times))
}

/// The program that `cargo xtask bench` builds.
fn native(world: &World, files: &[(String, String)], times: usize) -> Option<f64> {
    let program = windlass_tests::test_guests().join("native-kustomize");
    if !program.exists() {
        return None;
    }
    for (path, text) in files {
        world.write(&format!("native/{path}"), text);
    }
    let output = Command::new(program)
        .arg(world.path("native"))
        .args([Path::new("bench/overlay")])
        .arg(times.to_string())
        .output()
        .expect("the native program can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    Some(median(text.lines().skip(2).filter_map(|line| line.parse().ok()).collect()))
}

/// A base of so many resources, two of three of them Deployments, and an overlay with a merge patch for some.
fn overlay(resources: usize) -> Vec<(String, String)> {
    let mut base = "resources:\n".to_owned();
    let mut patches = "resources: [../base]\nnamespace: bench\npatches:\n".to_owned();
    let mut files = Vec::new();
    for number in 0..resources {
        let name = format!("app-{number}");
        let text = if number % 3 == 1 {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{ name: {name} }}\nspec: {{ ports: [{{ port: 80 }}] }}\n"
            )
        } else {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    spec:\n      \
                 containers: [{{ name: app, image: example.com/{name}:v1 }}]\n"
            )
        };
        let _ = writeln!(base, "- {name}.yaml");
        files.push((format!("bench/base/{name}.yaml"), text));
        if number % 30 == 0 {
            let _ = writeln!(patches, "- path: {name}.yaml");
            let patch = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    spec:\n      \
                 containers: [{{ name: app, env: [{{ name: A, value: b }}] }}]\n"
            );
            files.push((format!("bench/overlay/{name}.yaml"), patch));
        }
    }
    files.push(("bench/base/kustomization.yaml".to_owned(), base));
    files.push(("bench/overlay/kustomization.yaml".to_owned(), patches));
    files
}
