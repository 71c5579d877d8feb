//! Sparse worktrees: some directories with everything in them, and the files beside them on the way (Git's cone mode).

use std::path::{Path, PathBuf};

/// Which paths of a tree are checked out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sparse {
    dirs: Vec<PathBuf>,
}

impl Sparse {
    /// The cone of these directories; none for everything.
    pub(crate) fn new(dirs: &[String]) -> Self {
        let clean = |dir: &String| {
            Path::new(dir)
                .components()
                .filter(|part| matches!(part, std::path::Component::Normal(_)))
                .collect::<PathBuf>()
        };
        Self { dirs: dirs.iter().map(clean).filter(|dir| !dir.as_os_str().is_empty()).collect() }
    }

    /// Whether the file `path` is checked out.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        if self.dirs.is_empty() {
            return true;
        }
        let parent = path.parent().unwrap_or(Path::new(""));
        self.dirs.iter().any(|dir| path.starts_with(dir) || dir.starts_with(parent))
    }

    /// Whether anything beneath the directory `path` is checked out.
    pub(crate) fn has_dir(&self, path: &Path) -> bool {
        self.dirs.is_empty() || self.dirs.iter().any(|dir| path.starts_with(dir) || dir.starts_with(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cone_has_its_directories_and_the_files_on_the_way() {
        let sparse = Sparse::new(&["a/b".to_owned(), "./c/".to_owned()]);
        for path in ["root", "a/file", "a/b/file", "a/b/deep/file", "c/x"] {
            assert!(sparse.has_file(Path::new(path)), "{path}");
        }
        for path in ["a/other/file", "d/x", "cc/x"] {
            assert!(!sparse.has_file(Path::new(path)), "{path}");
        }
        assert!(sparse.has_dir(Path::new("a")) && !sparse.has_dir(Path::new("a/other")));
        assert!(Sparse::new(&[]).has_file(Path::new("any/thing")));
    }
}
