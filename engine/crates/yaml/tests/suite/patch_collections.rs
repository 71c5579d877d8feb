//! Items and entries added and taken out, as a kustomization's `images:` needs it.

use serde_json::{Value, json};
use windlass_yaml::{PatchError, Patcher, Path};

fn path(pointer: &str) -> Path {
    pointer.parse().expect("a good pointer")
}

#[track_caller]
fn check(text: &str, change: impl FnOnce(&mut Patcher) -> Result<(), PatchError>, want: &str) {
    let mut patcher = Patcher::new(text).expect("good YAML");
    assert_eq!(change(&mut patcher), Ok(()), "{}", patcher.text());
    assert_eq!(patcher.text(), want);
}

#[track_caller]
fn append(text: &str, pointer: &str, item: Value, want: &str) {
    check(text, |patcher| patcher.append_to_sequence(&path(pointer), &item), want);
}

#[track_caller]
fn insert(text: &str, pointer: &str, key: &str, value: Value, want: &str) {
    check(text, |patcher| patcher.insert_key(&path(pointer), key, &value), want);
}

#[track_caller]
fn remove(text: &str, pointer: &str, want: &str) {
    check(text, |patcher| patcher.remove(&path(pointer)), want);
}

fn image() -> Value {
    json!({"name": "w", "newTag": "1.10"})
}

#[test]
fn items_are_appended_in_the_layout_of_the_list() {
    append(
        "kind: K\nimages:\n# first\n- name: a # c\n  newTag: v1 # t\n\n# tail\nx: y\n",
        "/images",
        image(),
        "kind: K\nimages:\n# first\n- name: a # c\n  newTag: v1 # t\n- name: w\n  newTag: \"1.10\"\n\n# tail\nx: y\n",
    );
    append(
        "images:\n    -   name: w\n        newTag: v1   # c\nlabels: []\n",
        "/images",
        image(),
        "images:\n    -   name: w\n        newTag: v1   # c\n    - name: w\n      newTag: \"1.10\"\nlabels: []\n",
    );
    append("a:\n  b:\n  - 1", "/a/b", json!(2), "a:\n  b:\n  - 1\n  - 2");
    append("- - 1\n  - 2\n- 3\n", "/0", json!("x"), "- - 1\n  - 2\n  - x\n- 3\n");
    append(
        "a:\r\n- 1\r\nb: 2\r\n",
        "/a",
        json!("two\nlines\n"),
        "a:\r\n- 1\r\n- |\r\n  two\r\n  lines\r\nb: 2\r\n",
    );
    append("a:\n- |+\n  x\n\n\nb: 1\n", "/a", json!("z"), "a:\n- |+\n  x\n\n\n- z\nb: 1\n");
    append("a:\n- |+\n  x", "/a", json!("z"), "a:\n- |-\n  x\n- z");
    append(
        "a:\n- x\n  # of x\n# of b\nb: 1\n",
        "/a",
        json!("t\n"),
        "a:\n- x\n  # of x\n- |\n  t\n# of b\nb: 1\n",
    );
    append(
        "a:\n - 1\n",
        "/a",
        json!([{"two\nlines": " x\n"}]),
        "a:\n - 1\n - - ? |-\n       two\n       lines\n     : |2\n        x\n",
    );
    append("a:\n - 1\n", "/a", json!(["x\u{2028}y\n"]), "a:\n - 1\n - - |\n     x\u{2028}     y\n");
    append("a:\n- x\n\n\nb: 1\n", "/a", json!("end\n\n"), "a:\n- x\n\n\n- |+\n  end\n\nb: 1\n");
    append("a:\n- x", "/a", json!("end\n\n"), "a:\n- x\n- |+\n  end\n\n");
    append("a:\n-\nb: 1\n", "/a", json!([1, [2]]), "a:\n-\n- - 1\n  - - 2\nb: 1\n");
}

