//! Files, as far as `std::fs` has no words for them in a guest: permissions, copying many at once, symbolic links, and paths
//! that hold links.
//! Paths are those of [`Context::path`] and [`Context::resolve`].

use std::io;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::context::Context;
use crate::host::Host as _;

/// Links on the way to one file: more of them mean a circle.
const MAX_LINKS: usize = 255;

impl Context {
    /// The permissions of files and directories, the lowest nine bits of each mode. A link's own, not those of what it
    /// points to.
    ///
    /// # Errors
    /// If one of them is not there.
    pub fn permissions(&self, paths: &[PathBuf]) -> Result<Vec<u32>, Error> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let paths: Vec<String> = paths.iter().map(|path| self.relative(path)).collect();
        self.host.permissions(&paths)
    }

    /// Gives files other permissions.
    ///
    /// # Errors
    /// If one of them is not there or is no file, or more than the lowest nine bits are set.
    pub fn set_permissions(&self, changes: &[(PathBuf, u32)]) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let changes: Vec<(String, u32)> =
            changes.iter().map(|(path, bits)| (self.relative(path), *bits)).collect();
        self.host.set_permissions(&changes)
    }

    /// Copies files, each from the first path to the second: content and permissions. A file that is there is replaced, one
    /// that is copied to itself stays as it is. No link is followed, neither on the way nor at the end. At most 10,000 in one
    /// call.
    ///
    /// # Errors
    /// If one of them is not there or is no file, or cannot be copied. Those before it are copied.
    pub fn copy_files(&self, copies: &[(PathBuf, PathBuf)]) -> Result<(), Error> {
        if copies.is_empty() {
            return Ok(());
        }
        let copies: Vec<(String, String)> =
            copies.iter().map(|(from, to)| (self.relative(from), self.relative(to))).collect();
        self.host.copy_files(&copies)
    }

    /// Makes a symbolic link with the text `target`. Where it points to matters only when it is followed, and then it
    /// leads nowhere outside.
    ///
    /// # Errors
    /// If something is there already.
    pub fn make_link(&self, target: &Path, path: &Path) -> io::Result<()> {
        #[expect(deprecated, reason = "what replaces it is there for every system but WASI")]
        std::fs::soft_link(target, path)
    }

    /// The place that `text` means in the work directory, as if that were the root of everything: `..` stops there, and
    /// links on the way are followed within it, wherever they point. What is not there is taken as it is written.
    ///
    /// # Errors
    /// If links go round in a circle, or cannot be read.
    pub fn resolve(&self, text: &str) -> io::Result<PathBuf> {
        let mut place = PathBuf::new();
        let mut left: Vec<String> = parts(text);
        let mut links = 0;
        while let Some(part) = left.pop() {
            if part == ".." {
                place.pop();
                continue;
            }
            let full = self.work_dir.join(&place).join(&part);
            let is_link = match full.symlink_metadata() {
                Ok(metadata) => metadata.is_symlink(),
                Err(error) if is_missing(&error) => false,
                Err(error) => return Err(error),
            };
            if !is_link {
                place.push(part);
                continue;
            }
            links += 1;
            if links > MAX_LINKS {
                return Err(io::Error::other("too many levels of symbolic links"));
            }
            let target = std::fs::read_link(&full)?;
            if target.has_root() {
                place.clear();
            }
            left.extend(parts(&target.to_string_lossy()));
        }
        Ok(self.work_dir.join(place))
    }

    pub(crate) fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.work_dir).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// The parts of a path that lead anywhere, the first one last.
fn parts(text: &str) -> Vec<String> {
    text.split('/').rev().filter(|part| !matches!(*part, "" | ".")).map(ToOwned::to_owned).collect()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use serde_json::{Value, json};

    use crate::testing::Harness;
    use crate::{Context, Outcome, Step};

    /// Does with its work directory what the test says.
    struct Probe;

    impl Step for Probe {
        type Config = Vec<String>;

        fn config_schema() -> Value {
            json!({})
        }

        fn run(paths: Vec<String>, context: &Context) -> Outcome {
            std::fs::create_dir_all(context.path("a/b")).unwrap();
            for (target, link) in [
                ("b", "a/down"),
                ("../..", "a/b/up"),
                ("/a/b", "root"),
                ("/../../etc", "escape"),
                ("circle", "circle"),
                ("nowhere/at/all", "dangling"),
            ] {
                context.make_link(Path::new(target), &context.path(link)).unwrap();
            }
            let resolve = |text: &String| match context.resolve(text) {
                Ok(path) => path.strip_prefix(context.path("")).unwrap().display().to_string(),
                Err(error) => error.to_string(),
            };
            Outcome::succeeded()
                .with_output(json!({ "paths": paths.iter().map(resolve).collect::<Vec<_>>() }))
        }
    }

    #[test]
    fn paths_are_resolved_as_if_the_work_directory_were_the_root() {
        for (text, meant) in [
            ("", ""),
            ("/", ""),
            ("../../x", "x"),
            ("a/../../x", "x"),
            ("./a//b/.", "a/b"),
            ("a/down/f", "a/b/f"),
            ("a/b/up/x", "x"),
            ("a/b/up/../../x", "x"),
            ("a/down/../x", "a/x"),
            ("root/f", "a/b/f"),
            ("escape/passwd", "etc/passwd"),
            ("dangling", "nowhere/at/all"),
            ("new/../root/new", "a/b/new"),
            ("circle/x", "too many levels of symbolic links"),
        ] {
            let outcome = Harness::new().run::<Probe>(json!([text]));
            assert_eq!(outcome.output.unwrap()["paths"][0], meant, "{text}");
        }
    }

    /// Sets permissions and tells them.
    struct Permissions;

    impl Step for Permissions {
        type Config = Vec<u32>;

        fn config_schema() -> Value {
            json!({})
        }

        fn run(bits: Vec<u32>, context: &Context) -> Outcome {
            let path = context.path("file");
            let changes: Vec<(PathBuf, u32)> = bits.into_iter().map(|bits| (path.clone(), bits)).collect();
            let told = context.set_permissions(&changes).and_then(|()| context.permissions(&[path]));
            match told {
                Ok(told) => Outcome::succeeded().with_output(json!({ "told": told })),
                Err(error) => Outcome::from_error(&error),
            }
        }
    }

    #[test]
    fn permissions_are_set_and_told() {
        let outcome = Harness::new().file("file", "").run::<Permissions>(json!([0o600, 0o751]));
        assert_eq!(outcome.output, Some(json!({ "told": [0o751] })));
        let outcome = Harness::new().run::<Permissions>(json!([]));
        assert!(outcome.message.starts_with("file: "), "{}", outcome.message);
    }
}
