//! Tags of Git repositories, and what is not asked twice.

use std::time::Duration;

use serde_json::{Value, json};
use windlass_model::call::git::Identity;
use windlass_model::discovered::DiscoveredArtifacts;
use windlass_ports::clock::Clock as _;
use windlass_testkit::git::{NewCommit, Repository};
use windlass_testkit::{Fault, FaultRule};

use crate::fixture::{Fixture, with};

/// Three tags: the highest version is neither the newest nor the last by its letters.
async fn tagged(fixture: &Fixture) -> Repository {
    let repository = fixture.git.create("app.git").await.unwrap();
    for (tag, day, path) in [("v1.10.0", 1, "charts/web"), ("v1.9.0", 2, "src/main"), ("x", 3, "charts/db")] {
        let at = format!("2026-02-0{day}T00:00:00Z").parse().unwrap();
        let commit = NewCommit::on("main").at(at).by("Ada", "ada@example.com").message(tag).write(path, tag);
        let commit = repository.commit(&commit).await.unwrap();
        repository.tag(tag, commit).await.unwrap();
    }
    repository
}

fn subscription(fixture: &Fixture, more: &Value) -> Value {
    json!({"git": with(json!({"repoURL": fixture.server.git_url("app.git")}), more)})
}

fn tags(found: &DiscoveredArtifacts) -> Vec<&str> {
    found.git[0].commits.iter().map(|commit| commit.tag.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_strategy_has_its_order_and_its_filters() {
    let fixture = Fixture::new().await;
    tagged(&fixture).await;
    for (more, expected) in [
        (json!({"commitSelectionStrategy": "SemVer"}), &["v1.10.0", "v1.9.0"][..]),
        (json!({"commitSelectionStrategy": "SemVer", "semverConstraint": "<1.10"}), &["v1.9.0"]),
        (json!({"commitSelectionStrategy": "Lexical"}), &["x", "v1.9.0", "v1.10.0"]),
        (json!({"commitSelectionStrategy": "NewestTag"}), &["x", "v1.9.0", "v1.10.0"]),
        (json!({"commitSelectionStrategy": "NewestTag", "discoveryLimit": 1}), &["x"]),
        (json!({"commitSelectionStrategy": "NewestTag", "includePaths": ["charts"]}), &["x", "v1.10.0"]),
        (json!({"commitSelectionStrategy": "NewestTag", "excludePaths": ["charts"]}), &["v1.9.0"]),
        (json!({"commitSelectionStrategy": "Lexical", "allowTagsRegexes": ["^v"]}), &["v1.9.0", "v1.10.0"]),
        (json!({"commitSelectionStrategy": "Lexical", "ignoreTagsRegexes": ["^v"]}), &["x"]),
        (
            json!({"commitSelectionStrategy": "Lexical", "expressionFilter": "creatorDate.Day() == 2"}),
            &["v1.9.0"],
        ),
    ] {
        let found = fixture.find(subscription(&fixture, &more)).await.unwrap();
        assert_eq!(tags(&found), expected, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refs_that_stay_spare_the_fetch() {
    let fixture = Fixture::new().await;
    let repository = tagged(&fixture).await;
    let given =
        subscription(&fixture, &json!({"commitSelectionStrategy": "Lexical", "allowTagsRegexes": ["^v"]}));
    let first = fixture.find(given.clone()).await.unwrap();
    let stored = serde_json::to_value(&first).unwrap();
    let observed = &stored["git"][0]["observedRefs"]["tags"];
    assert_eq!((&observed[0]["name"], &observed[1]["name"]), (&json!("v1.10.0"), &json!("v1.9.0")));
    assert_eq!(serde_json::from_value::<DiscoveredArtifacts>(stored).unwrap(), first);

    // What was found last is believed as long as the refs are the same, whatever it says.
    let mut marked = first.clone();
    marked.git[0].commits[0].subject = "kept".to_owned();
    fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(60)));
    let again = fixture.find_again(given.clone(), Some(&marked)).await.unwrap();
    assert_eq!(again.git, marked.git);

    // A tag that the filter leaves out changes nothing; one that counts does.
    let commit = repository.resolve("main").await.unwrap().unwrap();
    repository.tag("y", commit).await.unwrap();
    fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(60)));
    assert_eq!(fixture.find_again(given.clone(), Some(&marked)).await.unwrap().git, marked.git);
    repository.tag("v2", commit).await.unwrap();
    fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(60)));
    let moved = fixture.find_again(given, Some(&marked)).await.unwrap();
    assert_eq!(tags(&moved), ["v2", "v1.9.0", "v1.10.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_names_the_subscription() {
    let fixture = Fixture::new().await;
    let error = fixture.find(subscription(&fixture, &json!({"allowTags": "^v"}))).await.unwrap_err();
    let url = fixture.server.git_url("app.git");
    let expected = format!(
        "Warehouse \"main\", subscription 1 (git {url}): allowTags and ignoreTags are retired; write allowTagsRegexes and \
         ignoreTagsRegexes"
    );
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn refs_that_cannot_be_listed_are_fetched_all_the_same() {
    let fixture = Fixture::new().await;
    tagged(&fixture).await;
    fixture.git.gate().add_fault(FaultRule::once("info/refs", Fault::status(500)));
    let given = subscription(&fixture, &json!({"commitSelectionStrategy": "NewestTag"}));
    let found = fixture.find(given).await.unwrap();
    assert_eq!(tags(&found), ["x", "v1.9.0", "v1.10.0"]);
    assert_eq!(found.git[0].observed_refs, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn warehouses_of_one_tick_share_what_the_repository_says() {
    let fixture = Fixture::new().await;
    tagged(&fixture).await;
    let given = |strategy: &str| subscription(&fixture, &json!({"commitSelectionStrategy": strategy}));
    fixture.find(given("Lexical")).await.unwrap();
    let asked = fixture.git.gate().count("info/refs");
    fixture.find(given("SemVer")).await.unwrap();
    fixture.find(json!({"git": {"repoURL": fixture.server.git_url("app.git")}})).await.unwrap();
    assert_eq!(fixture.git.gate().count("info/refs"), asked);
    fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(1)));
    fixture.find(given("SemVer")).await.unwrap();
    assert_eq!(fixture.git.gate().count("info/refs"), asked + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_are_not_whole_count_if_told_so() {
    let fixture = Fixture::new().await;
    let repository = tagged(&fixture).await;
    let head = repository.resolve("main").await.unwrap().unwrap();
    repository.tag("v2", head).await.unwrap();
    for (strict, expected) in [(true, &["v1.10.0", "v1.9.0"][..]), (false, &["v2", "v1.10.0", "v1.9.0"])] {
        let more = json!({"commitSelectionStrategy": "SemVer", "strictSemvers": strict});
        let found = fixture.find(subscription(&fixture, &more)).await.unwrap();
        assert_eq!(tags(&found), expected, "{strict}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expressions_see_all_that_kargo_shows_them() {
    let fixture = Fixture::new().await;
    let repository = tagged(&fixture).await;
    let head = repository.resolve("main").await.unwrap().unwrap();
    let at = "2026-02-04T00:00:00Z".parse().unwrap();
    let tess = Identity { name: "Tess".to_owned(), email: "tess@example.com".to_owned() };
    repository.annotated_tag("heavy", head, "The subject\n\nMore.\n", &tess, at).await.unwrap();
    let oldest = repository.log("main").await.unwrap().pop().unwrap().id;
    for (filter, expected) in [
        ("tag == 'x'".to_owned(), &["x"][..]),
        (format!("id == '{oldest}'"), &["v1.10.0"]),
        ("author == 'Ada <ada@example.com>' && tag != 'x'".to_owned(), &["heavy", "v1.9.0", "v1.10.0"]),
        ("committer contains 'Nobody'".to_owned(), &[]),
        ("subject == 'v1.9.0'".to_owned(), &["v1.9.0"]),
        ("tagger == 'Tess <tess@example.com>'".to_owned(), &["heavy"]),
        ("annotation == 'The subject'".to_owned(), &["heavy"]),
        ("creatorDate.Day() == 4".to_owned(), &["heavy"]),
    ] {
        let more = json!({"commitSelectionStrategy": "NewestTag", "expressionFilter": filter});
        let found = fixture.find(subscription(&fixture, &more)).await.unwrap();
        assert_eq!(tags(&found), expected, "{filter}");
    }
    for (filter, expected) in [
        (format!("id == '{oldest}'"), &["v1.10.0"][..]),
        ("commitDate.Day() == 2".to_owned(), &["v1.9.0"]),
        ("author contains 'Ada' && subject != 'x'".to_owned(), &["v1.9.0", "v1.10.0"]),
        ("committer contains 'Nobody'".to_owned(), &[]),
    ] {
        let more = json!({"expressionFilter": filter});
        let found = fixture.find(subscription(&fixture, &more)).await.unwrap();
        let subjects: Vec<&str> = found.git[0].commits.iter().map(|commit| commit.subject.as_str()).collect();
        assert_eq!(subjects, expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_thousand_tags_are_not_remembered() {
    let fixture = Fixture::new().await;
    let repository = fixture.git.create("app.git").await.unwrap();
    let head = repository.commit(&NewCommit::on("main").write("a", "a")).await.unwrap();
    let given = subscription(&fixture, &json!({"commitSelectionStrategy": "SemVer", "discoveryLimit": 1}));
    for (count, is_remembered) in [(1_000, true), (1_001, false)] {
        let mut names: Vec<String> = (0..count).map(|number| format!("v1.0.{number}")).collect();
        names.sort_unstable();
        let lines: String = names.iter().map(|name| format!("{head} refs/tags/{name}\n")).collect();
        let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}");
        // In one go: the server may still be reading them.
        let next = repository.path().join("packed-refs.new");
        std::fs::write(&next, packed).unwrap();
        std::fs::rename(&next, repository.path().join("packed-refs")).unwrap();
        fixture.clock.set(fixture.clock.now().plus(Duration::from_secs(1)));
        let found = fixture.find(given.clone()).await.unwrap();
        assert_eq!(tags(&found), [format!("v1.0.{}", count - 1)]);
        assert_eq!(found.git[0].observed_refs.is_some(), is_remembered, "{count}");
    }
}
