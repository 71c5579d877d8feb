//! What counts as ours.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::*;

/// A case of one step that writes `a.txt`, with these members besides.
fn case(members: &Value) -> (TempDir, Case) {
    let dir = tempfile::tempdir().unwrap();
    let want = json!({"status": "Succeeded", "terminal": false, "output": {"n": 7}});
    let mut case = json!({"step": "copy", "config": {}, "context": {}, "want": want});
    overlay(&mut case, members);
    write(&dir.path().join("case.yaml"), &case.to_string());
    write(&dir.path().join("out/a.txt"), "one\n{{server}}\n");
    let case = Case::read(dir.path()).unwrap();
    (dir, case)
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn reported() -> Reported {
    Reported {
        status: "Succeeded".to_owned(),
        terminal: false,
        message: "all is well".to_owned(),
        output: json!({"n": 7.0}),
        retry_after: None,
    }
}

fn file(text: &str, mode: u32) -> File {
    File { content: text.as_bytes().to_vec(), mode }
}

/// What the case wants.
fn observed() -> Observed {
    let mut placeholders = Placeholders::default();
    placeholders.set("server", "127.0.0.1:80");
    let files = BTreeMap::from([("a.txt".to_owned(), file("one\n127.0.0.1:80\n", 0o600))]);
    Observed {
        reported: vec![Some(reported())],
        tree: Tree { files, ..Tree::default() },
        outside: Vec::new(),
        requests: json!([]),
        remote: None,
        placeholders,
    }
}

/// What is wrong with what was observed, by the recording.
fn told(members: &Value, change: impl FnOnce(&mut Observed)) -> String {
    let (_dir, case) = case(members);
    let mut observed = observed();
    change(&mut observed);
    let verdict = Wanted::recorded(&case).unwrap().compare(&observed, case.repo.is_some());
    verdict.err().unwrap_or_default()
}

fn told_of_step(want: &Value, change: impl FnOnce(&mut Reported)) -> String {
    let mut all = json!({"status": "Succeeded", "terminal": false, "output": {"n": 7}});
    overlay(&mut all, want);
    told(&json!({"want": all}), |observed| change(observed.reported[0].as_mut().unwrap()))
}

#[test]
fn what_a_step_reports_must_be_as_recorded() {
    assert_eq!(told_of_step(&json!({"messageContains": ["is well"]}), |_| ()), "");
    let told = told_of_step(&json!({}), |step| step.status = "Failed".to_owned());
    assert_eq!(told, "the status is Failed and should be \"Succeeded\"; the message is \"all is well\"");
    assert!(told_of_step(&json!({}), |step| step.terminal = true).starts_with("terminal is true"));
    let told = told_of_step(&json!({}), |step| step.output = json!({"n": 8}));
    assert!(told.starts_with("the output is 8 at .n and should be 7"), "{told}");
    assert!(told_of_step(&json!({"output": null}), |step| step.output = json!({})).contains("the output"));
    assert!(told_of_step(&json!({"messageContains": ["bad"]}), |_| ()).contains("should contain \"bad\""));
    assert!(told_of_step(&json!({"retryAfter": "30s"}), |_| ()).starts_with("retryAfter is None"));
    assert_eq!(told_of_step(&json!({"retryAfter": "30s"}), |s| s.retry_after = Some("30s".to_owned())), "");
}

#[test]
fn of_a_crash_only_the_end_counts() {
    let crash = json!({"messageContains": ["step panicked"], "output": null});
    assert_eq!(told_of_step(&crash, |step| step.message = String::new()), "");
    assert!(told_of_step(&crash, |step| step.terminal = true).starts_with("terminal is true"));
}

#[test]
fn the_work_directory_must_be_as_recorded() {
    assert_eq!(told(&json!({}), |_| ()), "");
    let put = |path: &'static str, text: &'static str| {
        move |observed: &mut Observed| drop(observed.tree.files.insert(path.to_owned(), file(text, 0o644)))
    };
    assert_eq!(
        told(&json!({}), put("a.txt", "one\ntwo\n")),
        "a.txt line 2 is \"two\\n\" and should be \"{{server}}\\n\""
    );
    assert_eq!(told(&json!({}), put("b/.git", "")), "b/.git should not be there");
    assert_eq!(told(&json!({"repo": []}), put("b/.git", "")), "");
    assert_eq!(told(&json!({"repo": []}), put("repo-1/HEAD", "")), "");
    assert_eq!(told(&json!({"extraFiles": {"b": "x"}}), put("b", "x")), "");
    assert_eq!(told(&json!({"extraFiles": {"b": "x"}}), |_| ()), "b is missing");
    assert!(
        told(&json!({}), |o| o.tree.empty_dirs.push("d".to_owned())).contains("[\"d\"] and should be []")
    );
    let link = || Link { path: "l".to_owned(), target: "a.txt".to_owned() };
    assert!(told(&json!({}), |o| o.tree.links.push(link())).starts_with("the links are"));
    assert_eq!(
        told(&json!({"links": [{"path": "l", "target": "a.txt"}]}), |o| o.tree.links.push(link())),
        ""
    );
    assert!(told(&json!({}), |o| o.outside.push("x".to_owned())).starts_with("x was made outside"));
}

#[test]
fn modes_are_as_recorded_but_for_files_that_are_private_unasked() {
    let modes = |mode: &str| json!({"want": {"status": "Succeeded", "terminal": false, "output": {"n": 7}, "modes": {"a.txt": mode}}});
    assert_eq!(told(&modes("0600"), |_| ()), "");
    assert_eq!(told(&modes("0600"), |o| o.tree.files.get_mut("a.txt").unwrap().mode = 0o644), "");
    assert_eq!(told(&modes("0644"), |_| ()), "the mode of a.txt is 0600 and should be 0644");
    assert_eq!(told(&modes("0755"), |_| ()), "the mode of a.txt is 0600 and should be 0755");
}

#[test]
fn a_deviation_stands_in_the_place_of_what_it_mentions() {
    let (_dir, case) = case(&json!({}));
    let mut observed = observed();
    observed.reported[0].as_mut().unwrap().status = "Skipped".to_owned();
    observed.tree.files = BTreeMap::from([("b.txt".to_owned(), file("x", 0o644))]);
    let verdict = |deviation: &Value| Wanted::deviating(&case, deviation).unwrap().compare(&observed, false);
    let files = json!({"a.txt": null, "b.txt": "x"});
    assert_eq!(verdict(&json!({"status": "Skipped", "files": files})), Ok(()));
    assert!(verdict(&json!({"status": "Skipped"})).unwrap_err().contains("a.txt is missing"));
    assert!(verdict(&json!({"files": files})).unwrap_err().contains("the status is Skipped"));
    assert!(verdict(&json!({"status": "Failed", "files": files})).is_err());
    assert!(Wanted::deviating(&case, &json!({"steps": {"step-2": {}}})).is_err());
    assert!(Wanted::deviating(&case, &json!({"files": {"a.txt": 1}})).is_err());
}

#[test]
fn steps_of_a_sequence_are_told_apart() {
    let (_dir, case) = case(&json!({
        "step": null,
        "steps": [{"uses": "copy"}, {"externalPush": {"branch": "main", "message": "m", "author": "A <a>", "date": "d"}}],
        "want": {"steps": [{"status": "Failed", "terminal": false, "output": {"n": 7}}, {"skip": "externalPush"}]},
    }));
    let observed = Observed { reported: vec![Some(reported()), None], ..observed() };
    let told = Wanted::recorded(&case).unwrap().compare(&observed, false).unwrap_err();
    assert!(told.starts_with("step-1: the status is Succeeded and should be \"Failed\"; step-1: "), "{told}");
    let deviation = json!({"steps": {"step-1": {"status": "Succeeded"}}});
    assert_eq!(Wanted::deviating(&case, &deviation).unwrap().compare(&observed, false), Ok(()));
}
