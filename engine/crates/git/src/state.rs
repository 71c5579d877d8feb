//! What the host knows of the worktrees of a promotion: kept beside the work directory, where no guest reaches, and undone
//! together with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use git2::Index;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass_model::call::git::Identity;
use windlass_model::call::{CallError, WorkPath};
use windlass_model::digest::CommitId;
use windlass_workdir::AttemptDir;

use crate::error::{failed, file_failed};

const FILE: &str = "worktrees.json";

/// The state may be this long: a promotion has a handful of worktrees.
const MAX_STATE_BYTES: u64 = 4 << 20;

/// One worktree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorktreeState {
    /// The repository, as the clone named it.
    pub(crate) url: String,
    /// Do not check the server's certificate.
    pub(crate) insecure: bool,
    /// The commit that is checked out.
    pub(crate) commit: CommitId,
    /// The branch, unless the head is detached.
    pub(crate) branch: Option<String>,
    /// What the remote's branch of that name was when it was last seen.
    pub(crate) upstream: Option<CommitId>,
    /// Who commits here; the engine's identity if nobody was named.
    pub(crate) author: Option<Identity>,
    /// Only these directories are there; empty for everything.
    pub(crate) sparse: Vec<String>,
    /// The number of its index file.
    pub(crate) index: u32,
    /// When its files were last compared with the index, in nanoseconds since the epoch.
    pub(crate) compared_ns: i128,
    /// The key that signs commits here, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signing_key: Option<Value>,
    /// Tags made here that have not been pushed: name and the id of the tag object.
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, CommitId>,
}

/// All worktrees of a promotion, by their path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Worktrees {
    pub(crate) v: u32,
    pub(crate) by_path: BTreeMap<WorkPath, WorktreeState>,
}

/// A worktree that a path lies in.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The worktree's own path.
    pub(crate) root: WorkPath,
    /// The rest of the path, within the worktree; empty for the whole.
    pub(crate) below: PathBuf,
    pub(crate) state: WorktreeState,
}

impl Worktrees {
    pub(crate) fn load(dir: &AttemptDir) -> Result<Self, CallError> {
        let content = dir.git.read_whole(dir.git.root(), FILE.as_ref(), MAX_STATE_BYTES);
        match content {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|e| CallError::internal(format!("the state of the worktrees is damaged: {e}"))),
            Err(error) if error.is_not_found() => Ok(Self { v: 1, by_path: BTreeMap::new() }),
            Err(error) => Err(file_failed(FILE.as_ref(), &error)),
        }
    }

    pub(crate) fn save(&self, dir: &AttemptDir) -> Result<(), CallError> {
        let json = serde_json::to_vec(self).map_err(|e| CallError::internal(e.to_string()))?;
        dir.git
            .write_whole(dir.git.root(), FILE.as_ref(), &json, 0o600)
            .map_err(|e| file_failed(FILE.as_ref(), &e))
    }

    /// The worktree that `path` is, or lies in.
    pub(crate) fn find(&self, path: &WorkPath) -> Result<Found, CallError> {
        let mut root = path.clone();
        loop {
            if let Some(state) = self.by_path.get(&root) {
                let below = path.as_str()[root.as_str().len()..].trim_start_matches('/');
                return Ok(Found { root, below: PathBuf::from(below), state: state.clone() });
            }
            if root.is_root() {
                return Err(CallError::not_found(
                    "git-no-worktree",
                    format!(
                        "error loading working tree: {path} is no worktree of this promotion; clone into it first"
                    ),
                ));
            }
            root = root.parent();
        }
    }

    /// Stores what became of a worktree.
    pub(crate) fn update(dir: &AttemptDir, root: &WorkPath, state: WorktreeState) -> Result<(), CallError> {
        let mut all = Self::load(dir)?;
        all.by_path.insert(root.clone(), state);
        all.save(dir)
    }

    /// A number for a new index file.
    pub(crate) fn next_index(&self) -> u32 {
        self.by_path.values().map(|w| w.index + 1).max().unwrap_or(0)
    }
}

fn index_name(number: u32) -> PathBuf {
    PathBuf::from(format!("index-{number}"))
}

/// Reads the index of a worktree.
pub(crate) fn load_index(dir: &AttemptDir, number: u32) -> Result<Index, CallError> {
    Index::open(&dir.base().join("git").join(index_name(number))).map_err(|e| failed("the index", &e))
}

/// Writes the index of a worktree. libgit2 can only write to a path of its own choosing, so it writes beside, and the
/// content goes through the recorded directory.
pub(crate) fn save_index(dir: &AttemptDir, number: u32, index: &Index) -> Result<(), CallError> {
    let beside = dir.base().join(format!("index-{number}.tmp"));
    let io = |e: std::io::Error| CallError::internal(format!("{}: {e}", beside.display()));
    let _ = std::fs::remove_file(&beside);
    let mut copy = Index::open(&beside).map_err(|e| failed("the index", &e))?;
    for entry in index.iter() {
        copy.add(&entry).map_err(|e| failed("the index", &e))?;
    }
    copy.write().map_err(|e| failed("the index", &e))?;
    let content = std::fs::read(&beside).map_err(io)?;
    std::fs::remove_file(&beside).map_err(io)?;
    dir.git
        .write_whole(dir.git.root(), &index_name(number), &content, 0o600)
        .map_err(|e| file_failed(&index_name(number), &e))
}

/// When the index of a worktree was written, by the clock of the file system: files changed after that are newer.
pub(crate) fn index_time(dir: &AttemptDir, number: u32) -> Result<i128, CallError> {
    let name = index_name(number);
    let stat = dir.git.stat(dir.git.root(), &name, windlass_workdir::Follow::No);
    stat.map(|stat| stat.modified_ns).map_err(|e| file_failed(&name, &e))
}
