//! What must be true at every moment, and what must have become of everything in the end.

use std::sync::Arc;

use serde_json::Value;
use windlass_control::control::Control;
use windlass_model::time::Timestamp;
use windlass_ports::clock::Clock as _;
use windlass_ports::control_plane::ControlPlane as _;

use crate::history::{History, project, text, under_way};

/// Promotions that have ended.
const TERMINAL: [&str; 4] = ["Succeeded", "Failed", "Errored", "Aborted"];

/// What nobody may wait for any more once nothing is wrong and time has passed.
const PASSING: [&str; 5] = ["AboutToPromote", "AboutToPass", "Promoting", "Queued", "AwaitsHealth"];

/// At every moment: one promotion a stage, nothing lost, and every wait has an owner and a reason.
pub(crate) async fn check_now(history: &History, control: &Arc<Control>) {
    let world = &history.world;
    for (stage, names) in under_way(&world.store.documents("Promotion")) {
        if names.len() > 1 {
            world.say_broken(format!("{names:?} run in {stage} at one time"));
        }
    }
    nothing_is_lost(history);
    if !world.chance.percent(20) {
        return;
    }
    for (stage, freight, reasons) in waits(history, control).await {
        let is_told =
            |reason: &Value| !text(reason, "/owner").is_empty() && !text(reason, "/message").is_empty();
        if reasons.is_empty() || !reasons.iter().all(is_told) {
            world.say_broken(format!("nobody says why {freight} is not in {stage}: {reasons:?}"));
        }
    }
}

fn nothing_is_lost(history: &History) {
    let (world, promised) = (&history.world, &history.promised);
    for freight in &promised.freight {
        if world.store.document("Freight", freight).is_none() {
            world.say_broken(format!("the freight {freight} is lost"));
        }
    }
    for promotion in &promised.promotions {
        if world.store.document("Promotion", promotion).is_none() {
            world.say_broken(format!("the promotion {promotion} is lost"));
        }
    }
}

/// Why each freight is not in each stage, or is.
async fn waits(history: &History, control: &Arc<Control>) -> Vec<(String, String, Vec<Value>)> {
    let mut found = Vec::new();
    for stage in &history.stages {
        for freight in history.world.store.documents("Freight") {
            let freight = text(&freight, "/metadata/name");
            let Ok(answer) = control.why(&project(), stage, Some(&freight)).await else { continue };
            let reasons = answer["freight"][0]["reasons"].as_array().cloned().unwrap_or_default();
            found.push((stage.clone(), freight, reasons));
        }
    }
    found
}

/// Once the store works again, so does everything else, and everything that is stored is known.
pub(crate) async fn check_health(history: &History, control: &Arc<Control>) {
    let world = &history.world;
    for freight in world.store.documents("Freight") {
        let name = text(&freight, "/metadata/name");
        if control.freight(&project(), &name).await.is_err() {
            world.say_broken(format!("the freight {name} is stored, and nobody knows it"));
        }
    }
    for stage in world.store.documents("Stage") {
        let name = text(&stage, "/metadata/name");
        if control.why(&project(), &name, None).await.is_err() {
            world.say_broken(format!("the stage {name} is stored, and nobody knows it"));
        }
    }
    for part in control.health() {
        if let Some(trouble) = part.trouble {
            world.say_broken(format!("{} is in trouble for good: {trouble}", part.name));
        }
    }
}

/// In the end everything has come to its end, and says so.
pub(crate) async fn check_end(history: &History, control: &Arc<Control>) {
    let world = &history.world;
    for promotion in world.store.documents("Promotion") {
        let phase = text(&promotion, "/status/phase");
        if !TERMINAL.contains(&phase.as_str()) {
            let name = text(&promotion, "/metadata/name");
            world.say_broken(format!("{name} is {phase:?} although nothing is in its way"));
        }
    }
    for (freight, stage) in &history.promised.approvals {
        let document = world.store.document("Freight", freight).unwrap_or_default();
        if document["status"]["approvedFor"].get(stage).is_none() {
            world.say_broken(format!("the approval of {freight} for {stage} is lost"));
        }
    }
    check_health(history, control).await;
    let now = world.clock.now();
    for (stage, freight, reasons) in waits(history, control).await {
        for reason in &reasons {
            let code = text(reason, "/code");
            let is_over = text(reason, "/until").parse::<Timestamp>().is_ok_and(|until| until <= now);
            if PASSING.contains(&code.as_str()) || is_over {
                let status = world.store.document("Stage", &stage).unwrap_or_default()["status"].take();
                world.say_broken(format!("{freight} is stuck before {stage}: {reason}; {status}"));
            }
        }
    }
}
