//! JSON pointers and what they find.

use windlass_yaml::{Document, Path, PathError, ReadOptions, read};

fn document(text: &str) -> Document {
    read(text, &ReadOptions::default()).expect("good YAML").remove(0)
}

fn path(pointer: &str) -> Path {
    pointer.parse().expect("a good pointer")
}

/// Line and column.
type Place = (u32, u32);

/// Where the value and the key stand.
fn places(text: &str, pointer: &str) -> Option<(Place, Option<Place>)> {
    let document = document(text);
    let found = document.root.at(&path(pointer))?;
    let place = |node: &windlass_yaml::Node| (node.span().start.line, node.span().start.column);
    Some((place(found.node), found.key.map(place)))
}

const STAGE: &str = "\
spec:
  steps:
  - uses: a
    config:
      path: ./x   # here
  - {uses: b, config: {n: 1}}
  a/b: &x
    c~d: 1
  copy: *x
  over:
    <<: *x
    e: 2
    e: 3
";

#[test]
fn pointers_lead_to_values_and_keys() {
    assert_eq!(places(STAGE, "/spec/steps/0/config/path"), Some(((5, 13), Some((5, 7)))));
    assert_eq!(places(STAGE, "/spec/steps/1/uses"), Some(((6, 12), Some((6, 6)))));
    assert_eq!(places(STAGE, "/spec/steps/1"), Some(((6, 5), None)));
    assert_eq!(places(STAGE, "/spec/steps"), Some(((3, 3), Some((2, 3)))));
    assert_eq!(places(STAGE, ""), Some(((1, 1), None)));
}

#[test]
fn keys_are_those_of_json() {
    assert_eq!(places(STAGE, "/spec/steps/1/config/false"), Some(((6, 27), Some((6, 24)))));
    assert_eq!(places(STAGE, "/spec/steps/1/config/n"), None);
    assert_eq!(places(STAGE, "/spec/a~1b/c~0d"), Some(((8, 10), Some((8, 5)))));
}

#[test]
fn aliases_and_merges_are_followed_and_the_last_key_counts() {
    assert_eq!(places(STAGE, "/spec/copy"), Some(((9, 9), Some((9, 3)))));
    assert_eq!(places(STAGE, "/spec/copy/c~0d"), Some(((8, 10), Some((8, 5)))));
    assert_eq!(places(STAGE, "/spec/over/c~0d"), Some(((8, 10), Some((8, 5)))));
    assert_eq!(places(STAGE, "/spec/over/e"), Some(((13, 8), Some((13, 5)))));
}

#[test]
fn a_merge_overrides_what_stands_before_it() {
    let text = "x: &x {a: 1, b: 2}\nw:\n  a: 0\n  <<: [*x, {a: 9, c: 3}]\n  b: 5\n";
    assert_eq!(places(text, "/w/a"), Some(((1, 11), Some((1, 8)))));
    assert_eq!(places(text, "/w/b"), Some(((5, 6), Some((5, 3)))));
    assert_eq!(places(text, "/w/c"), Some(((4, 22), Some((4, 19)))));
    let json = document(text).root.to_json().expect("plain data");
    assert_eq!(json["w"], serde_json::json!({"a": 1, "b": 5, "c": 3}));
}

#[test]
fn the_nearest_node_is_found_where_a_path_breaks_off() {
    let document = document(STAGE);
    let nearest = |pointer: &str| {
        let found = document.root.nearest(&path(pointer));
        (found.depth, found.node.span().start.line)
    };
    assert_eq!(nearest("/spec/steps/0/config/missing"), (4, 5));
    assert_eq!(nearest("/spec/steps/7/config"), (2, 3));
    assert_eq!(nearest("/spec/steps/01"), (2, 3));
    assert_eq!(nearest("/spec/steps/-1"), (2, 3));
    assert_eq!(nearest("/other"), (0, 1));
    assert_eq!(nearest("/spec/steps/0/uses/deeper"), (4, 3));
}

#[test]
fn pointers_are_read_and_written() {
    for pointer in ["", "/", "/a", "/a/0/b", "/a~1b/~0", "//", "/ü"] {
        assert_eq!(path(pointer).to_string(), pointer);
    }
    assert_eq!(path("/a~1b/~01").segments(), ["a/b", "~1"]);
    assert_eq!(path("/a").join("b/c").to_string(), "/a/b~1c");
    assert_eq!(path("/a/b").split_last(), Some((path("/a"), "b")));
    assert_eq!(Path::root().split_last(), None);
    assert_eq!(Path::of(["a", "~"]), path("/a/~0"));
    assert_eq!("a".parse::<Path>(), Err(PathError::NoSlash("a".into())));
    assert_eq!("/a~2".parse::<Path>(), Err(PathError::BadEscape("/a~2".into())));
    assert_eq!("/a~".parse::<Path>(), Err(PathError::BadEscape("/a~".into())));
}
