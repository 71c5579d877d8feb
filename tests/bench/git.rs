//! The six Git steps of the pipeline, beside the same work as a shell script with `git` and `kubectl kustomize`.

use std::path::Path;

use windlass_tests::{Options, PIPELINE, World};

use crate::kustomize::with_kubectl;
use crate::line::{Line, Target, median, now_micros};
use crate::promotion::promotions;

const TIMES: usize = 21;

pub(crate) async fn measure() -> Vec<Line> {
    let steps = PIPELINE.split("- uses: argocd-update").next().unwrap_or_default().to_owned();
    let world = World::with(Options { steps, ..Options::default() }).await;
    let images = ["v1.0.0", "v1.1.0"].map(|tag| format!("{}:{tag}", world.image()));
    let options = ["--image", &images[0], "--image", &images[1]];
    let (six, _) = promotions(&world, &options, TIMES, 3, "git-push").await;
    let mut lines = vec![Line { name: "six-git-steps", value: six / 1e3, unit: "ms", target: Target::None }];
    if with_kubectl() {
        let script = script(&world);
        lines.push(Line {
            name: "six-git-steps-as-a-script",
            value: script / 1e3,
            unit: "ms",
            target: Target::None,
        });
        lines.push(Line {
            name: "six-git-steps-beside-the-script",
            value: six / script,
            unit: "times",
            target: Target::AtMost(0.5),
        });
    }
    lines
}

/// What a person would write.
const SCRIPT: &str = r#"
set -e
git clone -q "$URL" src 2>/dev/null
cd src
git fetch -q origin env/script 2>/dev/null && git worktree add -q ../out FETCH_HEAD || git worktree add -q --detach ../out
rm -rf ../out/*
sed -i "s/newTag: .*/newTag: $TAG/" env/dev/kustomization.yaml
kubectl kustomize env/dev > ../out/app.yaml
cd ../out
git add -A
git -c user.name=script -c user.email=script@example.com commit -q -m "Use $TAG"
git push -q origin HEAD:refs/heads/env/script
"#;

fn script(world: &World) -> f64 {
    let url = world.repo_url().replace("http://", "http://kargo:secret-password@");
    let times = (0..TIMES).map(|turn| {
        let dir = tempfile::tempdir().expect("a directory");
        let start = now_micros();
        run_script(dir.path(), &url, if turn % 2 == 0 { "v1.0.0" } else { "v1.1.0" });
        now_micros() - start
    });
    median(times.skip(3).collect())
}

fn run_script(dir: &Path, url: &str, tag: &str) {
    let status = std::process::Command::new("sh")
        .args(["-c", SCRIPT])
        .current_dir(dir)
        .envs([("URL", url), ("TAG", tag), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0")])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the script works");
}
