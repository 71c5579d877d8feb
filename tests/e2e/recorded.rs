//! The recorded answers of Kargo's Git steps (`tests/vectors/steps`), replayed as whole promotions against a real server:
//! outputs, work directories, and what the remote holds afterwards.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use windlass_testkit::git::{NewCommit, Repository};
use windlass_testkit::kubernetes::{SyncOutcome, application_key};
use windlass_tests::{Options, World, test_guests};
use windlass_yaml::to_json;

/// Holds the promotion before somebody else pushes.
const BARRIER: &str = "app-dev";
/// Holds the promotion once everything is done, so that its files can be looked at.
const END: &str = "app-end";

#[tokio::test]
async fn git_clone() {
    replay("git-clone", 9).await;
}

#[tokio::test]
async fn git_clear() {
    replay("git-clear", 6).await;
}

#[tokio::test]
async fn git_commit() {
    replay("git-commit", 6).await;
}

#[tokio::test]
async fn git_push() {
    replay("git-push", 7).await;
}

async fn replay(step: &str, cases: usize) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/steps").join(step);
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert_eq!(found.len(), cases);
    for dir in found {
        let text = std::fs::read_to_string(dir.join("case.yaml")).unwrap();
        Case { dir, case: to_json(&text).unwrap() }.check().await;
    }
}

struct Case {
    dir: PathBuf,
    case: Value,
}

/// What stands for placeholders: the commits that were there and those that others pushed.
#[derive(Default)]
struct Commits(BTreeMap<String, String>);

impl Case {
    fn steps(&self) -> Vec<&Value> {
        match self.case["steps"].as_array() {
            Some(steps) => steps.iter().collect(),
            None => vec![&self.case],
        }
    }

    fn wanted(&self) -> Vec<&Value> {
        match self.case["want"]["steps"].as_array() {
            Some(steps) => steps.iter().collect(),
            None => vec![&self.case["want"]],
        }
    }

    /// The steps as a promotion has them: it goes on after errors, and waits where the case wants it to.
    fn promotion(&self, repo: &str, commits: &Commits) -> String {
        let wait = |name: &str| json!({ "uses": "argocd-update", "config": { "apps": [{ "name": name }] } });
        let step = |(index, step): (usize, &Value)| {
            if step.get("externalPush").is_some() {
                return wait(BARRIER);
            }
            let uses = step.get("uses").unwrap_or(&step["step"]).as_str().unwrap();
            let uses = if uses == "file-write" { "put-file" } else { uses };
            json!({ "uses": uses, "as": format!("s{index}"), "continueOnError": true, "config": step["config"] })
        };
        let steps = self.steps().into_iter().enumerate().map(step).chain([wait(END)]);
        let text: String = steps.map(|step| format!("- {step}\n")).collect();
        commits.0.iter().fold(text.replace("{{repo}}", repo), |text, (name, id)| text.replace(name, id))
    }

