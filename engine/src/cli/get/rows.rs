//! The rows of tables of objects.

use serde_json::Value;
use windlass_model::time::Timestamp;

use super::Resource;

/// Makes the cells of an object.
type Row = fn(&Value) -> Vec<String>;

/// A heading, and a row for each object. `whys` has a text for each stage, if it is asked for.
pub(super) fn rows(
    resource: Resource,
    objects: &[Value],
    whys: &[String],
    wide: bool,
    now: Timestamp,
) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let (mut heading, row): (Vec<&'static str>, Row) = match resource {
        Resource::Projects => (vec!["NAME", "READY"], project),
        Resource::Stages => (vec!["NAME", "CURRENT FREIGHT", "HEALTH", "LAST PROMOTION", "AUTO"], stage),
        Resource::Warehouses => (vec!["NAME", "LAST FREIGHT", "READY"], warehouse),
        Resource::Freight => (vec!["ALIAS", "NAME", "ORIGIN", "IN"], freight),
        Resource::Promotions => (vec!["NAME", "STAGE", "FREIGHT", "PHASE"], promotion),
        Resource::Promotiontasks | Resource::Projectconfig | Resource::Clusterconfig | Resource::Sync => {
            (vec!["NAME"], |object| vec![name(object)])
        }
    };
    heading.push("AGE");
    if wide && resource == Resource::Stages {
        heading.push("WHY");
    }
    if wide && resource != Resource::Stages {
        heading.push("MESSAGE");
    }
    let rows = objects.iter().enumerate().map(|(index, object)| {
        let mut row = row(object);
        row.push(age(object, now));
        if wide && resource == Resource::Stages {
            row.push(whys.get(index).cloned().unwrap_or_default());
        }
        if wide && resource != Resource::Stages {
            row.push(message(object));
        }
        row
    });
    (heading, rows.collect())
}

fn text(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn name(object: &Value) -> String {
    text(object, "/metadata/name")
}

/// The first seven digits, as people read them.
fn short(id: &str) -> String {
    let is_id = id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { id[..7].to_owned() } else { id.to_owned() }
}

fn condition<'o>(object: &'o Value, of: &str) -> Option<&'o Value> {
    object.pointer("/status/conditions")?.as_array()?.iter().find(|condition| condition["type"] == of)
}

fn ready(object: &Value) -> String {
    condition(object, "Ready").map(|ready| text(ready, "/status")).unwrap_or_default()
}

/// Why an object is not ready.
fn message(object: &Value) -> String {
    let own = text(object, "/status/message");
    if !own.is_empty() {
        return own;
    }
    let not_ready = condition(object, "Ready").filter(|ready| ready["status"] != "True");
    not_ready.map(|ready| text(ready, "/message")).unwrap_or_default()
}

fn project(object: &Value) -> Vec<String> {
    vec![name(object), ready(object)]
}

fn stage(object: &Value) -> Vec<String> {
    let last = text(object, "/status/lastPromotion/status/phase");
    let promoting = object.pointer("/status/currentPromotion").is_some();
    let auto = object.pointer("/status/autoPromotionEnabled").and_then(Value::as_bool).unwrap_or_default();
    vec![
        name(object),
        short(&text(object, "/status/freightSummary")),
        text(object, "/status/health/status"),
        if promoting { "Running".to_owned() } else { last },
        if auto { "yes" } else { "" }.to_owned(),
    ]
}

fn warehouse(object: &Value) -> Vec<String> {
    vec![name(object), short(&text(object, "/status/lastFreightID")), ready(object)]
}

fn freight(object: &Value) -> Vec<String> {
    let stages = object.pointer("/status/currentlyIn").and_then(Value::as_object);
    let stages: Vec<&str> = stages.into_iter().flatten().map(|(stage, _)| stage.as_str()).collect();
    let origin = format!("{}/{}", text(object, "/origin/kind"), text(object, "/origin/name"));
    vec![text(object, "/alias"), short(&name(object)), origin, stages.join(",")]
}

fn promotion(object: &Value) -> Vec<String> {
    let phase = text(object, "/status/phase");
    let phase = if phase.is_empty() { "Pending".to_owned() } else { phase };
    vec![name(object), text(object, "/spec/stage"), short(&text(object, "/spec/freight")), phase]
}

/// How long ago an object was made, in one unit.
fn age(object: &Value, now: Timestamp) -> String {
    let Ok(made) = text(object, "/metadata/creationTimestamp").parse::<Timestamp>() else {
        return String::new();
    };
    let seconds = now.since(made).as_secs();
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ages_have_one_unit() {
        let now: Timestamp = "2026-01-10T00:00:00Z".parse().unwrap();
        for (made, expected) in [
            ("2026-01-09T23:58:01Z", "119s"),
            ("2026-01-09T23:00:00Z", "60m"),
            ("2026-01-09T00:00:00Z", "24h"),
            ("2026-01-01T00:00:00Z", "9d"),
            ("2026-01-11T00:00:00Z", "0s"),
        ] {
            assert_eq!(age(&json!({ "metadata": { "creationTimestamp": made } }), now), expected);
        }
    }
}
