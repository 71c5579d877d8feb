//! The driver over a journal that fails: at every append, before it is written and after, and at two of them. Whatever
//! happens, the promotion ends as it would have without, and every outside effect leaves once.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "crashes/journal.rs"]
mod journal;
#[path = "crashes/world.rs"]
mod world;

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use windlass_model::ids::PromotionUid;
use windlass_model::promotion::{Phase, PromotionRecord};
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock;
use windlass_ports::journal::{Durability, Journal};
use windlass_ports::records::DocumentChange;
use windlass_promotion::decide::request_abort::request_abort;
use windlass_promotion::state::PromotionState;
use windlass_promotion::unit::{Birth, PromotionUnit, key_of};

use journal::{Crash, FailingJournal};
use world::{JumpingClock, World};

/// When a lease ends; nobody else wants it.
fn lease_end() -> Timestamp {
    Timestamp::from_micros(i64::MAX)
}

fn record(uid: u128) -> PromotionRecord {
    let step =
        |alias: &str, script: &str| json!({ "uses": "scripted", "as": alias, "config": { "do": script } });
    let with = |mut step: serde_json::Value, name: &str, value: serde_json::Value| {
        step[name] = value;
        step
    };
    serde_json::from_value(json!({
        "tenant": "default", "uid": PromotionUid(uuid::Uuid::from_u128(uid)), "name": "dev.1.a", "project": "demo",
        "stage": "dev", "freight": { "name": "f", "origin": { "kind": "Warehouse", "name": "w" } },
        "freightCollection": { "id": "c", "items": {} },
        "steps": [
            step("files", "write"),
            step("two-effects", "write send send"),
            with(step("left-out", "write"), "if", json!("${{ outputs.files.seen == 0 }}")),
            step("waits", "write wait-twice send"),
            step("notes", "rename rename-in-vain write send rename"),
            with(step("flaky", "write send fail-once"), "retry", json!({ "errorThreshold": 3 })),
            with(step("tolerated", "fail"), "continueOnError", json!(true)),
            step("bad", "write fail"),
            with(step("cleanup", "write send"), "if", json!("${{ always() }}")),
        ],
    }))
    .unwrap()
}

/// What must be the same however often the engine crashed.
#[derive(Debug, PartialEq)]
struct Result {
    phase: Phase,
    message: String,
    steps: Vec<(Option<windlass_model::promotion::StepStatus>, u32, u32, String)>,
    outputs: serde_json::Map<String, serde_json::Value>,
    effects: Vec<String>,
    aliases: Vec<String>,
}

/// Drives a promotion to its end, over the crashes.
async fn promote(crashes: &[Crash]) -> (Result, usize) {
    let dir = tempfile::tempdir().unwrap();
    let journal = Arc::new(FailingJournal::new(crashes));
    let clock: Arc<dyn Clock> = Arc::new(JumpingClock::default());
    let world = Arc::new(World::default());
    let record = record(crashes.len() as u128 + 1);
    let key = key_of(&record);
    let port: Arc<dyn Journal> = Arc::clone(&journal) as _;
    let mut unit = PromotionUnit::create(
        Arc::clone(&port),
        Arc::clone(&clock),
        record,
        "me",
        lease_end(),
        Birth::default(),
    )
    .await
    .ok();
    loop {
        let Some(held) = unit.take() else {
            journal.revive();
            unit = PromotionUnit::load(Arc::clone(&port), Arc::clone(&clock), key.clone(), "me", lease_end())
                .await
                .ok();
            continue;
        };
        let driver = world::driver(dir.path(), &clock, &world);
        if let Ok(state) = driver.run(Arc::new(held), CancellationToken::new()).await {
            assert!(std::fs::read_dir(dir.path()).unwrap().next().is_none(), "nothing is left behind");
            return (result(&state, &world, &journal), journal.appends());
        }
    }
}

fn result(state: &PromotionState, world: &World, journal: &FailingJournal) -> Result {
    let alias = |change| match change {
        DocumentChange::SetUnique { text, .. } => text,
        other => panic!("{other:?} was not asked for"),
    };
    let steps =
        state.steps.iter().map(|step| (step.status, step.attempts, step.error_count, step.message.clone()));
    Result {
        phase: state.phase,
        message: state.message.clone(),
        steps: steps.collect(),
        outputs: state.outputs.clone(),
        effects: world.sent(),
        aliases: journal.documents().into_iter().map(alias).collect(),
    }
}

#[tokio::test]
async fn a_promotion_ends_alike_wherever_it_was_cut_off() {
    let (wanted, appends) = promote(&[]).await;
    assert_eq!(wanted.phase, Phase::Failed, "{wanted:#?}");
    assert_eq!(wanted.outputs["cleanup"], json!({ "seen": 10 }), "every file that a try kept is there");
    assert_eq!(
        wanted.effects,
        [
            "two-effects 1 0",
            "two-effects 1 1",
            "waits 3 0",
            "notes 1 0",
            "flaky 1 0",
            "flaky 2 0",
            "cleanup 1 0"
        ]
    );
    assert_eq!(wanted.aliases, ["notes-1", "notes-1"], "a record is changed once for each time it was asked");
    let before = json!({ "fn": "metadata.setAlias", "ok": "before" });
    assert_eq!(wanted.outputs["notes"]["renamed"], json!([before, "alias-taken", before]));
    for at in 1..appends {
        for crash in [Crash::Before(at), Crash::After(at)] {
            assert_eq!(promote(&[crash]).await.0, wanted, "{crash:?}");
        }
    }
}

#[tokio::test]
async fn and_when_it_is_cut_off_again() {
    let (wanted, appends) = promote(&[]).await;
    for first in 1..appends {
        for then in 1..4 {
            let crashes = [Crash::After(first), Crash::Before(first + then)];
            assert_eq!(promote(&crashes).await.0, wanted, "{crashes:?}");
        }
    }
}

#[tokio::test]
async fn what_was_answered_as_failed_is_not_done_later() {
    // Append 0 makes the promotion; the abort fails, and so does everything until the process is revived.
    let journal = Arc::new(FailingJournal::new(&[Crash::Before(1)]));
    let clock: Arc<dyn Clock> = Arc::new(JumpingClock::default());
    let port: Arc<dyn Journal> = Arc::clone(&journal) as _;
    let unit =
        PromotionUnit::create(port, clock, record(7), "me", lease_end(), Birth::default()).await.unwrap();
    let abort = |state: &PromotionState| request_abort(state, "ada".to_owned());
    unit.execute(Durability::Synced, abort).await.unwrap_err();
    journal.revive();
    unit.flush_deferred().await.unwrap();
    assert_eq!(journal.appends(), 2, "nothing was left to be written");
    assert!(unit.state().await.abort_requested_by.is_none());
    unit.execute(Durability::Synced, abort).await.unwrap();
    assert!(unit.state().await.abort_requested_by.is_some());
}