    async fn check(&self) {
        let name = self.dir.file_name().unwrap().to_string_lossy().into_owned();
        let world = World::with(Options { steps: "- STEPS".to_owned(), ..Options::default() }).await;
        let repository = world.git.create("case.git").await.unwrap();
        // What was recorded had a remote that is a directory; it matters only where the address of a page is made from it.
        let directory = format!("file://{}", repository.path().display());
        let url = if name == "provider-given" { directory } else { world.server.git_url("case.git") };
        let mut commits = Commits::default();
        for (index, commit) in self.case["repo"].as_array().into_iter().flatten().enumerate() {
            let id = push(&repository, commit).await;
            commits.0.insert(format!("{{{{seed:{index}}}}}"), id);
        }
        let steps = self.promotion(&url, &commits).trim().replace('\n', "\n        ");
        world.edit_manifests("- STEPS", &steps);
        world.edit_manifests(
            &format!("repoURL: {}, username", world.repo_url()),
            &format!("repoURL: {url}, username"),
        );
        world.edit_manifests(&format!("- git: {{ repoURL: {}, branch: main }}\n", world.repo_url()), "");
        for name in [BARRIER, END] {
            let mut application = world.application_now("dev");
            let annotations = application["metadata"]["annotations"].take();
            application["metadata"] =
                json!({ "name": name, "namespace": "argocd", "annotations": annotations });
            application["spec"]["source"]["targetRevision"] = json!("main");
            world.kubernetes.apply(application).unwrap();
        }
        world.kubernetes.argo().set_outcome(SyncOutcome::Hold);

        let local = format!("git.local={}", repository.path().parent().unwrap().display());
        let run = world.promote("dev").args(["-o", "json", "--grant", &local]);
        let run = run.steps(&test_guests().join("steps"));
        if self.is_refused_by_schema() {
            let ended = run.run().await.expect(2);
            assert!(ended.stderr.contains("error: the configuration of "), "{name}: {}", ended.stderr);
            return;
        }
        let mut running = run.start();
        for (index, step) in self.steps().into_iter().enumerate() {
            if let Some(commit) = step.get("externalPush") {
                running.until(waits_for(&world, BARRIER)).await;
                let id = push(&repository, commit).await;
                commits.0.insert(format!("{{{{external:{index}}}}}"), id);
                world.kubernetes.argo().set_outcome_of("argocd", BARRIER, SyncOutcome::Succeed);
            }
        }
        running.until(waits_for(&world, END)).await;
        self.check_files(&name, &world);
        world.kubernetes.argo().set_outcome_of("argocd", END, SyncOutcome::Succeed);
        let promotion = running.wait().await.expect(0).json();
        for (branch, id) in repository.branches().await.unwrap() {
            commits.0.insert(format!("{{{{head:{branch}}}}}"), id.to_string());
        }
        self.check_steps(&name, &promotion, &commits);
        self.check_remote(&name, &repository, &commits).await;
    }

    /// Whether the configuration is wrong as it stands, so that nothing runs.
    fn is_refused_by_schema(&self) -> bool {
        let parts = self.wanted().into_iter().flat_map(|want| want["messageContains"].as_array());
        let is_of_schema = |part: &str| part.starts_with("invalid git-") || part.ends_with(" is required");
        parts.flatten().any(|part| part.as_str().is_some_and(is_of_schema))
    }

    fn check_steps(&self, name: &str, promotion: &Value, commits: &Commits) {
        let executions = promotion["status"]["stepExecutionMetadata"].as_array().unwrap();
        for (index, want) in self.wanted().into_iter().enumerate() {
            if want.get("skip").is_some() {
                continue;
            }
            let alias = format!("s{index}");
            let execution = executions.iter().find(|execution| execution["alias"] == alias.as_str()).unwrap();
            assert_eq!(execution["status"], want["status"], "{name}: {execution}");
            for part in want["messageContains"].as_array().into_iter().flatten() {
                let (message, part) = (execution["message"].as_str().unwrap(), part.as_str().unwrap());
                assert!(message.contains(part), "{name}: {message}");
            }
            let output = promotion["status"]["state"].get(&alias).unwrap_or(&Value::Null);
            assert!(commits.fit(output, &want["output"]), "{name}: {output} is not {}", want["output"]);
        }
    }

    /// The work directory, without what belongs to Git.
    fn check_files(&self, name: &str, world: &World) {
        let promotion =
            std::fs::read_dir(world.path("data/promotions")).unwrap().next().unwrap().unwrap().path();
        let mut found = files_below(&promotion.join("work"));
        let extra = self.case["want"]["extraFiles"].as_object().into_iter().flatten();
        for (path, content) in extra {
            let there = found.remove(Path::new(path)).unwrap_or_else(|| panic!("{name}: {path} is missing"));
            assert_eq!(String::from_utf8_lossy(&there), content.as_str().unwrap(), "{name}: {path}");
        }
        let mut wanted = files_below(&self.dir.join("out"));
        wanted.extend(self.deviating_files());
        assert_eq!(found, wanted, "{name}");
    }

