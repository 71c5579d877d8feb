//! What an attempt can do to its directory, and what is left of it if it does not return.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use windlass_workdir::{
    AttemptDir, AttemptKey, DiskUsage, Follow, FsError, OpenMode, PromotionDir, Recovery, Tree,
};

const KEY: AttemptKey = AttemptKey { step: 2, attempt: 1 };
const MOST: DiskUsage = DiskUsage { bytes: 10_000, files: 100 };
const CREATE: OpenMode = OpenMode { write: true, create: true, exclusive: false, truncate: true };

struct Fixture {
    _temp: tempfile::TempDir,
    outside: PathBuf,
    dir: PromotionDir,
}

fn fixture() -> Fixture {
    let temp = tempfile::tempdir().unwrap();
    let outside = temp.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "hands off").unwrap();
    let dir = PromotionDir::new(temp.path().join("p"));
    dir.create().unwrap();
    Fixture { outside, dir, _temp: temp }
}

fn write(tree: &Tree, path: &str, content: &str) -> Result<(), FsError> {
    tree.open_file(tree.root(), Path::new(path), Follow::Yes, CREATE)?.write_at(content.as_bytes(), 0)
}

/// Every path with its kind and content.
fn snapshot(dir: &Path) -> BTreeMap<PathBuf, String> {
    fn visit(base: &Path, dir: &Path, found: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(base).unwrap().to_owned();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_dir() {
                found.insert(name, "dir".to_owned());
                visit(base, &path, found);
            } else if metadata.is_symlink() {
                found.insert(name, format!("link to {}", fs::read_link(&path).unwrap().display()));
            } else {
                let mode = metadata.permissions().mode() & 0o777;
                found.insert(name, format!("{mode:o} {}", fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(dir, dir, &mut found);
    found
}

#[test]
fn what_returned_stays_and_what_did_not_return_goes() {
    let f = fixture();
    let first = f.dir.begin_attempt(KEY, MOST).unwrap();
    write(&first.work, "kept", "one").unwrap();
    f.dir.commit(&first).unwrap();
    let before = snapshot(&f.dir.base().join("work"));

    let second = f.dir.begin_attempt(AttemptKey { step: 2, attempt: 2 }, MOST).unwrap();
    write(&second.work, "kept", "two").unwrap();
    write(&second.work, "new", "x").unwrap();
    f.dir.roll_back(&second).unwrap();
    assert_eq!(snapshot(&f.dir.base().join("work")), before);
    assert!(!f.dir.base().join("undo/2-2").exists());
}

#[test]
fn paths_do_not_lead_out() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    let out = f.outside.to_str().unwrap();
    symlink(out, f.dir.base().join("work/absolute")).unwrap();
    symlink("../../outside", f.dir.base().join("work/relative")).unwrap();
    symlink("../../outside/secret", f.dir.base().join("work/file")).unwrap();
    let absolute = f.outside.join("secret");
    for path in [
        "../../outside/secret",
        "absolute/secret",
        "relative/secret",
        "file",
        "x/../../../outside/secret",
        absolute.to_str().unwrap(),
    ] {
        for mode in [OpenMode::default(), CREATE] {
            let result = tree.open_file(tree.root(), Path::new(path), Follow::Yes, mode);
            assert!(result.is_err(), "{path} opened with {mode:?}");
        }
        assert!(tree.stat(tree.root(), Path::new(path), Follow::Yes).is_err(), "{path}");
        assert!(tree.make_dir(tree.root(), &Path::new(path).join("d")).is_err(), "{path}");
        let rename = tree.rename(tree.root(), Path::new("absolute"), tree.root(), &Path::new(path).join("r"));
        assert!(rename.is_err(), "{path}");
    }
    assert!(tree.remove_all(tree.root(), Path::new("absolute")).is_ok());
    assert_eq!(fs::read_to_string(f.outside.join("secret")).unwrap(), "hands off");
    assert_eq!(snapshot(&f.outside).len(), 1);
}

#[test]
fn the_host_follows_no_link_at_all() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    attempt.work.make_dir(attempt.work.root(), Path::new("real")).unwrap();
    symlink("real", f.dir.base().join("work/link")).unwrap();
    assert!(attempt.work.open_dir(attempt.work.root(), Path::new("link")).is_ok());
    assert!(matches!(attempt.work.open_dir_no_links(Path::new("link")), Err(FsError::Escape)));
    assert!(matches!(attempt.work.make_dirs_no_links(Path::new("link/sub")), Err(FsError::Escape)));
    let walked = attempt.work.walk(attempt.work.root(), |_| true).unwrap();
    assert_eq!(walked.iter().map(|(p, _)| p.to_str().unwrap()).collect::<Vec<_>>(), ["link", "real"]);
}

#[test]
fn links_inside_the_tree_work() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    write(tree, "real", "x").unwrap();
    tree.make_link(tree.root(), Path::new("real"), Path::new("link")).unwrap();
    write(tree, "link", "through").unwrap();
    assert_eq!(tree.read_whole(tree.root(), Path::new("real"), 100).unwrap(), b"through");
    let error = tree.open_file(tree.root(), Path::new("link"), Follow::No, OpenMode::default()).unwrap_err();
    assert_eq!(error.errno(), Some(40));
    assert_eq!(tree.read_link(tree.root(), Path::new("link")).unwrap(), Path::new("real"));
}

#[test]
fn growth_is_counted_and_bounded() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    let file = tree.open_file(tree.root(), Path::new("a"), Follow::Yes, CREATE).unwrap();
    file.write_at(&[0; 4_000], 0).unwrap();
    file.write_at(&[1; 4_000], 0).unwrap();
    assert_eq!(tree.quota().used(), DiskUsage { bytes: 4_000, files: 1 });
    assert!(matches!(file.set_len(20_000), Err(FsError::Quota { limit: "diskBytes", .. })));
    assert!(matches!(file.write_at(&[0], u64::MAX - 1), Err(FsError::Quota { .. })));
    file.set_len(1_000).unwrap();
    assert_eq!(tree.quota().used().bytes, 1_000);
    // The scratch space counts towards the same quota, but not beyond the attempt.
    let scratch = &attempt.scratch;
    write(scratch, "s", &"x".repeat(8_999)).unwrap();
    assert!(matches!(write(tree, "b", "yy"), Err(FsError::Quota { .. })));
    tree.remove_file(tree.root(), Path::new("b")).unwrap();
    f.dir.commit(&attempt).unwrap();
    let next = f.dir.begin_attempt(KEY, MOST).unwrap();
    assert_eq!(next.used_at_start(), DiskUsage { bytes: 1_000, files: 1 });
    for i in 0..99 {
        next.work.make_dir(next.work.root(), Path::new(&format!("d{i}"))).unwrap();
    }
    let error = next.work.make_dir(next.work.root(), Path::new("one too many")).unwrap_err();
    assert!(matches!(error, FsError::Quota { limit: "diskFiles", .. }));
    f.dir.roll_back(&next).unwrap();
    assert_eq!(f.dir.begin_attempt(KEY, MOST).unwrap().used_at_start().files, 1);
}

