//! Linting a thousand stages, each with steps and expressions of its own.

use std::fmt::Write as _;

use windlass_tests::Windlass;

use crate::line::{Line, Target, median, now_micros};

const STAGES: usize = 1_000;
const TIMES: usize = 7;

pub(crate) async fn measure() -> Vec<Line> {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("all.yaml"), manifests()).expect("the manifests can be written");
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = now_micros();
        let ended = Windlass::new(["lint", "-f"]).arg(dir.path()).run().await.expect(0);
        times.push(now_micros() - start);
        assert_eq!(ended.stdout, "no problems in 1 file\n");
    }
    vec![Line {
        name: "lint-1000-stages",
        value: median(times) / 1e3,
        unit: "ms",
        target: Target::AtMost(1_000.0),
    }]
}

/// A warehouse and a chain of stages.
fn manifests() -> String {
    let mut text = "apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: { name: main, namespace: shop }
spec:
  subscriptions:
    - image: { repoURL: ghcr.io/acme/web }
    - git: { repoURL: \"https://github.com/acme/shop\" }
"
    .to_owned();
    for number in 0..STAGES {
        let sources = match number.checked_sub(1) {
            Some(before) => format!("stages: [stage-{before}]"),
            None => "direct: true".to_owned(),
        };
        let stage = STAGE.replace("NUMBER", &number.to_string()).replace("SOURCES", &sources);
        let _ = writeln!(text, "---\n{stage}");
    }
    text
}

const STAGE: &str = "apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata:
  name: stage-NUMBER
  namespace: shop
spec:
  vars:
    - name: image
      value: ghcr.io/acme/web
    - name: repo
      value: https://github.com/acme/shop
    - name: branch
      value: env/stage-NUMBER
  requestedFreight:
    - origin:
        kind: Warehouse
        name: main
      sources:
        SOURCES
  promotionTemplate:
    spec:
      vars:
        - name: tag
          value: ${{ imageFrom(vars.image).Tag }}-NUMBER
      steps:
        - uses: git-clone
          config:
            repoURL: ${{ vars.repo }}
            checkout:
              - commit: ${{ commitFrom(vars.repo).ID }}
                path: ./src-NUMBER
              - branch: ${{ vars.branch }}
                create: true
                path: ./out
        - uses: git-clear
          config:
            path: ./out
        - uses: kustomize-set-image
          as: update
          config:
            path: ./src-NUMBER/env/${{ ctx.stage }}
            images:
              - image: ${{ vars.image }}
                tag: ${{ vars.tag }}
        - uses: kustomize-build
          config:
            path: ./src-NUMBER/env/${{ ctx.stage }}
            outPath: ./out
        - uses: git-commit
          as: commit
          config:
            path: ./out
            message: ${{ outputs.update.commitMessage }} to NUMBER
        - uses: git-push
          if: ${{ success() && status('commit') != 'Skipped' && ctx.stage != 'NUMBER' }}
          config:
            path: ./out
        - uses: argocd-update
          config:
            apps:
              - name: shop-${{ ctx.stage }}-NUMBER
                sources:
                  - repoURL: ${{ vars.repo }}
                    desiredRevision: ${{ outputs.commit.commit }}
";
