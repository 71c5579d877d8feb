//! Guests that want out of their work directory.

use serde_json::{Value, json};

use super::{look, promote, told, world};

/// What WASI says of a path that leads out.
const REFUSED: &str = "Capabilities insufficient";

/// Runs a guest in a world of its own; what it told. Nothing outside of its directories has been touched: what guests make
/// there is called `escaped`, and the file they change is `boot`.
async fn run_and_look(guest: &str) -> Value {
    let step = format!("- uses: {guest}\n  as: guest\n  config: {{ url: SERVER/v2/ }}\n");
    let world = world(&format!("{step}- uses: waiting\n")).await;
    world.edit_manifests("SERVER", world.server.url());
    let found = look(&world).await;
    let escaped = |path: &&String| path.ends_with("escaped") && *path != "work/escaped";
    assert_eq!(found.keys().filter(escaped).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(found["boot"], std::fs::read("/proc/sys/kernel/random/boot_id").unwrap());
    assert!(found.contains_key("git") && found.contains_key("work"), "{found:?}");
    assert!(!std::path::Path::new("/tmp/escaped").exists());
    world.edit_manifests("- uses: waiting", "");
    told(promote(&world).run().await)
}

/// What was told of everything but `names` is that it was refused.
#[track_caller]
fn all_refused_but(told: &Value, names: Value) {
    let mut told = told.as_object().expect("what was tried").clone();
    for (name, result) in names.as_object().expect("names") {
        assert_eq!(told.remove(name).as_ref(), Some(result), "{name}");
    }
    assert!(told.len() > 6, "{told:?}");
    for (name, result) in told {
        assert_eq!(result, REFUSED, "{name}");
    }
}

#[tokio::test]
async fn links_lead_nowhere_else() {
    all_refused_but(
        &run_and_look("symlink").await,
        json!({
            "to the parent": "done",
            "to a link": "done",
            "to itself": "done",
            "read in a loop": "Symbolic link loop",
        }),
    );
}

#[tokio::test]
async fn dots_lead_nowhere_else() {
    all_refused_but(
        &run_and_look("dot-dot").await,
        json!({
            "make inside": "done",
            "come back": "done",
            "rename across": "Cross-device link",
            "link hard": "Not supported",
        }),
    );
}

#[tokio::test]
async fn absolute_paths_name_nothing() {
    all_refused_but(
        &run_and_look("absolute").await,
        json!({
            "nothing": "No such file or directory",
            "from no directory": "Not a directory",
            "from a descriptor of the host": "Bad file descriptor",
        }),
    );
}

#[tokio::test]
async fn the_host_does_not_go_out_for_a_guest() {
    let told = run_and_look("smuggle").await;
    let error = |name: &str| {
        let error = &told[name]["err"];
        (error["code"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
    };
    let refused = "the path leads out of the work directory or through a symbolic link";
    assert_eq!(error("send by a link"), ("path-refused", format!("up/boot: {refused}").as_str()));
    assert_eq!(error("save by a link"), ("path-refused", format!("up/escaped: {refused}").as_str()));
    // Dots and slashes do not climb: the work directory is the root of every path.
    let missing = "No such file or directory (os error 2)";
    assert_eq!(error("send by dots"), ("file-not-found", format!("boot: {missing}").as_str()));
    assert_eq!(error("send an absolute path"), ("file-not-found", format!("etc/passwd: {missing}").as_str()));
    assert_eq!(told["save by dots"]["ok"]["status"], 200);
    assert_eq!(told["was saved inside"], "done");
    assert_eq!(error("send the link itself").0, "file-unusable");
}

#[tokio::test]
async fn permissions_are_those_of_own_files() {
    let told = run_and_look("permissions").await;
    let error = |name: &str| {
        let error = &told[name]["err"];
        (error["code"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
    };
    let refused = "up/boot: the path leads out of the work directory or through a symbolic link";
    assert_eq!(error("look by a link"), ("path-refused", refused));
    assert_eq!(error("set by a link"), ("path-refused", refused));
    let missing = |path: &str| format!("{path}: No such file or directory (os error 2)");
    assert_eq!(error("look by dots"), ("file-not-found", missing("boot").as_str()));
    assert_eq!(error("set by dots"), ("file-not-found", missing("boot").as_str()));
    assert_eq!(error("look at an absolute path"), ("file-not-found", missing("etc/passwd").as_str()));
    assert_eq!(error("set what a link names").0, "file-unusable");
    let directory = "the path names the work directory itself, not a file in it";
    assert_eq!(error("set the directory"), ("path-not-a-file", directory));
    for (name, bits) in [("set an owner's powers", "0o4755"), ("set a directory's stickiness", "0o1777")] {
        let says = format!("{bits} is no permissions: only the lowest nine bits may be set, as in 0o644");
        let (code, message) = error(name);
        assert_eq!(code, "call-not-understood");
        assert!(message.contains(&says), "{message}");
    }
    assert_eq!(error("set less than nothing").0, "call-not-understood");
    assert_eq!(told["set my own"]["ok"], Value::Null);
    assert_eq!(told["look at my own"]["ok"], json!([0o755]));
}

#[tokio::test]
async fn copies_stay_inside() {
    let told = run_and_look("copies").await;
    let error = |name: &str| {
        let error = &told[name]["err"];
        (error["code"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
    };
    let refused = |path: &str| {
        (
            "path-refused",
            format!("{path}: the path leads out of the work directory or through a symbolic link"),
        )
    };
    let missing = |path: &str| ("file-not-found", format!("{path}: No such file or directory (os error 2)"));
    for (name, (code, message)) in [
        ("in by a link", refused("up/boot")),
        ("in by dots", missing("boot")),
        ("in from an absolute path", missing("etc/passwd")),
        ("out by a link", refused("up/escaped")),
        ("out to an absolute path", missing("tmp/escaped")),
    ] {
        assert_eq!(error(name), (code, message.as_str()), "{name}");
    }
    // Above the work directory is the work directory.
    assert_eq!(told["out by dots"]["ok"], Value::Null);
    for name in [
        "in by the name of a link",
        "over what is outside",
        "over what a link names",
        "a directory",
        "over a directory",
    ] {
        assert_eq!(error(name).0, "file-unusable", "{name}");
    }
    assert_eq!(error("over the work directory").0, "path-not-a-file");
    assert_eq!(told["to itself"], json!({ "ok": null }));
    assert_eq!(told["over itself again"], json!({ "ok": null }));
    let too_many = "10001 files in one call: it copies at most 10000";
    assert_eq!(error("too many"), ("too-many-files", too_many));
    assert_eq!(told["one of too many is there"], "no");
    assert_eq!(error("some good, then one bad").0, "file-not-found");
    assert_eq!((&told["first is there"], &told["third is there"]), (&json!("yes"), &json!("no")));
    assert_eq!(told["in is there"], "no");
}
