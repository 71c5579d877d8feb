//! Kustomizations made up from numbers: a base of a few resources, and an overlay that uses some of what kustomize can do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Numbers that look random, the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll().is_multiple_of(sides)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.roll()).unwrap_or(usize::MAX);
        from[index % from.len()]
    }
}

/// The files of a kustomization, by their path in its directory.
pub(crate) struct Overlay {
    files: BTreeMap<String, String>,
}

impl Overlay {
    /// The overlay with a number: always the same one.
    pub(crate) fn generate(number: u64) -> Self {
        let mut dice = Dice(number);
        let mut files = BTreeMap::new();
        let resources = base(&mut dice);
        let names: Vec<String> = resources.keys().cloned().collect();
        files.insert("base/kustomization.yaml".to_owned(), format!("resources: [{}]\n", names.join(", ")));
        files.extend(resources.into_iter().map(|(name, text)| (format!("base/{name}"), text)));
        let kustomization = overlay(&mut dice, &mut files);
        files.insert("kustomization.yaml".to_owned(), kustomization);
        Self { files }
    }

    /// Writes the files into a directory of the work directory.
    pub(crate) fn write(&self, work: &Path, name: &str) {
        for (path, text) in &self.files {
            let path = work.join(name).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
}

/// The resources of the base.
fn base(dice: &mut Dice) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([("deployment.yaml".to_owned(), deployment(dice))]);
    if dice.one_in(2) {
        files.insert("service.yaml".to_owned(), SERVICE.to_owned());
    }
    if dice.one_in(3) {
        let text = dice.pick(&["on", "\"on\"", "0644", "1_000", "~", "yes", "1e3", "'x: y'", "ünï → 日本"]);
        files.insert("settings.yaml".to_owned(), SETTINGS.replace("VALUE", text));
    }
    if dice.one_in(3) {
        files.insert("rbac.yaml".to_owned(), RBAC.to_owned());
    }
    if dice.one_in(4) {
        files.insert("cron.yaml".to_owned(), CRON.to_owned());
    }
    if dice.one_in(5) {
        files.insert("custom.yaml".to_owned(), CUSTOM.to_owned());
    }
    files
}

fn deployment(dice: &mut Dice) -> String {
    let mut text = DEPLOYMENT.replace("REPLICAS", dice.pick(&["1", "3", "0"]));
    let image = dice.pick(&["ghcr.io/acme/web:v1", "web", "registry:5000/web@sha256:0123", "web:1.0"]);
    text = text.replace("IMAGE", image);
    if dice.one_in(3) {
        text.push_str("      - name: side # comes along\n        image: redis:7\n        command: [\"sh\", '-c', sleep]\n");
    }
    if dice.one_in(6) {
        text = text.replace('\n', "\r\n");
    }
    text
}

/// The overlay's own file.
fn overlay(dice: &mut Dice, files: &mut BTreeMap<String, String>) -> String {
    let mut text = String::from("resources: [base]\n");
    let simple: [(u64, &[&str]); 9] = [
        (2, &["namePrefix: dev-\n", "namePrefix: a.b-\n"]),
        (3, &["nameSuffix: -v2\n"]),
        (2, &["namespace: team-a\n", "namespace: default\n"]),
        (3, &["commonLabels: { app.kubernetes.io/part-of: shop, tier: \"1\" }\n"]),
        (
            3,
            &[
                "labels:\n- pairs: { seen: 'true' }\n",
                "labels:\n- pairs: { env: dev }\n  includeSelectors: true\n",
                "labels:\n- pairs: { env: dev }\n  includeTemplates: true\n",
            ],
        ),
        (3, &["commonAnnotations: { note: \"a: b # c\", empty: '' }\n"]),
        (3, &["replicas:\n- name: web\n  count: 7\n"]),
        (4, &["sortOptions: { order: legacy }\n", "sortOptions: { order: fifo }\n"]),
        (5, &["buildMetadata: [originAnnotations]\n", "buildMetadata: [managedByLabel]\n"]),
    ];
    for (sides, choices) in simple {
        if dice.one_in(sides) {
            text.push_str(dice.pick(choices));
        }
    }
    images(dice, &mut text);
    generators(dice, &mut text, files);
    patches(dice, &mut text, files);
    others(dice, &mut text, files);
    text
}

fn images(dice: &mut Dice, text: &mut String) {
    if !dice.one_in(2) {
        return;
    }
    text.push_str("images:\n");
    for name in ["ghcr.io/acme/web", "web", "redis", "registry:5000/web"] {
        if dice.one_in(2) {
            let change = dice.pick(&[
                "newTag: v9",
                "newTag: '1.10'",
                "digest: sha256:abcdef",
                "newName: other.example/web",
                "newName: other\n  newTag: v3",
            ]);
            let _ = writeln!(text, "- name: {name}\n  {change}");
        }
    }
}

fn generators(dice: &mut Dice, text: &mut String, files: &mut BTreeMap<String, String>) {
    if dice.one_in(2) {
        text.push_str(
            "configMapGenerator:\n- name: settings-made\n  literals: [A=1, \"B=two words\", C=a=b]\n",
        );
        if dice.one_in(2) {
            files.insert("app.properties".to_owned(), "color=blue\nplain\n# no\n".to_owned());
            text.push_str("  files: [app.properties, renamed=app.properties]\n");
        }
        if dice.one_in(3) {
            files.insert("vars.env".to_owned(), "X=1\n\n# comment\nY=\"q\"\n".to_owned());
            text.push_str("  envs: [vars.env]\n");
        }
        if dice.one_in(4) {
            text.push_str("  options: { disableNameSuffixHash: true, labels: { made: 'yes' } }\n");
        }
    }
    if dice.one_in(3) {
        text.push_str("secretGenerator:\n- name: creds\n  type: Opaque\n  literals: [PW=s3cret, EMPTY=]\n");
    }
    if dice.one_in(6) {
        text.push_str("generatorOptions: { annotations: { by: kustomize }, immutable: true }\n");
    }
}

fn patches(dice: &mut Dice, text: &mut String, files: &mut BTreeMap<String, String>) {
    if !dice.one_in(2) {
        return;
    }
    text.push_str("patches:\n");
    if dice.one_in(2) {
        files.insert("patch.yaml".to_owned(), STRATEGIC.to_owned());
        text.push_str("- path: patch.yaml\n");
    }
    if dice.one_in(2) {
        text.push_str(
            "- target: { kind: Deployment }\n  patch: |-\n    - op: add\n      path: /metadata/labels/json6902\n      \
             value: \"yes\"\n    - op: replace\n      path: /spec/replicas\n      value: 5\n",
        );
    }
    if dice.one_in(4) {
        text.push_str(
            "- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: { name: web }\n    spec:\n      template:\n        \
             spec:\n          containers:\n          - name: web\n            $patch: delete\n",
        );
    }
    if dice.one_in(12) {
        text.push_str("- path: patch-that-is-not-there.yaml\n");
    }
}

fn others(dice: &mut Dice, text: &mut String, files: &mut BTreeMap<String, String>) {
    if dice.one_in(4) {
        files.insert("component/kustomization.yaml".to_owned(), COMPONENT.to_owned());
        text.push_str("components: [component]\n");
    }
    if dice.one_in(4) {
        text.push_str(
            "replacements:\n- source: { kind: Deployment, name: web, fieldPath: spec.replicas }\n  targets:\n  - select: { kind: \
             Deployment }\n    fieldPaths: [metadata.annotations.replicas]\n    options: { create: true }\n",
        );
    }
    if dice.one_in(40) {
        text.push_str("noSuchField: true\n");
    }
}

const DEPLOYMENT: &str = "# the web server
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: REPLICAS
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      serviceAccountName: web
      containers:
      - name: web
        image: IMAGE
        args: [\"--a\", '--b', \"yes\"]
        env:
        - {name: MODE, value: \"on\"}
        - name: FROM
          valueFrom:
            configMapKeyRef: {name: settings-made, key: A}
        envFrom:
        - secretRef: {name: creds}
        ports: [{containerPort: 8080, protocol: TCP}]
";

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: 8080}
";

const SETTINGS: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  annotations: {z: \"1\", a: 'yes'}
data:
  key: VALUE
  block: |
    several lines

    of text
  folded: >-
    one
    line
";

const RBAC: &str = "apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
subjects:
- {kind: ServiceAccount, name: web, namespace: somewhere}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web}
rules:
- {apiGroups: [\"\"], resources: [pods], verbs: [get]}
";

const CRON: &str = "apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: \"0 3 * * *\"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: job, image: web}]
";

const CUSTOM: &str = "apiVersion: example.com/v1
kind: Widget
metadata: {name: widget}
spec: {anchor: &a {x: 1.0, y: [1, 2]}, again: *a, big: 12345678901234567890, float: 1e-7}
";

const STRATEGIC: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: web
        env:
        - {name: MODE, value: \"off\"}
        - {name: NEW, value: '1'}
        resources: {limits: {cpu: 500m, memory: 1Gi}}
      - name: extra
        image: busybox
";

const COMPONENT: &str = "apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
namePrefix: comp-
patches:
- target: { kind: Deployment }
  patch: |-
    - op: add
      path: /spec/template/spec/nodeSelector
      value: { disk: ssd }
";