#[test]
fn items_are_appended_in_brackets() {
    append(
        "images: [] # none\nx: 1\n",
        "/images",
        image(),
        "images: [{name: w, newTag: \"1.10\"}] # none\nx: 1\n",
    );
    append("a: [{name: a}] # c\n", "/a", image(), "a: [{name: a}, {name: w, newTag: \"1.10\"}] # c\n");
    append("a: [1, 2,]\n", "/a", json!(3), "a: [1, 2, 3]\n");
    append(
        "a: [\n  1, # one\n  2 # two\n] # c\n",
        "/a",
        json!(3),
        "a: [\n  1, # one\n  2, # two\n  3\n] # c\n",
    );
    append("a: [\n  1,\n  2, # two\n]\n", "/a", json!(3), "a: [\n  1,\n  2, # two\n  3,\n]\n");
    append("a: [1,\n    2]\n", "/a", json!(3), "a: [1,\n    2,\n    3]\n");
    append("{\"a\": [\"x\"]}\n", "/a", json!(null), "{\"a\": [\"x\", null]}\n");
}

#[test]
fn a_list_that_is_missing_is_made() {
    let made = "images:\n- name: w\n  newTag: \"1.10\"\n";
    append("kind: K\n", "/images", image(), &format!("kind: K\n{made}"));
    append(
        "kind: K\nresources:\n- a # c\n# tail\n",
        "/images",
        image(),
        &format!("kind: K\nresources:\n- a # c\n{made}# tail\n"),
    );
    append(
        "resources:\n  - a\n  - b",
        "/images",
        image(),
        "resources:\n  - a\n  - b\nimages:\n  - name: w\n    newTag: \"1.10\"",
    );
    append("kind: K\r\n", "/images", image(), &format!("kind: K\n{made}").replace('\n', "\r\n"));
    append("", "/images", image(), made);
    append("# only\n", "/images", image(), &format!("# only\n{made}"));
    append("# only", "/images", image(), &format!("# only\n{made}"));
    append("", "", json!(1), "- 1\n");
    append("{}\n", "/images", image(), "{images: [{name: w, newTag: \"1.10\"}]}\n");
}

#[test]
fn a_list_that_is_null_is_made() {
    append("images: # none\nx: 1\n", "/images", json!({"a": 1}), "images: # none\n- a: 1\nx: 1\n");
    append("images: ~ # none\nx: 1\n", "/images", json!({"a": 1}), "images: # none\n- a: 1\nx: 1\n");
    append("r:\n  - 1\nimages: null\n", "/images", json!("y"), "r:\n  - 1\nimages:\n  - \"y\"\n");
    append("a: {b: null, c: }\n", "/a/b", json!(1), "a: {b: [1], c: }\n");
    append("a: {b: null, c: }\n", "/a/c", json!(1), "a: {b: null, c: [1] }\n");
    append("- ~\n- 1\n", "/0", json!(1), "- - 1\n- 1\n");
    append("a: &x\nb: 1\n", "/a", json!(1), "a: &x\n- 1\nb: 1\n");
}

#[test]
fn entries_are_inserted_in_the_layout_of_the_mapping() {
    let list = "images:\n- name: a # c\n  newTag: v1 # t\n# between\n- name: b\n";
    insert(
        list,
        "/images/0",
        "digest",
        json!("sha256:1"),
        "images:\n- name: a # c\n  newTag: v1 # t\n  digest: sha256:1\n# between\n- name: b\n",
    );
    insert(list, "/images/1", "newTag", json!("7"), &format!("{list}  newTag: \"7\"\n"));
    insert("a: [{name: x}]\n", "/a/0", "k", json!("a, b"), "a: [{name: x, k: \"a, b\"}]\n");
    insert("a: {b, c: }\n", "/a", "k", json!(1), "a: {b, c: , k: 1 }\n");
    insert("a: {b, c: d}\n", "/a/b", "k", json!(1), "a: {b: {k: 1}, c: d}\n");
    insert("a: {b}\n", "/a", "k", json!(1), "a: {b, k: 1}\n");
    insert("a: {}\n", "/a", "yes", json!({"b": [1]}), "a: {\"yes\": {b: [1]}}\n");
    insert(
        "a:\n  b: 1\nc: 2\n",
        "/a",
        "n",
        json!({"x": [1, 2]}),
        "a:\n  b: 1\n  \"n\":\n    x:\n    - 1\n    - 2\nc: 2\n",
    );
    insert("a:\nb: 1\n", "/a", "k", json!(1), "a:\n  k: 1\nb: 1\n");
    insert("- \n- 1\n", "/0", "k", json!([1]), "- k:\n  - 1\n- 1\n");
    insert("a: # c\n", "", "b", json!(""), "a: # c\nb: \"\"\n");
    insert("", "", "b", json!("two\nlines"), "b: |-\n  two\n  lines\n");
    insert("null\n", "", "b", json!(1), "b: 1\n");
    insert("? a\n: b\n", "", "c", json!(1), "? a\n: b\nc: 1\n");
}

