//! Recorded answers: inflation, availability, and the functions that look at steps and freight.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use windlass_model::freight::{FreightCollection, FreightOrigin};
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::secret::Secret;
use windlass_model::manifest::stage::{FreightRequest, Stage};
use windlass_model::manifest::step::{TaskKind, TaskReference, Variable};
use windlass_model::manifest::warehouse::Warehouse;
use windlass_model::promotion::StepStatus;
use windlass_promotion::availability::{FreightStatus, Verified, check_available};
use windlass_promotion::evaluate::functions::{DataScope, ProjectData, SecretData};
use windlass_promotion::evaluate::{StepMeta, StepView, TargetFreight};
use windlass_promotion::inflate::{Tasks, inflate};
use windlass_promotion::sealed::SealKey;

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn part<T: serde::de::DeserializeOwned + Default>(case: &Value, key: &str) -> T {
    case.get(key).map(|v| serde_json::from_value(v.clone()).unwrap()).unwrap_or_default()
}

/// Numbers compare as f64, the order of keys does not matter.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}

fn run(file: &str, answer: impl Fn(&Value) -> Option<Result<Value, String>>) -> usize {
    let mut failures = Vec::new();
    let mut passed = 0;
    for case in cases(file) {
        let Some(answer) = answer(&case) else { continue };
        let ok = match (&answer, case.get("want")) {
            (Ok(value), Some(want)) => {
                same(value, want) || case.get("wantSane").is_some_and(|sane| same(value, sane))
            }
            (Err(_), None) => case["error"] == json!(true),
            _ => false,
        };
        if ok {
            passed += 1;
        } else {
            failures.push(format!(
                "{} ({}): got {answer:?}, want {:?}",
                case["id"],
                case["about"],
                case.get("want")
            ));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    passed
}

struct Given {
    tasks: Vec<PromotionTask>,
    cluster_tasks: Vec<PromotionTask>,
}

impl Tasks for Given {
    fn find(&self, reference: &TaskReference) -> Option<&PromotionTask> {
        let among = match reference.kind.unwrap_or_default() {
            TaskKind::PromotionTask => &self.tasks,
            TaskKind::ClusterPromotionTask => &self.cluster_tasks,
        };
        among.iter().find(|task| task.metadata.name == reference.name)
    }
}

#[test]
fn inflation() {
    let passed = run("inflation.jsonl", |case| {
        // A stage that cannot even be read is refused as well.
        let stage: Stage = match serde_json::from_value(case["stage"].clone()) {
            Ok(stage) => stage,
            Err(error) => return Some(Err(error.to_string())),
        };
        let given = Given { tasks: part(case, "tasks"), cluster_tasks: part(case, "clusterTasks") };
        Some(
            inflate(&stage.spec, &given)
                .map_err(|e| e.to_string())
                .map(|inflated| json!({"vars": inflated.vars, "steps": inflated.steps})),
        )
    });
    assert_eq!(passed, 31);
}

#[test]
fn availability() {
    let passed = run("availability.jsonl", |case| {
        let stage: Stage = part(case, "stage");
        let freight = &case["freight"];
        let now: windlass_model::time::Timestamp = case["now"].as_str().unwrap().parse().unwrap();
        let origin: FreightOrigin = serde_json::from_value(freight["origin"].clone()).unwrap();
        let of =
            |key: &str| freight["status"].get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let time = |text: &Value| text.as_str().unwrap().parse().unwrap();
        let status = FreightStatus {
            verified_in: of("verifiedIn")
                .into_iter()
                .map(|(stage, v)| {
                    let longest: Option<windlass_versions::GoDuration> =
                        v.get("longestSoak").and_then(Value::as_str).map(|text| text.parse().unwrap());
                    (
                        stage,
                        Verified { longest_soak: longest.and_then(windlass_versions::GoDuration::to_std) },
                    )
                })
                .collect(),
            currently_in: of("currentlyIn")
                .into_iter()
                .map(|(stage, v)| (stage, time(&v["since"])))
                .collect(),
            approved_for: of("approvedFor").into_iter().map(|(stage, _)| stage).collect(),
        };
        let same_project = stage.metadata.namespace == freight["metadata"]["namespace"].as_str().unwrap();
        let available =
            same_project && check_available(&stage.metadata.name, &stage.spec, &origin, &status, now).is_ok();
        let mut soak = Map::new();
        for stage in stage.spec.requested_freight.iter().flat_map(|r| &r.sources.stages) {
            let seconds = status.soak(stage, now).unwrap_or_default().as_secs_f64().round();
            let text =
                windlass_versions::GoDuration::from_std(std::time::Duration::from_secs_f64(seconds)).unwrap();
            soak.insert(stage.clone(), json!(text.to_string()));
        }
        // The recorded answer leaves out stages without any soak.
        let wanted = case["want"]["longestSoak"].as_object().cloned().unwrap_or_default();
        soak.retain(|stage, value| wanted.contains_key(stage) || value != "0s");
        Some(Ok(json!({"available": available, "longestSoak": soak})))
    });
    assert_eq!(passed, 31);
}

#[derive(Default)]
struct Project {
    config_maps: BTreeMap<String, BTreeMap<String, String>>,
    secrets: Vec<Secret>,
    warehouses: Vec<Warehouse>,
    freight: Vec<Value>,
    stages: Vec<Value>,
}

impl ProjectData for Project {
    fn config_map(&self, scope: DataScope, name: &str) -> Option<BTreeMap<String, String>> {
        (scope == DataScope::Project).then(|| self.config_maps.get(name).cloned()).flatten()
    }

    fn secret(&self, scope: DataScope, name: &str) -> Option<SecretData> {
        let secret = self.secrets.iter().find(|s| s.metadata.name == name)?;
        (scope == DataScope::Project)
            .then(|| SecretData { source: format!("demo/{name}@1"), values: secret.values().unwrap() })
    }

    fn warehouse(&self, name: &str) -> Option<Warehouse> {
        self.warehouses.iter().find(|w| w.metadata.name == name).cloned()
    }

    fn freight_status(&self, name: &str) -> Option<Value> {
        let freight = self.freight.iter().find(|f| f["metadata"]["name"] == name)?;
        Some(freight.get("status").cloned().unwrap_or_else(|| json!({})))
    }

    fn stage_metadata(&self, name: &str) -> Option<Value> {
        let stage = self.stages.iter().find(|s| s["metadata"]["name"] == name)?;
        stage.get("status")?.get("metadata").cloned()
    }
}

fn view<'a>(project: &'a dyn ProjectData, nothing: &'a Nothing) -> StepView<'a> {
    StepView {
        project: "demo",
        stage: "",
        promotion: "",
        actor: "",
        rollback: false,
        ui_base_url: "",
        target_freight: TargetFreight::default(),
        target: None,
        vars: &[],
        alias: "here",
        step_vars: &[],
        outputs: &nothing.outputs,
        metas: &[],
        seal_key: &nothing.seal_key,
        freight_requests: &[],
        freight: &nothing.freight,
        data: project,
        now: jiff::Timestamp::UNIX_EPOCH,
    }
}

struct Nothing {
    outputs: Map<String, Value>,
    freight: FreightCollection,
    seal_key: SealKey,
}

impl Default for Nothing {
    fn default() -> Self {
        Self { outputs: Map::new(), freight: FreightCollection::default(), seal_key: SealKey::new(&[0; 32]) }
    }
}

fn status(text: &str) -> Option<StepStatus> {
    Some(match text {
        "Succeeded" => StepStatus::Succeeded,
        "Skipped" => StepStatus::Skipped,
        "Running" => StepStatus::Running,
        "Aborted" => StepStatus::Aborted,
        "Failed" => StepStatus::Failed,
        "Errored" => StepStatus::Errored,
        _ => return None,
    })
}

#[test]
fn conditions_variables_and_configurations_of_steps() {
    let passed = run("status_functions.jsonl", |case| {
        let (project, nothing) = (Project::default(), Nothing::default());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let context = &case["context"];
        let (vars, step_vars): (Vec<Variable>, Vec<Variable>) = (part(case, "vars"), part(case, "stepVars"));
        let outputs: Map<String, Value> = part(case, "outputs");
        let metas: Vec<StepMeta> = case["steps"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|step| StepMeta {
                alias: text(&step["alias"]),
                status: status(step["status"].as_str().unwrap_or_default()),
                continue_on_error: step["continueOnError"] == json!(true),
            })
            .collect();
        let (stage, promotion) = (text(&context["stage"]), text(&context["promotion"]));
        let (ui, actor, alias) = (text(&context["uiBaseUrl"]), text(&context["actor"]), text(&case["alias"]));
        let reference = &context["targetFreightRef"];
        let view = StepView {
            stage: &stage,
            promotion: &promotion,
            ui_base_url: &ui,
            actor: &actor,
            rollback: context["rollback"] == json!(true),
            target_freight: TargetFreight {
                name: text(&reference["name"]),
                alias: text(&context["targetFreightAlias"]),
                origin: text(&reference["origin"]["name"]),
            },
            target: context.get("Target").cloned(),
            vars: &vars,
            step_vars: &step_vars,
            alias: &alias,
            outputs: &outputs,
            metas: &metas,
            ..view(&project, &nothing)
        };
        Some(match case["kind"].as_str().unwrap() {
            "if" => view
                .should_run(case["if"].as_str().unwrap())
                .map(|run| json!({"run": run}))
                .map_err(|e| e.to_string()),
            "vars" => view
                .all_variables()
                .map_err(|e| e.to_string())
                .and_then(|vars| windlass_expr::Value::from(vars).to_json().map_err(|e| e.to_string())),
            _ => view
                .config(case.get("config"))
                .map_err(|e| e.to_string())
                .and_then(|evaluated| evaluated.to_json().map_err(|e| e.to_string())),
        })
    });
    assert_eq!(passed, 54);
}

#[test]
fn functions_on_freight_and_data() {
    let passed = run("freight_functions.jsonl", |case| {
        if case["kind"] == json!("criteria") {
            return None;
        }
        let config_maps: Vec<Value> = part(case, "configMaps");
        let project = Project {
            config_maps: config_maps
                .iter()
                .map(|map| (map["metadata"]["name"].as_str().unwrap().to_owned(), part(map, "data")))
                .collect(),
            secrets: part(case, "secrets"),
            warehouses: part(case, "warehouses"),
            freight: part(case, "freightObjects"),
            stages: part(case, "stageObjects"),
        };
        let mut freight = FreightCollection::default();
        for item in case["freight"].as_array().into_iter().flatten() {
            freight.insert(serde_json::from_value(item.clone()).unwrap());
        }
        let requests: Vec<FreightRequest> = part(case, "requestedFreight");
        let nothing = Nothing::default();
        let view = StepView { freight: &freight, freight_requests: &requests, ..view(&project, &nothing) };
        let config = json!({"it": case["template"]});
        let evaluated = view.config(Some(&config)).map_err(|e| e.to_string());
        Some(evaluated.and_then(|e| e.to_json().map_err(|e| e.to_string())).map(|json| json["it"].clone()))
    });
    assert!(passed > 60, "{passed}");
}