#[test]
fn a_file_that_is_removed_while_it_is_open_takes_room_until_it_is_closed() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    for tree in [&attempt.work, &attempt.scratch] {
        let file = tree.open_file(tree.root(), Path::new("a"), Follow::Yes, CREATE).unwrap();
        file.write_at(&[0; 4_000], 0).unwrap();
        let again = file.clone();
        let other = tree.open_file(tree.root(), Path::new("a"), Follow::Yes, OpenMode::default()).unwrap();
        tree.remove_file(tree.root(), Path::new("a")).unwrap();
        assert_eq!(tree.quota().used(), DiskUsage { bytes: 4_000, files: 0 });
        file.write_at(&[0; 1_000], 4_000).unwrap();
        drop((file, other));
        assert_eq!(tree.quota().used().bytes, 5_000);
        drop(again);
        assert_eq!(tree.quota().used().bytes, 0);
    }
    // What is kept for undoing is no longer counted.
    write(&attempt.work, "old", "content").unwrap();
    f.dir.commit(&attempt).unwrap();
    let next = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &next.work;
    let file = tree.open_file(tree.root(), Path::new("old"), Follow::Yes, OpenMode::default()).unwrap();
    tree.remove_file(tree.root(), Path::new("old")).unwrap();
    assert_eq!(tree.quota().used().bytes, 0);
    drop(file);
    assert_eq!(tree.quota().used().bytes, 0);
}