#[test]
fn entries_are_removed_with_their_lines() {
    let text = "# top\na: 1 # c\n# about b\nb:\n  c: 2\n  d: |+\n    x\n\n\ne: 3\n";
    remove(text, "/a", "# top\n# about b\nb:\n  c: 2\n  d: |+\n    x\n\n\ne: 3\n");
    remove(text, "/b", "# top\na: 1 # c\n# about b\ne: 3\n");
    remove(text, "/b/c", "# top\na: 1 # c\n# about b\nb:\n  d: |+\n    x\n\n\ne: 3\n");
    remove(text, "/b/d", "# top\na: 1 # c\n# about b\nb:\n  c: 2\ne: 3\n");
    remove(text, "/e", "# top\na: 1 # c\n# about b\nb:\n  c: 2\n  d: |+\n    x\n\n\n");
    remove("a: 1\nb: 2", "/b", "a: 1");
    remove("a: |\n  x\nb: 2", "/b", "a: |\n  x\n");
    remove("a: 1\r\nb: 2", "/b", "a: 1");
    remove("a: 1\r\nb: 2\r\n", "/a", "b: 2\r\n");
}

#[test]
fn the_first_entry_of_an_item_is_removed_in_its_line() {
    remove("- name: x # c\n  newTag: y\n", "/0/name", "- newTag: y\n");
    remove("- name: x # c\n  # about\n  newTag: y\n", "/0/name", "- # about\n  newTag: y\n");
    remove("- name:\n    a: 1\n  newTag: y\n", "/0/name", "- newTag: y\n");
    remove("- - 1\n  - 2\n", "/0/0", "- - 2\n");
    remove("- name: x\n  newTag: y # c\n- z\n", "/0/newTag", "- name: x\n- z\n");
}

#[test]
fn items_are_removed_with_their_lines() {
    let text = "images:\n# first\n- name: a # c\n  newTag: v1\n# between\n- name: b\nx: 1\n";
    remove(text, "/images/0", "images:\n# first\n# between\n- name: b\nx: 1\n");
    remove(text, "/images/1", "images:\n# first\n- name: a # c\n  newTag: v1\n# between\nx: 1\n");
    remove(text, "/images", "x: 1\n");
}

#[test]
fn what_becomes_empty_is_written_so() {
    remove("a:\n  b: 1 # c\nc: 2\n", "/a/b", "a: {}\nc: 2\n");
    remove("a: # why\n  b: 1\nc: 2\n", "/a/b", "a: {} # why\nc: 2\n");
    remove("a:\n# c\n- b\nc: 2", "/a/0", "a: []\n# c\nc: 2");
    remove("a:\n- b: 1 # c\n", "/a/0/b", "a:\n- {} # c\n");
    remove("b: 1 # c\n", "/b", "{} # c\n");
    remove("a: &x\n  b: 1\nc: *x\n", "/a/b", "a: &x {}\nc: *x\n");
    remove("a:\n  b:\n  - c", "/a/b/0", "a:\n  b: []");
}

