//! Guests that take all they can get, and guests that end badly.

use serde_json::json;
use windlass_tests::test_guests;

use super::{complaint, promote, run, stopped, told, world};

#[tokio::test]
async fn one_that_computes_for_ever_is_ended() {
    assert_eq!(
        stopped(run("spin").await),
        "the step used up its processor time of 200ms; give it less to do, or raise the limit cpuMs"
    );
}

#[tokio::test]
async fn one_that_waits_for_ever_is_ended() {
    assert_eq!(
        stopped(run("sleep").await),
        "the step did not return within 200ms; let it return `running` while it waits, or raise the limit wallMs"
    );
}

#[tokio::test]
async fn memory_ends_at_its_limit() {
    assert_eq!(
        stopped(run("memory").await),
        "the step asked for more memory than its 16 MiB; give it less to do, or raise the limit memoryBytes"
    );
    // Its table counts too: one element, of 8 bytes.
    assert_eq!(told(run("memory-taken").await), json!({ "bytes": (16 << 20) - (64 << 10) }));
}

#[tokio::test]
async fn memories_and_tables_have_a_number_and_a_size() {
    assert_eq!(
        stopped(run("memories").await),
        "the step cannot be loaded: module memory does not fit in pooling allocator requirements: defined memories count \
         of 100 exceeds the per-instance limit of 4"
    );
    assert_eq!(
        stopped(run("table").await),
        "the step cannot be loaded: module table does not fit in pooling allocator requirements: table index 0 has a \
         minimum element size of 1000000000 which exceeds the limit of 100000"
    );
    assert_eq!(told(run("table-grown").await), json!({ "thousands": 99 }));
}