#[test]
fn what_an_attempt_made_is_not_kept_under_any_name() {
    let f = fixture();
    let first = f.dir.begin_attempt(KEY, MOST).unwrap();
    write(&first.work, "older", "x").unwrap();
    f.dir.commit(&first).unwrap();
    let before = snapshot(&f.dir.base().join("work"));
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    let rename =
        |from: &str, to: &str| tree.rename(tree.root(), Path::new(from), tree.root(), Path::new(to)).unwrap();
    let mut older = "older".to_owned();
    for round in 0..10 {
        write(tree, "one", "made by this attempt").unwrap();
        rename("one", "two");
        tree.make_dir(tree.root(), Path::new("dir")).unwrap();
        rename("two", "dir/three");
        write(tree, "dir/four", "made by this attempt").unwrap();
        // The directory no longer holds only what this attempt made.
        rename(&older, "dir/older");
        older = format!("older{round}");
        rename("dir", "moved");
        rename("moved/older", &older);
        for name in ["moved/three", "moved/four"] {
            write(tree, name, "changed").unwrap();
        }
        tree.remove_all(tree.root(), Path::new("moved")).unwrap();
    }
    let kept: Vec<_> = fs::read_dir(f.dir.base().join("undo/2-1")).unwrap().collect();
    assert_eq!(kept.len(), 1, "the log alone");
    f.dir.roll_back(&attempt).unwrap();
    assert_eq!(snapshot(&f.dir.base().join("work")), before);
}

#[test]
fn a_name_that_something_else_took_is_freed() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    tree.make_dir(tree.root(), Path::new("dir")).unwrap();
    write(tree, "dir/name", "a file").unwrap();
    tree.rename(tree.root(), Path::new("dir/name"), tree.root(), Path::new("elsewhere")).unwrap();
    tree.make_dir(tree.root(), Path::new("dir/name")).unwrap();
    write(tree, "dir/name/inside", "x").unwrap();
    f.dir.roll_back(&attempt).unwrap();
    assert!(snapshot(&f.dir.base().join("work")).is_empty());
}

#[test]
fn the_log_of_changes_is_bounded() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    let mut deep = PathBuf::new();
    for _ in 0..15 {
        deep.push("d".repeat(250));
        tree.make_dir(tree.root(), &deep).unwrap();
    }
    let names = [deep.join("a"), deep.join("b")];
    tree.make_dir(tree.root(), &names[0]).unwrap();
    let renames = (0..100_000).take_while(|round| {
        let (from, to) = (&names[round % 2], &names[(round + 1) % 2]);
        tree.rename(tree.root(), from, tree.root(), to).is_ok()
    });
    // Each record holds both names, of 3,771 bytes with the area.
    assert_eq!(renames.count(), 8_877);
    f.dir.roll_back(&attempt).unwrap();
    assert!(snapshot(&f.dir.base().join("work")).is_empty());
}

#[test]
fn listings_are_sorted() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    for name in ["b", "a", "B", "ä", "_"] {
        write(&attempt.work, name, "").unwrap();
    }
    let names: Vec<_> = attempt.work.list(attempt.work.root()).unwrap().into_iter().map(|e| e.name).collect();
    assert_eq!(names, ["B", "_", "a", "b", "ä"]);
}

/// A small generator, so that the histories are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn path(&mut self) -> String {
        let names = ["a", "b", "c", "d"];
        let depth = 1 + self.roll(3);
        (0..depth).map(|_| names[self.roll(names.len())]).collect::<Vec<_>>().join("/")
    }
}

