//! Runs the vectors recorded from Kargo that this crate decides: constraints, versions, patterns, paths, and the order
//! of tags of images, Git and charts. Each test reports all failures at once.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use windlass_versions::{
    Candidate, Constraint, NamePattern, Order, PathFilter, SemverRule, Strictness, TagFilter, TagSelection,
    Version, semver_diff, version_of_oci_tag,
};

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/vectors");

/// A refused input.
struct Refused;

/// Runs `answer` on all cases that `chosen` picks, at least `cases_min` of them.
fn check(
    file: &str,
    cases_min: usize,
    chosen: impl Fn(&Value) -> bool,
    answer: impl Fn(&Value) -> Result<Value, Refused>,
) {
    let text = std::fs::read_to_string(format!("{DIRECTORY}/{file}")).unwrap();
    let cases: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).filter(chosen).collect();
    assert!(cases.len() >= cases_min, "only {} cases were chosen", cases.len());
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let got = answer(case).ok();
            let want = if case["error"] == true { None } else { Some(case["want"].clone()) };
            (got != want).then(|| format!("{} ({}): got {got:?}, want {want:?}", case["id"], case["about"]))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

fn is_kind<'a>(kind: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |case| case["kind"] == kind
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map(|items| items.iter().map(|item| item.as_str().unwrap().to_owned()).collect())
        .unwrap_or_default()
}

fn strictness(value: &Value) -> Strictness {
    if value == true { Strictness::Complete } else { Strictness::Coerce }
}

fn refused<E>(_: E) -> Refused {
    Refused
}

#[test]
fn constraints() {
    check("selection.jsonl", 57, is_kind("semverConstraint"), |case| {
        let constraint = Constraint::parse(case["constraint"].as_str().unwrap()).map_err(refused)?;
        let answer = |text: &String| {
            Version::parse(text, strictness(&case["strict"])).ok().map(|version| constraint.matches(&version))
        };
        Ok(texts(&case["versions"]).iter().map(answer).collect())
    });
}

#[test]
fn versions() {
    check("selection.jsonl", 42, is_kind("semverParse"), |case| {
        let answer = |text: &String| {
            let version = Version::parse(text, strictness(&case["strict"])).ok()?;
            Some(serde_json::json!({
                "major": version.major(),
                "minor": version.minor(),
                "patch": version.patch(),
                "prerelease": version.prerelease(),
                "metadata": version.metadata(),
                "original": version.original(),
                "string": version.to_string(),
            }))
        };
        Ok(texts(&case["versions"]).iter().map(answer).collect())
    });
}

#[test]
fn name_patterns() {
    check("selection.jsonl", 12, is_kind("namePattern"), |case| {
        let pattern = NamePattern::parse(case["pattern"].as_str().unwrap()).map_err(refused)?;
        Ok(texts(&case["names"]).iter().map(|name| pattern.matches(name)).collect())
    });
}

fn path_filter(subscription: &Value) -> Result<PathFilter, Refused> {
    PathFilter::new(&texts(&subscription["includePaths"]), &texts(&subscription["excludePaths"]))
        .map_err(refused)
}

#[test]
fn path_filters() {
    check("selection.jsonl", 23, is_kind("paths"), |case| {
        let filter = path_filter(&case["subscription"])?;
        Ok(case["diffs"].as_array().unwrap().iter().map(|diff| filter.matches(&texts(diff))).collect())
    });
}

/// A tag of a vector. Dates are ranks among the dates of its case, because only their order counts.
struct Tag {
    name: String,
    rank: Option<i64>,
    paths: Vec<String>,
}

impl Candidate for Tag {
    fn tag(&self) -> &str {
        &self.name
    }

    fn created_at(&self) -> Option<i64> {
        self.rank
    }
}

fn tags(items: &Value, date: &str) -> Vec<Tag> {
    let items = items.as_array().unwrap();
    let dated = |item: &Value| {
        let source = item["sameAs"].as_str().and_then(|tag| items.iter().find(|other| other["tag"] == tag));
        source.unwrap_or(item)[date].as_str().map(str::to_owned)
    };
    let mut dates: Vec<String> = items.iter().filter_map(dated).collect();
    dates.sort();
    let tag = |item: &Value| Tag {
        name: item["tag"].as_str().unwrap().to_owned(),
        rank: dated(item).map(|date| i64::try_from(dates.partition_point(|other| *other < date)).unwrap()),
        paths: texts(&item["paths"]),
    };
    items.iter().map(tag).collect()
}

fn tag_filter(subscription: &Value) -> Result<TagFilter, Refused> {
    TagFilter::new(&texts(&subscription["allowTagsRegexes"]), &texts(&subscription["ignoreTagsRegexes"]))
        .map_err(refused)
}

fn semver_order(strictness: Strictness, constraint: &Value) -> Result<Order, Refused> {
    SemverRule::new(strictness, constraint.as_str().unwrap_or("")).map(Order::Semver).map_err(refused)
}

fn limited(mut names: Vec<String>, subscription: &Value) -> Vec<String> {
    if let Some(limit) = subscription["discoveryLimit"].as_u64() {
        names.truncate(usize::try_from(limit).unwrap());
    }
    names
}

/// The recorded answer if its tags are `got`, else `got` itself, to be shown beside it. The digests, dates and subjects
/// that an answer also has are not this crate's.
fn answer_with_tags(case: &Value, got: Vec<String>) -> Value {
    let want = case["want"].as_array().map(|items| items.iter().map(|item| item["tag"].as_str()).collect());
    let agrees = want == Some(got.iter().map(|tag| Some(tag.as_str())).collect::<Vec<_>>());
    if agrees { case["want"].clone() } else { Value::from(got) }
}

