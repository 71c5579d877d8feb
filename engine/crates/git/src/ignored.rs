//! `.gitignore` files, read through the work directory.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use windlass_workdir::{AttemptDir, Dir};

/// A `.gitignore` longer than this is no list of patterns.
const MAX_BYTES: u64 = 1 << 20;

/// The patterns that hold in a directory: its own and those of the directories above it.
#[derive(Clone, Default)]
pub(crate) struct Ignored {
    outer_to_inner: Vec<(usize, Gitignore)>,
}

impl Ignored {
    /// The patterns in `dir`, at `path` within the worktree.
    pub(crate) fn entered(&self, work: &AttemptDir, dir: &Dir, path: &Path) -> Self {
        let mut inside = self.clone();
        let Ok(content) = work.work.read_whole(dir, Path::new(".gitignore"), MAX_BYTES) else {
            return inside;
        };
        // Paths are matched relative to the directory of the file, so the root of each set is empty.
        let mut builder = GitignoreBuilder::new("");
        for line in String::from_utf8_lossy(&content).lines() {
            // A line that is no pattern is passed over, as Git does.
            let _ = builder.add_line(None, line);
        }
        if let Ok(patterns) = builder.build() {
            inside.outer_to_inner.push((path.components().count(), patterns));
        }
        inside
    }

    /// Whether `path` within the worktree is ignored. The innermost pattern that says anything decides.
    pub(crate) fn matches(&self, path: &Path, is_dir: bool) -> bool {
        for (depth, patterns) in self.outer_to_inner.iter().rev() {
            let relative: std::path::PathBuf = path.components().skip(*depth).collect();
            let matched = patterns.matched(&relative, is_dir);
            if !matched.is_none() {
                return matched.is_ignore();
            }
        }
        false
    }
}