fn any_change(dice: &mut Dice, tree: &Tree) {
    let root = tree.root();
    let (a, b) = (dice.path(), dice.path());
    let path = Path::new(&a);
    // Many of these fail, as many of a guest's do; what matters is that undoing finds the old tree.
    let _ = match dice.roll(9) {
        0 | 1 => write(tree, &a, &format!("content {}", dice.roll(1_000))),
        2 => tree.make_dir(root, path),
        3 => tree.remove_file(root, path),
        4 => tree.remove_dir(root, path),
        5 => tree.rename(root, path, root, Path::new(&b)),
        6 => tree.make_link(root, Path::new(&b), path),
        7 => tree.remove_all(root, path),
        _ => tree
            .open_file(root, path, Follow::Yes, OpenMode { write: true, ..OpenMode::default() })
            .and_then(|file| file.append(b"+").map(|_| ())),
    };
}

#[test]
fn any_history_is_undone() {
    for seed in 0..300 {
        let f = fixture();
        let mut dice = Dice(seed);
        let roomy = DiskUsage { bytes: 1_000_000, files: 10_000 };
        let base = f.dir.begin_attempt(KEY, roomy).unwrap();
        for _ in 0..30 {
            any_change(&mut dice, &base.work);
        }
        f.dir.commit(&base).unwrap();
        let work = f.dir.base().join("work");
        let before = snapshot(&work);
        let key = AttemptKey { step: 3, attempt: 1 };
        let attempt = f.dir.begin_attempt(key, roomy).unwrap();
        for _ in 0..dice.roll(60) {
            any_change(&mut dice, &attempt.work);
        }
        let used = attempt.work.quota().used();
        assert_eq!(used, attempt.work.measure().unwrap(), "seed {seed}: the quota lost count");
        // Without any change there is no log.
        let log = fs::read_dir(f.dir.base().join("undo/3-1")).into_iter().flatten();
        let kept = log.map(Result::unwrap);
        let kept = kept.filter(|file| file.file_name() != "log").map(|file| file.metadata().unwrap().len());
        let most = attempt.used_at_start().bytes + 4 * 100;
        assert!(kept.sum::<u64>() <= most, "seed {seed}: more is kept than there was");
        // As after a crash: nobody who knows the attempt is left.
        drop(attempt);
        assert_eq!(f.dir.recover(|_| false).unwrap(), Recovery::Ready);
        assert_eq!(snapshot(&work), before, "seed {seed}");
    }
}

#[test]
fn undoing_can_be_interrupted() {
    for cut in 1..12 {
        let f = fixture();
        let first = f.dir.begin_attempt(KEY, MOST).unwrap();
        for name in ["a", "b", "c"] {
            write(&first.work, name, name).unwrap();
        }
        f.dir.commit(&first).unwrap();
        let work = f.dir.base().join("work");
        let before = snapshot(&work);
        let second = f.dir.begin_attempt(AttemptKey { step: 9, attempt: 1 }, MOST).unwrap();
        let tree: &Tree = &second.work;
        for name in ["a", "b", "c"] {
            write(tree, name, "changed").unwrap();
            tree.rename(tree.root(), Path::new(name), tree.root(), Path::new(&format!("{name}2"))).unwrap();
        }
        // A record cut short belongs to a change that never happened: cut into the log and undo by hand what
        // it no longer tells of.
        let log = f.dir.base().join("undo/9-1/log");
        let bytes = fs::read(&log).unwrap();
        fs::write(&log, [&bytes[..], &bytes[..cut]].concat()).unwrap();
        f.dir.recover(|_| false).unwrap();
        assert_eq!(snapshot(&work), before, "{cut}");
    }
}

