//! Archives that mean harm, or are none.

use std::path::Path;

use tar::EntryType;
use windlass_step::testing::Harness;

use crate::making::{Made, archive, file};
use crate::{errs, gzip, names, succeeds};

#[test]
fn names_that_lead_outside_are_passed_over() {
    let made = archive(&[
        file("../evil", "x"),
        file("/evil", "x"),
        file("./evil", "x"),
        file("a/../../evil", "x"),
        file("a\\..\\evil", "x"),
        file("..", "x"),
        file("..evil", "x"),
        Made::dir("../evil/"),
        Made::dir("../../evil/deep/"),
        Made::link("../evil", "a"),
        Made::pax(&[("path", b"../../evil")]),
        file("a", "x"),
        file("kept", "kept"),
    ]);
    let harness = Harness::new().file("in.tar", made);
    succeeds(&harness);
    assert_eq!(names(&harness, "dst"), ["kept"]);
    assert_eq!(names(&harness, ""), ["dst", "in.tar"]);
}

#[test]
fn links_that_lead_outside_are_passed_over() {
    let outside = Harness::new().file("victim", "untouched");
    let victim = outside.work_dir().to_string_lossy().into_owned();
    let made = archive(&[
        Made::link("l1", "../in.tar"),
        Made::link("l2", "/etc/passwd"),
        Made::link("l3", &victim[..victim.len().min(100)]),
        Made::link("l4", "./a"),
        Made::link("l5", ".."),
        Made::link("l6", "a/../../x"),
        Made::link("l7", ""),
        Made::link("l8", "a\\b"),
        Made::link("deep/ok", ".."),
        Made::link("gone", "missing"),
    ]);
    let harness = Harness::new().file("in.tar", made);
    succeeds(&harness);
    assert_eq!(names(&harness, "dst"), ["deep", "gone"]);
    assert_eq!(harness.work_dir().join("dst/deep/ok").read_link().unwrap(), Path::new(".."));
    assert_eq!(outside.read("victim"), "untouched");
}

#[test]
fn nothing_is_written_through_links_to_what_lies_outside() {
    // Each link stays inside by its letters, but together they lead out: `here/..` is what is above the directory.
    let made = archive(&[
        Made::link("here", "."),
        Made::link("up", "here/.."),
        file("up/evil", "x"),
        Made::dir("up/evil-dir/"),
        Made::link("up/evil-link", "x"),
        Made::link("file", "up/in.tar"),
        file("file", "overwritten"),
        file("kept", "kept"),
    ]);
    let harness = Harness::new().file("in.tar", &made);
    succeeds(&harness);
    assert_eq!(names(&harness, ""), ["dst", "in.tar"]);
    assert_eq!(harness.files()["in.tar"], made);
    assert_eq!(harness.read("dst/kept"), "kept");
}

#[test]
fn links_within_may_be_written_through() {
    let made = archive(&[
        Made::dir("real/"),
        Made::link("link", "real"),
        file("link/a", "a"),
        Made::link("b", "real/b"),
        file("b", "b"),
    ]);
    let harness = Harness::new().file("in.tar", made);
    succeeds(&harness);
    assert_eq!(harness.read("dst/real/a"), "a");
    assert_eq!(harness.read("dst/real/b"), "b");
}

#[test]
fn links_in_a_circle_are_an_error() {
    errs(&archive(&[Made::link("a", "b"), Made::link("b", "a"), file("a/x", "x")]));
}

#[test]
fn what_is_no_archive_is_an_error() {
    let whole = archive(&[file("a", "abc")]);
    let mut damaged = whole.clone();
    damaged[0] = b'b';
    for (about, bytes) in [
        ("nothing", Vec::new()),
        ("a letter", b"x".to_vec()),
        ("less than a header", whole[..100].to_vec()),
        ("half a file", whole[..514].to_vec()),
        ("text", b"this is no archive\n".repeat(100)),
        ("zeros and then something", [vec![0; 512], whole.clone()].concat()),
        ("a wrong sum", damaged),
        ("only the start of gzip", vec![0x1f, 0x8b]),
        ("half of gzip", gzip(&whole)[..30].to_vec()),
        ("gzip in gzip", gzip(&gzip(&whole))),
    ] {
        let message = errs(&bytes);
        assert!(message.starts_with("failed to extract tar file \"in.tar\": "), "{about}: {message}");
    }
}

#[test]
fn contradictions_are_errors() {
    for (about, made) in [
        ("a directory in the place of a file", vec![file("a", ""), Made::dir("a/")]),
        ("a file in the place of a directory", vec![Made::dir("a/"), file("a", "")]),
        ("a file in a file", vec![file("a", ""), file("a/b", "")]),
        ("a file in the place of all", vec![file("a/..", "")]),
        ("a name that is no text", vec![file("", "").named(b"a\xff")]),
        ("a name with an end in it", vec![Made::pax(&[("path", b"a\0b")]), file("a", "")]),
        ("a name that is too long", vec![file(&"a".repeat(300), "")]),
        ("a size that is no number", vec![Made::pax(&[("size", b"-1")]), file("a", "")]),
        ("a record that is none", vec![file("x", "17 no record").kind(EntryType::XHeader), file("a", "")]),
        ("a sparse file", vec![Made::pax(&[("GNU.sparse.major", b"1")]), file("a", "")]),
    ] {
        let message = errs(&archive(&made));
        assert!(message.starts_with("failed to extract tar file"), "{about}: {message}");
    }
}

#[test]
fn sizes_that_lie_are_errors() {
    for size in [513, 50 << 20, (50 << 20) + 1, 1 << 40, u64::MAX / 2, u64::MAX] {
        errs(&archive(&[file("a", "abc").claims(size)])[..1024]);
    }
    errs(&archive(&[Made::pax(&[("size", b"18446744073709551615")]), file("a", "abc")]));
    // What nobody wants is not read without an end either.
    errs(&archive(&[file("odd", "abc").kind(EntryType::Continuous).claims(1 << 40)]));
}

#[test]
fn archives_that_are_too_large_are_not_unpacked() {
    let zeros = |len: usize| vec![0; len];
    let one = gzip(&archive(&[file("a", zeros((50 << 20) + 1))]));
    assert!(errs(&one).contains("file a exceeds size limit of 52428800 bytes"));
    let some = zeros(40 << 20);
    let all = gzip(&archive(&[file("a", &some), file("b", &some), file("c", &some)]));
    assert!(errs(&all).contains("total size would exceed limit of 104857600 bytes"));
    let name = archive(&[file("x", zeros(2 << 20)).kind(EntryType::GNULongName), file("a", "")]);
    assert!(errs(&name).contains("more than 1 MiB"));
}

#[test]
fn headers_of_sparse_files_are_passed_over() {
    // The first header says that another one follows.
    let mut made = archive(&[file("sparse", "").kind(EntryType::GNUSparse)]);
    made[482] = 1;
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes().copy_from_slice(&made[..512]);
    header.set_cksum();
    let archive = [header.as_bytes().as_slice(), &[0; 512], &archive(&[file("a", "a")])].concat();
    let harness = Harness::new().file("in.tar", archive);
    succeeds(&harness);
    assert_eq!(names(&harness, "dst"), ["a"]);
}