    /// The files that we leave otherwise, where the recorded ones are damaged.
    fn deviating_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let deviations = to_json(include_str!("../vectors/deviations.yaml")).unwrap();
        let id = self.dir.strip_prefix(self.dir.ancestors().nth(2).unwrap()).unwrap();
        let own = deviations
            .as_array()
            .unwrap()
            .iter()
            .find(|deviation| id == Path::new(deviation["case"].as_str().unwrap()));
        let files = own.and_then(|deviation| deviation["files"].as_object()).into_iter().flatten();
        files.map(|(path, content)| (path.into(), content.as_str().unwrap().into())).collect()
    }

    async fn check_remote(&self, name: &str, repository: &Repository, commits: &Commits) {
        let Some(want) = self.case["want"].get("remote") else { return };
        let mut branches = serde_json::Map::new();
        for branch in repository.branches().await.unwrap().into_keys() {
            let log = repository.log(&branch).await.unwrap();
            let files = repository.files(&branch).await.unwrap().into_iter();
            let files: BTreeMap<String, String> =
                files.map(|(path, file)| (path, String::from_utf8(file.content).unwrap())).collect();
            let person = |who: &windlass_model::call::git::Identity| format!("{} <{}>", who.name, who.email);
            let subjects: Vec<&str> =
                log.iter().map(|commit| commit.message.lines().next().unwrap_or_default()).collect();
            let head = json!({
                "sha": log[0].id, "author": person(&log[0].author.who), "committer": person(&log[0].committer.who),
                "message": log[0].message.trim_end(), "parents": log[0].parents.len(), "subjects": subjects,
                "files": files,
            });
            branches.insert(branch, head);
        }
        let branches = Value::Object(branches);
        assert!(
            commits.fit(&branches, &want["branches"]),
            "{name}: {branches:#} is not {:#}",
            want["branches"]
        );
        let refs = repository.refs().await.unwrap();
        let tags: Vec<&str> = refs.keys().filter_map(|name| name.strip_prefix("refs/tags/")).collect();
        let wanted: Vec<&str> =
            want["tags"].as_object().into_iter().flatten().map(|(tag, _)| tag.as_str()).collect();
        assert_eq!(tags, wanted, "{name}");
    }
}

impl Commits {
    /// Whether a value is what is wanted, with commits in the place of placeholders.
    fn fit(&self, value: &Value, wanted: &Value) -> bool {
        match (value, wanted) {
            (Value::String(value), Value::String(wanted)) if wanted == "{{sha}}" => {
                value.len() == 40 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            (Value::String(value), Value::String(wanted)) => self.0.get(wanted).unwrap_or(wanted) == value,
            (Value::Object(value), Value::Object(wanted)) => {
                value.len() == wanted.len()
                    && value
                        .iter()
                        .all(|(name, value)| wanted.get(name).is_some_and(|wanted| self.fit(value, wanted)))
            }
            (Value::Array(value), Value::Array(wanted)) => {
                value.len() == wanted.len()
                    && value.iter().zip(wanted).all(|(value, wanted)| self.fit(value, wanted))
            }
            _ => value == wanted,
        }
    }
}

/// Makes a commit of a case; its id. A branch that is new begins where `main` is.
async fn push(repository: &Repository, commit: &Value) -> String {
    let text = |name: &str| commit[name].as_str().unwrap();
    let branches = repository.branches().await.unwrap();
    if let (None, Some(main)) = (branches.get(text("branch")), branches.get("main")) {
        repository.set_branch(text("branch"), *main).await.unwrap();
    }
    let (name, email) = text("author").trim_end_matches('>').split_once(" <").unwrap();
    let mut new = NewCommit::on(text("branch"))
        .message(format!("{}\n", text("message")))
        .by(name, email)
        .at(text("date").replace("+00:00", "Z").parse().unwrap());
    for path in commit["remove"].as_array().into_iter().flatten() {
        new = new.delete(path.as_str().unwrap());
    }
    for (path, content) in commit["files"].as_object().into_iter().flatten() {
        new = new.write(path, content.as_str().unwrap());
    }
    let id = repository.commit(&new).await.unwrap();
    if let Some(tag) = commit["tag"].as_str() {
        repository.tag(tag, id).await.unwrap();
    }
    id.to_string()
}

/// Waits until the promotion waits for the sync of an Application.
async fn waits_for(world: &World, name: &str) {
    let is_running = |application: Option<&Value>| {
        application.is_some_and(|application| application["status"]["operationState"]["phase"] == "Running")
    };
    world.kubernetes.wait_for(&application_key("argocd", name), is_running).await;
}

/// Every file, without the `.git` of worktrees.
fn files_below(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![PathBuf::new()];
    while let Some(path) = left.pop() {
        for entry in std::fs::read_dir(dir.join(&path)).into_iter().flatten().map(Result::unwrap) {
            let path = path.join(entry.file_name());
            if entry.file_name() == ".git" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                left.push(path);
            } else {
                found.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}
