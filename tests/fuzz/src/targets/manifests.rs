//! Manifests, by the program itself: reading and linting them ends with a report, whatever they are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value as Json, json};

use super::{Target, feature};
use crate::corpus;

/// How many are linted at once.
const AT_ONCE: usize = 48;

/// The target.
pub(crate) struct Manifests {
    program: PathBuf,
    /// Where inputs are put.
    dir: tempfile::TempDir,
}

impl Manifests {
    pub(crate) fn new() -> Self {
        let program = corpus::target_dir().join("debug/windlass");
        assert!(program.exists(), "{} is missing: run `cargo xtask steps` first", program.display());
        Self { program, dir: tempfile::tempdir().expect("a directory can be made") }
    }

    /// Lints inputs as files of one directory.
    fn lint(&self, inputs: &[Vec<u8>]) -> Result<Json, String> {
        let failed = |e: std::io::Error| format!("the inputs cannot be linted: {e}");
        let dir = self.dir.path().join("manifests");
        if dir.exists() {
            std::fs::remove_dir_all(&dir).map_err(failed)?;
        }
        std::fs::create_dir(&dir).map_err(failed)?;
        for (index, input) in inputs.iter().enumerate() {
            std::fs::write(dir.join(format!("{index:04}.yaml")), input).map_err(failed)?;
        }
        let arguments = ["lint", "-o", "json", "-f", "."];
        let ended = Command::new(&self.program).args(arguments).current_dir(&dir).output().map_err(failed)?;
        if !matches!(ended.status.code(), Some(0 | 1)) {
            let told = String::from_utf8_lossy(&ended.stderr).chars().take(500).collect::<String>();
            return Err(format!("it ended with {}: {told}", ended.status));
        }
        serde_json::from_slice(&ended.stdout).map_err(|e| format!("its report is no JSON: {e}"))
    }
}

impl Target for Manifests {
    fn corpus(&self) -> Vec<Vec<u8>> {
        let mut found = corpus::yaml_files("examples");
        found.push(SAMPLE.as_bytes().to_vec());
        for case in corpus::cases("inflation.jsonl").iter().take(100) {
            let manifest = |kind: &str, name: &Json, spec: &Json| {
                let metadata = json!({ "name": name, "namespace": "demo" });
                let manifest = json!({
                    "apiVersion": "kargo.akuity.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec
                });
                windlass_yaml::emit(&manifest, windlass_yaml::KeyOrder::Kept).unwrap_or_default().into_bytes()
            };
            found.push(manifest("Stage", &case["stage"]["name"], &case["stage"]["spec"]));
            for task in case["tasks"].as_array().into_iter().flatten() {
                found.push(manifest("PromotionTask", &task["name"], &task["spec"]));
            }
        }
        found
    }

    fn dictionary(&self) -> &'static [&'static str] {
        &WORDS
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
        let report = self.lint(inputs)?;
        let mut seen: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for problem in report["diagnostics"].as_array().into_iter().flatten() {
            let file = problem["file"].as_str().unwrap_or_default();
            let digits: String = file.chars().filter(char::is_ascii_digit).collect();
            let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
            let Ok(index) = digits.parse::<usize>() else { continue };
            seen.entry(index).or_default().push(format!("{} {}", text("rule"), text("path")));
        }
        Ok((0..inputs.len()).map(|index| feature(seen.remove(&index))).collect())
    }

    fn at_fault(&mut self, inputs: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let alone = inputs.iter().find(|input| self.lint(std::slice::from_ref(input)).is_err());
        alone.map_or_else(|| inputs.to_vec(), |input| vec![input.clone()])
    }
}

const SAMPLE: &str = "apiVersion: kargo.akuity.io/v1alpha1
kind: Stage
metadata: { name: dev, namespace: demo }
spec:
  vars: [{ name: image, value: ghcr.io/acme/web }]
  requestedFreight:
    - origin: { kind: Warehouse, name: app }
      sources: { direct: true, stages: [test], requiredSoakTime: 1h, availabilityStrategy: All }
  verification: { analysisTemplates: [{ name: check }], args: [{ name: a, value: '${{ vars.image }}' }] }
  promotionTemplate:
    spec:
      steps:
        - uses: kustomize-set-image
          as: update
          if: ${{ success() && status('x') != 'Failed' }}
          retry: { timeout: 5m, errorThreshold: 3 }
          config: { path: ., images: [{ image: '${{ vars.image }}', tag: '${{ imageFrom(vars.image).Tag }}' }] }
        - task: { name: build, kind: ClusterPromotionTask }
---
apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: { name: app, namespace: demo }
spec:
  subscriptions:
    - git: { repoURL: https://example.com/r.git, branch: main, includePaths: ['glob:a/**'], discoveryLimit: 5 }
    - image: { repoURL: ghcr.io/acme/web, constraint: ^1.0.0, imageSelectionStrategy: SemVer, platform: linux/amd64 }
    - chart: { repoURL: oci://example.com/charts, name: web, semverConstraint: '>=1.0.0 <2.0.0' }
  freightCreationCriteria: { expression: imageFrom('ghcr.io/acme/web').Tag == '1' }
---
apiVersion: v1
kind: Secret
metadata: { name: s, namespace: demo, labels: { kargo.akuity.io/cred-type: git } }
data: { password: aHVudGVyMg== }
stringData: { repoURL: https://example.com/r.git, username: u }
---
apiVersion: windlass.dev/v1alpha1
kind: Grants
metadata: { name: g, namespace: demo }
spec: { allow: [{ git: { url: https://example.com/*, access: write } }, { addresses: { cidr: 10.0.0.0/8 } }] }
";

static WORDS: [&str; 68] = [
    "apiVersion: ",
    "kind: ",
    "metadata: ",
    "name: ",
    "namespace: ",
    "labels: ",
    "spec: ",
    "Project",
    "Stage",
    "Warehouse",
    "PromotionTask",
    "ClusterPromotionTask",
    "ProjectConfig",
    "ClusterConfig",
    "Freight",
    "Promotion",
    "Secret",
    "ConfigMap",
    "Grants",
    "List",
    "items: ",
    "kargo.akuity.io/v1alpha1",
    "v1",
    "windlass.dev/v1alpha1",
    "vars: ",
    "value: ",
    "requestedFreight: ",
    "origin: ",
    "sources: ",
    "direct: true",
    "stages: ",
    "promotionTemplate: ",
    "steps: ",
    "uses: ",
    "as: ",
    "if: ",
    "config: ",
    "task: ",
    "retry: ",
    "timeout: ",
    "errorThreshold: ",
    "continueOnError: true",
    "subscriptions: ",
    "git: ",
    "image: ",
    "chart: ",
    "repoURL: ",
    "branch: ",
    "constraint: ",
    "allowTags: ",
    "expression: ",
    "${{ ",
    " }}",
    "vars.x",
    "outputs.a.b",
    "imageFrom('x')",
    "secret('s').k",
    "null",
    "[]",
    "{}",
    "- ",
    "\n",
    "\n  ",
    "\n---\n",
    "'",
    "\"",
    ": ",
    "regex:^(a|b)$",
];