/// Images whose selection needs neither platforms nor dates from labels nor the fields that Kargo no longer takes.
fn is_plain_image(case: &Value) -> bool {
    let subscription = &case["subscription"];
    let needs_metadata =
        |image: &Value| ["labels", "annotations", "platforms"].iter().any(|field| image.get(field).is_some());
    case["kind"] == "image"
        && subscription["imageSelectionStrategy"] != "Digest"
        && ["platform", "allowTags", "ignoreTags"].iter().all(|field| subscription.get(field).is_none())
        && !case["images"].as_array().unwrap().iter().any(needs_metadata)
}

#[test]
fn image_tags() {
    let ordered = |case: &Value| -> Result<Vec<String>, Refused> {
        let subscription = &case["subscription"];
        let order = match subscription["imageSelectionStrategy"].as_str() {
            None | Some("SemVer") => {
                semver_order(strictness(&subscription["strictSemvers"]), &subscription["constraint"])?
            }
            Some("Lexical") => Order::Lexical,
            Some("NewestBuild") => Order::Newest,
            Some(other) => panic!("unknown strategy {other}"),
        };
        let selection = TagSelection { filter: tag_filter(subscription)?, order };
        let selected = selection.select(tags(&case["images"], "createdAt"));
        Ok(limited(selected.into_iter().map(|tag| tag.name).collect(), subscription))
    };
    check("selection.jsonl", 26, is_plain_image, |case| Ok(answer_with_tags(case, ordered(case)?)));
}

#[test]
fn git_tags() {
    let ordered = |case: &Value| -> Result<Vec<String>, Refused> {
        let subscription = &case["subscription"];
        let order = match subscription["commitSelectionStrategy"].as_str().unwrap() {
            "SemVer" => {
                semver_order(strictness(&subscription["strictSemvers"]), &subscription["semverConstraint"])?
            }
            "Lexical" => Order::Lexical,
            _ => Order::Newest,
        };
        let selection = TagSelection { filter: tag_filter(subscription)?, order };
        let paths = path_filter(subscription)?;
        let selected = selection.select(tags(&case["tags"], "creatorDate")).into_iter();
        let names = selected.filter(|tag| paths.is_empty() || paths.matches(&tag.paths)).map(|tag| tag.name);
        Ok(limited(names.collect(), subscription))
    };
    let is_ours = |case: &Value| {
        let subscription = &case["subscription"];
        case["kind"] == "gitTags"
            && ["expressionFilter", "allowTags", "ignoreTags"]
                .iter()
                .all(|field| subscription.get(field).is_none())
    };
    check("selection.jsonl", 17, is_ours, |case| Ok(answer_with_tags(case, ordered(case)?)));
}

fn chart_versions(case: &Value, strictness: Strictness, names: Vec<String>) -> Result<Value, Refused> {
    let subscription = &case["subscription"];
    let order = semver_order(strictness, &subscription["semverConstraint"])?;
    let selected = TagSelection { filter: TagFilter::default(), order }.select(names);
    Ok(Value::from(limited(selected, subscription)))
}

#[test]
fn chart_repositories_over_http() {
    let is_ours = |case: &Value| case["kind"] == "chartHttp" && case.get("lookupName").is_none();
    check("selection.jsonl", 6, is_ours, |case| {
        chart_versions(case, Strictness::Coerce, texts(&case["versions"]))
    });
}

#[test]
fn chart_repositories_in_oci_registries() {
    check("selection.jsonl", 5, is_kind("chartOci"), |case| {
        let names = texts(&case["versions"]).iter().map(|tag| version_of_oci_tag(tag)).collect();
        chart_versions(case, Strictness::Canonical, names)
    });
}

/// The arguments of a template that is one call of `function` with texts, such as `${{ semverDiff('a','b') }}`.
fn arguments(template: &Value, function: &str) -> Option<Vec<String>> {
    let call = template.as_str()?.strip_prefix("${{ ")?.strip_suffix(" }}")?;
    let list = call.strip_prefix(function)?.strip_prefix("('")?.strip_suffix("')")?;
    let arguments: Vec<String> = list.split("','").map(str::to_owned).collect();
    arguments.iter().all(|argument| !argument.contains('\'')).then_some(arguments)
}

#[test]
fn semver_differences() {
    let pair = |case: &Value| arguments(&case["template"], "semverDiff").filter(|found| found.len() == 2);
    check(
        "freight_functions.jsonl",
        9,
        |case| pair(case).is_some(),
        |case| {
            let pair = pair(case).unwrap();
            Ok(Value::from(semver_diff(&pair[0], &pair[1]).as_str()))
        },
    );
}

#[test]
fn parsed_versions_in_expressions() {
    let subject = |case: &Value| arguments(&case["template"], "semverParse").filter(|found| found.len() == 1);
    check(
        "freight_functions.jsonl",
        2,
        |case| subject(case).is_some(),
        |case| {
            let version: Version = subject(case).unwrap()[0].parse().map_err(refused)?;
            Ok(Value::from(version.to_string()))
        },
    );
    let version = |text: &str| text.parse::<Version>().unwrap();
    assert_eq!(version("v1.2.3-rc.1+b5").to_string(), "1.2.3-rc.1+b5");
    assert_eq!(version("v1.2").to_string(), "1.2.0");
    assert_eq!(version("1.2.3").inc_major().unwrap().to_string(), "2.0.0");
    assert_eq!(version("1.2.3").cmp_precedence(&version("1.10.0")) as i32, -1);
}