#[test]
fn recovery_asks_the_journal() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    write(&attempt.work, "done", "x").unwrap();
    drop(attempt);
    assert_eq!(f.dir.recover(|key| key == KEY).unwrap(), Recovery::Ready);
    assert!(f.dir.base().join("work/done").exists());

    fs::write(f.dir.base().join("boot"), "another boot").unwrap();
    assert_eq!(f.dir.recover(|_| true).unwrap(), Recovery::LostToReboot);
    f.dir.remove().unwrap();
    assert_eq!(f.dir.recover(|_| true).unwrap(), Recovery::Missing);
}

#[test]
fn another_process_can_open_the_same_attempt() {
    let f = fixture();
    let here = f.dir.begin_attempt(KEY, MOST).unwrap();
    let text = serde_json::to_string(here.location()).unwrap();
    let there = AttemptDir::open(&serde_json::from_str(&text).unwrap()).unwrap();
    write(&here.work, "a", "1").unwrap();
    write(&there.work, "a", "2").unwrap();
    write(&there.git, "HEAD", "x").unwrap();
    f.dir.roll_back(&here).unwrap();
    assert!(snapshot(&f.dir.base().join("work")).is_empty());
    assert!(snapshot(&f.dir.base().join("git")).is_empty());
}

#[test]
fn the_root_is_there_already() {
    let f = fixture();
    let attempt = f.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    tree.make_dir(tree.root(), Path::new("a")).unwrap();
    for path in [".", "a", "a/..", "./a/."] {
        let error = tree.make_dir(tree.root(), Path::new(path)).unwrap_err();
        assert_eq!(error.to_string(), FsError::from(rustix::io::Errno::EXIST).to_string(), "{path}");
    }
    assert!(tree.make_dir(tree.root(), Path::new("..")).is_err());
}

fn copy(tree: &Tree, from: &str, to: &str) -> Result<(), FsError> {
    let file = tree.open_to_copy(tree.root(), Path::new(from))?;
    tree.copy_to(&file, tree.root(), Path::new(to), &mut Vec::new())
}

#[test]
fn files_are_copied_with_their_permissions_and_uncopied() {
    let fixture = fixture();
    let work = fixture.dir.base().join("work");
    fs::write(work.join("a"), "a".repeat(3_000)).unwrap();
    fs::set_permissions(work.join("a"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::write(work.join("old"), "what was there").unwrap();
    fs::set_permissions(work.join("old"), fs::Permissions::from_mode(0o600)).unwrap();
    let before = snapshot(&work);
    let attempt = fixture.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    for to in ["new", "old", "a"] {
        copy(tree, "a", to).unwrap();
    }
    let copied = format!("750 {}", "a".repeat(3_000));
    let expected = ["a", "new", "old"].map(|name| (PathBuf::from(name), copied.clone()));
    assert_eq!(snapshot(&work), BTreeMap::from(expected));
    fixture.dir.roll_back(&attempt).unwrap();
    assert_eq!(snapshot(&work), before);
}

#[test]
fn copies_follow_no_link_wait_for_no_pipe_and_are_counted() {
    let fixture = fixture();
    let work = fixture.dir.base().join("work");
    fs::write(work.join("a"), "a".repeat(4_000)).unwrap();
    fs::create_dir(work.join("dir")).unwrap();
    symlink(fixture.outside.join("secret"), work.join("out")).unwrap();
    symlink("a", work.join("link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        work.join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    let attempt = fixture.dir.begin_attempt(KEY, MOST).unwrap();
    let tree = &attempt.work;
    for from in ["out", "link", "dir", "pipe", "nowhere"] {
        assert!(copy(tree, from, "new").is_err(), "{from}");
    }
    for to in ["out", "link", "dir", "pipe"] {
        assert!(copy(tree, "a", to).is_err(), "{to}");
    }
    assert!(!work.join("new").exists());
    // 4,000 bytes are there; of the 10,000 that may be, one copy takes 4,000 more and two would be too many.
    copy(tree, "a", "b").unwrap();
    let refused = copy(tree, "a", "c").unwrap_err();
    assert!(matches!(refused, FsError::Quota { .. }), "{refused}");
    assert_eq!(fs::read_to_string(fixture.outside.join("secret")).unwrap(), "hands off");
}