#[test]
fn parts_are_removed_from_brackets() {
    remove("a: [1, 2, 3]\n", "/a/0", "a: [2, 3]\n");
    remove("a: [1, 2, 3]\n", "/a/1", "a: [1, 3]\n");
    remove("a: [1, 2, 3]\n", "/a/2", "a: [1, 2]\n");
    remove("a: [1,]\n", "/a/0", "a: []\n");
    remove("a: {x: 1, z: 2,}\n", "/a/z", "a: {x: 1, }\n");
    remove("a: {x: 1, z: 2}\n", "/a/x", "a: {z: 2}\n");
    remove("a: {x: 1}\n", "/a/x", "a: {}\n");
    remove("a: [\n  1, # one\n  2 # two\n]\n", "/a/0", "a: [\n   # one\n  2 # two\n]\n");
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_changes() {
    let text = "a: &x {c: 1}\nb: *x\nl: [p: 1]\ns: t\nd:\n- &x 1\n- &x 2\n- *x\n";
    let mut patcher = Patcher::new(text).expect("good YAML");
    let error = |result: Result<(), PatchError>| result.expect_err("a refusal").to_string();
    assert_eq!(
        error(patcher.insert_key(&path("/a"), "c", &json!(2))),
        "`/a` has the key `c` already (line 1, column 8)"
    );
    assert_eq!(
        error(patcher.insert_key(&path("/s"), "c", &json!(2))),
        "`/s` is a scalar, not a mapping (line 4, column 4)"
    );
    assert_eq!(
        error(patcher.insert_key(&path("/b"), "c", &json!(2))),
        "`/b` is an alias, not a mapping (line 2, column 4)"
    );
    assert_eq!(
        error(patcher.insert_key(&path("/l/0"), "c", &json!(2))),
        "`/l/0` cannot be changed here: a pair in brackets has no place for another key"
    );
    assert_eq!(
        error(patcher.append_to_sequence(&path("/s"), &json!(2))),
        "`/s` is a scalar, not a list (line 4, column 4)"
    );
    assert_eq!(
        error(patcher.append_to_sequence(&path("/z/y"), &json!(2))),
        "there is nothing at `/z/y`; the way breaks off behind the top"
    );
    assert_eq!(
        error(patcher.remove(&path(""))),
        "`` cannot be changed here: the top of a document cannot be taken out"
    );
    assert_eq!(
        error(patcher.remove(&path("/d/1"))),
        "`/d/1` cannot be changed here: its anchor `x` stands more than once"
    );
    let mut once = Patcher::new("a: &x 1\nb: *x\n").expect("good YAML");
    assert_eq!(
        error(once.remove(&path("/a"))),
        "`/a` cannot be changed here: it would make the text unreadable: no anchor `x` stands before this alias (line 1, column 4)"
    );
    assert_eq!((patcher.text(), once.text()), (text, "a: &x 1\nb: *x\n"));
}

#[test]
fn a_kustomization_is_changed_step_by_step() {
    let text = "# head\nkind: Kustomization\nimages:\n# first\n- name: ghcr.io/acme/web\n  newTag: v1 # old\n- name: redis\n  newName: mirror.local/redis\n  digest: sha256:1111\ncommonLabels:\n  app: x\n";
    let mut patcher = Patcher::new(text).expect("good YAML");
    patcher.replace_scalar(&path("/images/0/newTag"), &"v5".into()).expect("a scalar");
    patcher.insert_key(&path("/images/0"), "digest", &json!("sha256:0123")).expect("a mapping");
    patcher.remove(&path("/images/1/newName")).expect("an entry");
    patcher.remove(&path("/images/1/digest")).expect("an entry");
    patcher.insert_key(&path("/images/1"), "newTag", &json!("7.2")).expect("a mapping");
    patcher.append_to_sequence(&path("/images"), &json!({"name": "y", "newTag": "1e3"})).expect("a list");
    assert_eq!(
        patcher.into_text(),
        "# head\nkind: Kustomization\nimages:\n# first\n- name: ghcr.io/acme/web\n  newTag: v5 # old\n  digest: sha256:0123\n- name: redis\n  newTag: \"7.2\"\n- name: \"y\"\n  newTag: \"1e3\"\ncommonLabels:\n  app: x\n"
    );
}
