//! Files that are not what they should be, and outputs that cannot be kept.

use serde_json::{Value as Json, json};
use windlass_expr::{Budget, Value};
use windlass_step::testing::Harness;
use windlass_step::{Context, Fault, Outcome, Status, Step};

use crate::{Config, Format, extract};

/// A step over JSON.
struct Parse;

const FORMAT: Format = Format { name: "JSON", max_bytes: 4096, parse };

fn parse(bytes: &[u8]) -> Result<Value, String> {
    Value::parse_json(bytes, Budget::default()).map_err(|error| error.to_string())
}

impl Step for Parse {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        extract(&config, context, &FORMAT)
    }
}

fn asking(path: &str, expression: &str) -> Json {
    json!({ "path": path, "outputs": [{ "name": "a", "fromExpression": expression }] })
}

/// The message of an attempt that was not carried out, and whether it may be tried again.
#[track_caller]
fn refused(harness: &Harness, path: &str, expression: &str) -> (String, Fault) {
    let outcome = harness.run::<Parse>(asking(path, expression));
    assert_eq!((outcome.status, &outcome.output), (Status::Errored, &None));
    (outcome.message, outcome.fault.unwrap())
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let harness = Harness::new().file("d.json", "");
    let file = std::fs::File::options().write(true).open(harness.work_dir().join("d.json")).unwrap();
    file.set_len(1 << 30).unwrap();
    let (message, fault) = refused(&harness, "d.json", "$env");
    assert_eq!(
        message,
        "error reading JSON file \"d.json\": it has 1073741824 bytes, and 4096 are allowed; take what is needed out of it \
         beforehand"
    );
    assert_eq!(fault, Fault::Terminal);
    file.set_len(4097).unwrap();
    assert_eq!(refused(&harness, "d.json", "$env").1, Fault::Terminal);
    let largest = format!("{}1", " ".repeat(4095));
    let outcome = Harness::new().file("d.json", largest).run::<Parse>(asking("d.json", "$env"));
    assert_eq!(outcome.output, Some(json!({ "a": 1 })));
}

