//! `windlass step list` and `windlass step inspect`: which steps there are, and what each says of itself.

use windlass_tests::{Windlass, test_guests};

#[tokio::test]
async fn steps_are_listed() {
    let text = Windlass::new(["step", "list"]).run().await.expect(0).stdout;
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("NAME "), "{text}");
    let names: Vec<&str> = lines.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(
        names.is_sorted() && names.contains(&"git-push") && names.contains(&"kustomize-build"),
        "{names:?}"
    );
    assert!(text.contains("Makes an annotated tag at the head of a worktree.\n"), "{text}");
    let json = Windlass::new(["step", "list", "-o", "json"]).run().await.expect(0).json();
    let listed: Vec<&str> =
        json.as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    assert!(json[0]["digest"].as_str().unwrap().starts_with("sha256:"), "{json}");
    let more = Windlass::new(["step", "list"]).steps(&test_guests().join("steps")).run().await.expect(0);
    assert!(more.stdout.contains("\ngo-http "), "{}", more.stdout);
}

#[tokio::test]
async fn a_step_tells_what_it_takes_gives_and_asks_for() {
    let text = Windlass::new(["step", "inspect", "git-push"]).run().await.expect(0).stdout;
    for part in [
        "git-push 0.1.0\nPushes the commits of a worktree to its repository.\n",
        "\n  path  (string; required; not empty)\n",
        "\n  maxAttempts  (integer; 1 to 2147483647)\n",
        "\n  at most one of tag and force may be given\n",
        "\nOutputs\n  branch  (string)\n",
        "\n  reading and pushing to the repository of the worktree at what path names\n",
        "\n  the first error ends it; without a timeout\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let json = Windlass::new(["step", "inspect", "argocd-update", "-o", "json"]).run().await.expect(0).json();
    assert_eq!(json["retry"], serde_json::json!({ "errorThreshold": 1, "timeoutMs": 300_000 }));
    assert_eq!(json["capabilities"][0]["objects"]["kind"], "Application");
    assert_eq!(json["configSchema"]["required"][0], "apps");
    let page = Windlass::new(["step", "inspect", "git-clone", "-o", "markdown"]).run().await.expect(0).stdout;
    assert!(page.contains("\n| `checkout[].path` | string | required; not empty | "), "{page}");
}

#[tokio::test]
async fn a_step_that_is_not_there_is_told_with_one_that_is() {
    let ended = Windlass::new(["step", "inspect", "git-psh"]).run().await.expect(2);
    assert_eq!(
        ended.stderr.trim_end(),
        "error: there is no step \"git-psh\"\n  help: did you mean git-push?"
    );
    let nothing = tempfile::tempdir().unwrap();
    let ended = Windlass::new(["step", "list"]).steps(nothing.path()).run().await.expect(3);
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
}
