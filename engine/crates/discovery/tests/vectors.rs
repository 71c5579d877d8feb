//! The recorded answers of Kargo about selection and freight creation criteria.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::Value;
use windlass_discovery::{SelectCommits, criteria_met, select_tags, shorten_subject};
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_model::manifest::warehouse::{GitSubscription, ImageSubscription};
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitFilter as _, CommitInfo};

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn commits(case: &Value) -> Option<Vec<Value>> {
    let subscription: GitSubscription = serde_json::from_value(case["subscription"].clone()).ok()?;
    let filter = SelectCommits::new(&subscription).ok()?;
    let mut kept = Vec::new();
    for commit in case["commits"].as_array()? {
        let info = CommitInfo {
            id: text(&commit["id"]).parse().ok()?,
            subject: text(&commit["subject"]),
            author: text(&commit["author"]),
            committer: text(&commit["committer"]),
            committed_at: text(&commit["commitDate"]).parse().ok()?,
            paths: serde_json::from_value(commit["paths"].clone()).unwrap_or_default(),
        };
        if filter.ends_at(&info) || kept.len() == subscription.discovery_limit.unwrap_or(20) as usize {
            break;
        }
        if filter.keeps(&info).ok()? {
            let mut answer = serde_json::json!({
                "id": info.id.to_string(), "subject": shorten_subject(&info.subject)
            });
            if !subscription.branch.is_empty() {
                answer["branch"] = subscription.branch.clone().into();
            }
            kept.push(answer);
        }
    }
    Some(kept)
}

#[test]
fn commits_are_selected_as_kargo_does() {
    let mut seen = 0;
    for case in cases("selection.jsonl").iter().filter(|case| case["kind"] == "gitCommits") {
        let want = case["want"].as_array().cloned();
        assert_eq!(commits(case), want, "{}", case["id"]);
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn tags_are_selected_as_kargo_does() {
    let mut seen = 0;
    for case in cases("selection.jsonl").iter().filter(|case| case["kind"] == "image") {
        let subscription = &case["subscription"];
        // What needs more than tags is chosen elsewhere: platforms and dates, and images that are no images.
        let by_tag_alone = matches!(subscription["imageSelectionStrategy"].as_str(), None | Some("SemVer"))
            && subscription["platform"].is_null()
            && subscription["allowTags"].is_null()
            && !case["images"].as_array().unwrap().iter().any(|image| image["platforms"].is_array());
        if !by_tag_alone {
            continue;
        }
        let mut subscription: ImageSubscription = serde_json::from_value(subscription.clone()).unwrap();
        // In the recordings an absent key means false; in manifests the API server's default is true.
        subscription.strict_semvers.get_or_insert(false);
        let tags = case["images"].as_array().unwrap().iter().map(|image| text(&image["tag"])).collect();
        let got = select_tags(&subscription, tags).ok().map(|mut tags| {
            tags.truncate(subscription.discovery_limit.map_or(usize::MAX, |limit| limit as usize));
            tags
        });
        let want: Option<Vec<String>> =
            case["want"].as_array().map(|images| images.iter().map(|image| text(&image["tag"])).collect());
        assert_eq!(got, want, "{}", case["id"]);
        seen += 1;
    }
    assert_eq!(seen, 24);
}

#[test]
fn criteria_are_judged_as_kargo_does() {
    let mut seen = 0;
    for case in cases("freight_functions.jsonl").iter().filter(|case| case["kind"] == "criteria") {
        let found: DiscoveredArtifacts =
            serde_json::from_value(case["discovered"].clone()).unwrap_or_default();
        let got = criteria_met(&text(&case["expression"]), &found, Timestamp::from_micros(0)).ok();
        assert_eq!(got, case["want"].as_bool(), "{}", case["id"]);
        seen += 1;
    }
    assert_eq!(seen, 14);
}