#[test]
fn what_is_no_file_is_not_read() {
    let harness = Harness::new().file("dir/f", "1");
    for (path, why) in [
        ("dir", "it is a directory"),
        ("/", "it is a directory"),
        ("none.json", "there is no such file"),
        ("dir/f/x", "what should be a directory on the way to it is none"),
    ] {
        let (message, fault) = refused(&harness, path, "1");
        assert_eq!(message, format!("error reading JSON file {path:?}: {why}"));
        assert_eq!(fault, Fault::Retryable);
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_outside() {
    let outside = Harness::new().file("secret.json", "1");
    let harness = Harness::new().file("in.json", "2");
    let link = |target: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(target, harness.work_dir().join(name)).unwrap();
    };
    link(&outside.work_dir().join("secret.json"), "out.json");
    link(outside.work_dir(), "out");
    link("../../../../in.json".as_ref(), "up.json");
    link("/in.json".as_ref(), "root.json");
    link("circle".as_ref(), "circle");
    for path in ["out.json", "out/secret.json"] {
        assert!(refused(&harness, path, "$env").0.ends_with("there is no such file"), "{path}");
    }
    for path in ["up.json", "root.json", "../../in.json", "/in.json"] {
        let outcome = harness.run::<Parse>(asking(path, "$env"));
        assert_eq!(outcome.output, Some(json!({ "a": 2 })), "{path}");
    }
    let (message, _) = refused(&harness, "circle", "$env");
    assert_eq!(message, "error joining path \"circle\": too many levels of symbolic links");
}

#[test]
fn an_empty_file_is_told_from_one_with_nothing_in_it() {
    let harness = Harness::new().file("empty", "").file("blank", " \n");
    assert_eq!(refused(&harness, "empty", "1").0, "could not parse empty JSON file \"empty\"");
    let (message, fault) = refused(&harness, "blank", "1");
    assert!(
        message.starts_with("could not parse JSON file \"blank\": parse error at line 2, column 1"),
        "{message}"
    );
    assert_eq!(fault, Fault::Retryable);
}

#[test]
fn expressions_that_fail_say_which_and_why() {
    let harness = Harness::new().file("d.json", "{\"name\": \"web\", \"n\": 5}");
    for (expression, message) in [
        ("name +", "error compiling expression of output \"a\": parse error at line 1, column 7: "),
        ("nope(1)", "error evaluating expression of output \"a\": "),
        ("${{ name }}", "error compiling expression of output \"a\": "),
        ("missing.deeper", "error evaluating expression of output \"a\": error at line 1, column "),
        ("name.x", "error evaluating expression of output \"a\": "),
        ("groupBy([1], #)", "output \"a\" cannot be kept: a map with keys of any type has no JSON form"),
        ("float('NaN')", "output \"a\" cannot be kept: NaN is not a JSON number"),
        ("n / 0", "output \"a\" cannot be kept: +Inf is not a JSON number"),
        ("date('2024-01-01').Year", "output \"a\" cannot be kept: a function has no JSON form"),
    ] {
        let (found, fault) = refused(&harness, "d.json", expression);
        assert!(found.starts_with(&format!("failed to extract outputs: {message}")), "{expression}: {found}");
        assert_eq!(fault, Fault::Retryable, "{expression}");
    }
}

#[test]
fn outputs_that_are_too_much_are_refused_for_good() {
    let harness = Harness::new()
        .file("deep.json", format!("{}1{}", "[".repeat(101), "]".repeat(101)))
        .file("text.json", format!("\"{}\"", "x".repeat(1021)));
    for (path, expression, why) in [
        ("deep.json", "$env", "nest deeper than 100 levels"),
        (
            "text.json",
            "map(1..1024, $env)",
            "the outputs take 1048583 bytes as JSON, and 1048576 are allowed",
        ),
        ("text.json", "map(1..100000, repeat($env, 100))", "limit reached"),
        ("text.json", "1..1000000000", "limit reached"),
    ] {
        let (message, fault) = refused(&harness, path, expression);
        assert!(message.contains(why), "{expression}: {message}");
        assert_eq!(fault, Fault::Terminal, "{expression}");
    }
    for (path, expression) in [("deep.json", "$env[0]"), ("text.json", "map(1..1023, $env)")] {
        let outcome = harness.run::<Parse>(asking(path, expression));
        assert_eq!(outcome.status, Status::Succeeded, "{expression}: {}", outcome.message);
    }
}

#[test]
fn of_outputs_with_one_name_the_last_counts_and_all_are_evaluated() {
    let harness = Harness::new().file("d.json", "[1, 2]");
    let two = |first: &str| {
        json!({ "path": "d.json", "outputs": [
            { "name": "a", "fromExpression": first },
            { "name": "b", "fromExpression": "len($env)" },
            { "name": "a", "fromExpression": "$env[1]" },
        ]})
    };
    let outcome = harness.run::<Parse>(two("$env[0]"));
    assert_eq!(outcome.output, Some(json!({ "a": 2, "b": 2 })));
    assert_eq!(harness.run::<Parse>(two("$env[5]")).status, Status::Errored);
}

#[test]
fn secrets_in_expressions_are_compared_by_their_values() {
    let token = format!("wls{}", "0".repeat(26));
    let asking = json!({ "path": "d.json", "outputs": [
        { "name": "same", "fromExpression": format!("key == '{token}'") },
    ]});
    let harness = Harness::new().file("d.json", "{\"key\": \"hunter2\"}");
    assert_eq!(harness.run::<Parse>(asking.clone()).fault, Some(Fault::Terminal));
    let harness = harness.answer("secrets.reveal", |_| Ok(json!("hunter2")));
    assert_eq!(harness.run::<Parse>(asking).output, Some(json!({ "same": true })));
}
