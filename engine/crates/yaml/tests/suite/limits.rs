//! Bounds: hostile texts end with an error, soon and without exhausting the stack.

use windlass_yaml::{ErrorKind, Limits, ReadOptions, read, to_json};

fn limited(limits: Limits) -> ReadOptions {
    ReadOptions { limits, ..ReadOptions::default() }
}

fn kind(text: &str, options: &ReadOptions) -> Option<ErrorKind> {
    read(text, options).err().map(|error| error.kind)
}

#[test]
fn deep_nesting_is_refused_in_every_layout() {
    for part in ["[", "{a: ", "- ", "? ", "{? ", "[? ", "&a [", "!x {a: "] {
        let text = part.repeat(100_000);
        assert_eq!(kind(&text, &ReadOptions::default()), Some(ErrorKind::Limit), "{part}");
    }
    let indented: String = (0..400).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(kind(&indented, &ReadOptions::default()), Some(ErrorKind::Limit));
}

#[test]
fn the_deepest_document_is_the_deepest_json() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let value = to_json(&nested(127)).expect("127 levels are read");
    let text = value.to_string();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("serde_json reads 127 levels"), value);
    let error = to_json(&nested(128)).expect_err("128 levels are too many");
    assert_eq!((error.kind, error.span.start.column), (ErrorKind::Limit, 128));
}

#[test]
fn the_depth_can_be_lowered_but_not_raised() {
    let options = |depth| limited(Limits { depth, ..Limits::default() });
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(kind(&nested(3), &options(3)), None);
    assert_eq!(kind(&nested(4), &options(3)), Some(ErrorKind::Limit));
    assert_eq!(kind(&nested(127), &options(u16::MAX)), None);
    assert_eq!(kind(&nested(128), &options(u16::MAX)), Some(ErrorKind::Limit));
}

/// A step linked into a guest has a small stack; the deepest text must fit it many times over.
#[test]
fn the_deepest_text_needs_little_stack() {
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(127), close.repeat(127));
    let texts =
        [nested("[", "]"), nested("{a: ", "}"), nested("- ", ""), nested("[? ", "]").replace("[? ", "[x: ")];
    let work = move || {
        for text in texts {
            if let Ok(documents) = read(&text, &ReadOptions::default()) {
                let value = documents[0].root.to_json().expect("plain data");
                assert!(windlass_yaml::emit(&value, windlass_yaml::KeyOrder::Sorted).is_ok());
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    assert!(thread.join().is_ok());
}

#[test]
fn aliases_count_as_deep_as_what_they_stand_for() {
    // Each anchor holds the one before it, 30 levels further down.
    let level = |at: usize| format!("- &a{at} {}*a{}{}\n", "[".repeat(30), at - 1, "]".repeat(30));
    let text: String = std::iter::once("- &a0 []\n".to_owned()).chain((1..6).map(level)).collect();
    let error = read(&text, &ReadOptions::default()).expect_err("150 levels");
    assert_eq!((error.kind, error.span.start.line), (ErrorKind::Limit, 6));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        let aliases = vec![format!("*{before}"); 9].join(", ");
        text.push_str(&format!("{name}: &{name} [{aliases}]\n"));
    }
    assert_eq!(kind(&text, &ReadOptions::default()), Some(ErrorKind::Limit));
}

#[test]
fn a_long_text_used_often_is_refused() {
    let text = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(100_000));
    assert_eq!(kind(&text, &ReadOptions::default()), Some(ErrorKind::Limit));
}

#[test]
fn a_long_tag_prefix_used_often_is_refused() {
    let text = format!("%TAG !e! {}\n---\n[{}]\n", "x".repeat(1_000_000), "!e!a b, ".repeat(100_000));
    assert_eq!(kind(&text, &ReadOptions::default()), Some(ErrorKind::Limit));
}

#[test]
fn aliases_within_the_bound_are_read() {
    let text = format!("a: &a {{x: 1}}\nb: [{}]\n", "*a, ".repeat(1000));
    let value = to_json(&text).expect("a thousand aliases are fine");
    assert_eq!(value["b"].as_array().map(Vec::len), Some(1000));
    assert_eq!(value["b"][999]["x"], 1);
}

#[test]
fn text_length_and_node_count_are_bounded() {
    let options = limited(Limits { bytes: 10, ..Limits::default() });
    assert_eq!(kind("a: 3456789", &options), None);
    assert_eq!(kind("a: 3456789\n", &options), Some(ErrorKind::Limit));
    let options = limited(Limits { nodes: 5, ..Limits::default() });
    assert_eq!(kind("[1, 2, 3, 4]", &options), None);
    assert_eq!(kind("[1, 2, 3, 4, 5]", &options), Some(ErrorKind::Limit));
}

/// Ten megabytes in shapes that have made parsers slow; the test run itself would be seen to hang.
#[test]
fn large_texts_are_read() {
    let options = ReadOptions::strict();
    let items = "- name: abc\n  value: \"some text\"\n  list: [a, b, c]\n".repeat(200_000);
    let documents = read(&items, &options).expect("a list");
    assert_eq!(documents[0].root.to_json().expect("plain data").as_array().map(Vec::len), Some(200_000));
    let keys: String = (0..300_000).map(|at| format!("key{at}: v\n")).collect();
    assert!(read(&keys, &options).is_ok());
    for text in [
        format!("a: |\n{}", "  some line of text\n".repeat(500_000)),
        format!("a: '{}'", "x\n".repeat(2_000_000)),
        "a\n".repeat(3_000_000),
        " ".repeat(10_000_000),
        "# c\n".repeat(2_500_000),
        format!("[{}]", "x, ".repeat(1_000_000)),
    ] {
        assert!(read(&text, &options).is_ok(), "{}", &text[..20]);
    }
    let tags: String = (0..200_000).map(|at| format!("%TAG !t{at}! x\n")).collect();
    assert!(read(&format!("{tags}--- a\n"), &options).is_ok());
    for text in [
        ":".repeat(5_000_000),
        "a:: ".repeat(1_000_000),
        "&a ".repeat(1_000_000),
        format!("\"{}", "\\\n".repeat(2_000_000)),
    ] {
        assert_eq!(kind(&text, &options), Some(ErrorKind::Syntax), "{}", &text[..20]);
    }
}

/// Broken pieces in any order must end in a tree or an error.
#[test]
fn random_text_never_panics() {
    const PIECES: &[&str] = &[
        "- ",
        "? ",
        ": ",
        ":",
        "#",
        "\n",
        "\n\n",
        "  ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "|\n",
        "|-\n",
        ">+2\n",
        "'",
        "\"",
        "\\",
        "a",
        "b: c",
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "%TAG ! x\n",
        "@",
        "<<: *a",
        "\r\n",
        "\r",
        "é",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "key: value\n",
        "  - z\n",
        "!<x> ",
        "\u{7}",
        "\u{1f600}",
        "\\u12",
        "''",
    ];
    for seed in 0..60_000 {
        let mut dice = crate::generate::Dice::new(seed);
        let text: String = (0..dice.below(14)).map(|_| dice.pick(PIECES)).collect();
        if let Ok(documents) = read(&text, &ReadOptions::strict()) {
            for document in documents {
                let _ = document.root.to_json();
            }
        }
    }
}