#[tokio::test]
async fn a_component_with_many_memories_is_not_even_built() {
    let dir = tempfile::tempdir().unwrap();
    let (wasm, manifest) = ("component-memories.wasm", "manifests/component-memories.toml");
    let ended = windlass_tests::Windlass::new(["step", "build"])
        .arg(test_guests().join(wasm))
        .arg("--manifest")
        .arg(test_guests().join(manifest))
        .arg("--into")
        .arg(dir.path())
        .run()
        .await
        .expect(2);
    let says = "The component transitively contains 108 Wasm linear memories, which exceeds the configured maximum of 4 in \
                the pooling allocator";
    assert!(ended.stderr.contains(says), "{}", ended.stderr);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn handles_run_out() {
    // Standard input, output and error, and the two directories are open from the beginning.
    assert_eq!(
        told(run("handles").await),
        json!({ "opened": 64 - 5, "next": "No file descriptors available" })
    );
    assert_eq!(told(run("answers").await), json!({ "kept": 64, "next": -3 }));
    assert_eq!(told(run("listings").await), json!({ "listed": 2_000_000 / 4_000, "next": "Out of memory" }));
}

#[tokio::test]
async fn calls_run_out() {
    let told = told(run("calls").await);
    assert_eq!(told["made"], 100);
    assert_eq!(told["next"]["err"]["kind"], "limit");
    assert_eq!(
        told["next"]["err"]["message"],
        "the step has made more than 100 calls; raise the limit calls"
    );
}

#[tokio::test]
async fn a_log_without_end_is_cut() {
    let world = world("- uses: log\n  as: guest\n").await;
    let ended = promote(&world).run().await;
    let lines: Vec<&str> =
        ended.stderr.lines().filter_map(|line| line.trim().strip_prefix("guest: ")).collect();
    let (last, noise) = lines.split_last().unwrap();
    assert_eq!(*last, "the log is cut here: it has reached the limit logBytes of 2000");
    assert!(
        noise.iter().all(|line| ["noise on standard error", "noise by a call"].contains(line)),
        "{noise:?}"
    );
    // Each line costs what it holds, and 64 bytes.
    let cost: usize = noise.iter().map(|line| 64 + line.len()).sum();
    assert!((2_000 - 64 - 23..=2_000).contains(&cost), "{cost}");
    assert!(stopped(ended).starts_with("the step used up its processor time of 300ms"));
}

#[tokio::test]
async fn what_a_guest_says_does_not_reach_the_terminal_itself() {
    let ended = run("escape-codes").await;
    let said = "\u{fffd}[2J\u{fffd}]0;mine\u{fffd}all\u{fffd}\u{fffd}\u{fffd}nothing\u{fffd} is well";
    assert!(ended.stderr.contains(&format!("        guest: {said}\n")), "{:?}", ended.stderr);
    assert!(ended.stderr.contains(&format!("        step \"guest\": {said}\n")), "{:?}", ended.stderr);
}

#[tokio::test]
async fn a_result_without_end_is_refused() {
    assert_eq!(stopped(run("flood").await), "the step wrote more than 1048576 bytes to its standard output");
}

#[tokio::test]
async fn the_disk_is_not_filled() {
    assert_eq!(
        told(run("disk").await),
        json!({ "written": 1_000_000, "next": "Quota exceeded", "stretched": "Quota exceeded" })
    );
    assert_eq!(told(run("files").await), json!({ "made": 100, "next": "Quota exceeded" }));
    // 50 files of 100 kB, one after the other; but no more than 10 at one time.
    assert_eq!(told(run("unlinked").await), json!({ "closed": 5_000_000, "open": 1_000_000 }));
}

#[tokio::test]
async fn what_is_kept_for_undoing_does_not_fill_the_disk() {
    // Each record holds two paths of 3,771 bytes, and all of them have 64 MiB.
    assert_eq!(told(run("undone").await), json!({ "renamed": 8_877, "next": "Quota exceeded" }));
    let world = world("- uses: renamed\n  as: guest\n").await;
    let mut running = world.promote("dev").steps(&test_guests().join("steps")).start();
    running.line_with("guest: all rounds are done").await;
    let kept = bytes_below(&world.path("data/promotions"));
    running.kill().await;
    assert!(kept < 500_000, "{kept} bytes are kept of 20 files of 500,000 each that are gone");
}

fn bytes_below(dir: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => bytes_below(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

#[tokio::test]
async fn one_call_does_not_keep_the_host_busy() {
    assert_eq!(told(run("iovecs").await), json!({ "written": 0, "all at once": "Invalid argument" }));
}

#[tokio::test]
async fn traps_end_a_step_for_good() {
    assert_eq!(
        stopped(run("trap").await),
        "the step trapped: wasm trap: wasm `unreachable` instruction executed (it last said: about to trap)"
    );
    assert_eq!(
        stopped(run("stack").await),
        "the step trapped: wasm trap: call stack exhausted (it last said: going down)"
    );
}

#[tokio::test]
async fn a_result_is_one_json_object() {
    let rule = "the step's standard output must be empty or one JSON object";
    assert_eq!(stopped(run("not-json").await), format!("{rule}: expected value at line 1 column 1"));
    let world = world("- uses: deep\n  as: guest\n").await;
    let ended = promote(&world).run().await;
    assert!(ended.stderr.contains("guest: the call is refused"), "{}", ended.stderr);
    assert_eq!(stopped(ended), format!("{rule}: recursion limit exceeded at line 1 column 135"));
}

#[tokio::test]
async fn silence_is_success_only_with_exit_code_0() {
    assert_eq!(told(run("silent").await), json!(null));
    let (status, message) = complaint(run("silent-failure").await, "guest");
    assert_eq!(status, "Errored");
    assert_eq!(
        message,
        "step \"guest\" met error threshold of 1: error running step \"guest\": the step ended with exit code 3"
    );
}

#[tokio::test]
async fn limits_that_a_manifest_names_are_bounded() {
    let told = told(run("unbounded").await);
    let left = told["left"]["ok"].as_u64().unwrap();
    assert!((3_500_000..=3_600_000).contains(&left), "an hour at most, not {left} ms");
}

#[tokio::test]
async fn a_step_without_a_start_is_refused() {
    assert_eq!(
        stopped(run("nothing-to-run").await),
        "the step exports neither windlass:step/run nor wasi:cli/run nor _start; it exports memory, main, so there is \
         nothing to run"
    );
}

#[tokio::test]
async fn limits_are_the_same_in_a_worker() {
    for (guest, says) in [
        ("spin", "the step used up its processor time of 200ms"),
        ("sleep", "the step did not return within 200ms"),
        ("memory", "the step asked for more memory than its 16 MiB"),
        ("stack", "the step trapped: wasm trap: call stack exhausted"),
    ] {
        let world = world(&format!("- uses: {guest}\n  as: guest\n")).await;
        let reason = stopped(promote(&world).args(["--isolation", "worker"]).run().await);
        assert!(reason.starts_with(says), "{reason}");
    }
}
