//! The interface `git`. A worktree resource is nothing but its path: the host looks it up at each call.

use wasmtime::component::Resource;
use windlass_model::call::git::{
    Checkout, Clone as CloneCall, Commit, Diff, ListRefs, Push, Rev, Tag, Target, Worktree,
};
use windlass_model::call::{Call, CallError, Reply, WorkPath};

use super::bindings::windlass::step::git;
use super::convert::{self, Told, argument, tell, to_json};
use crate::guest::Guest;

/// The path of an open worktree.
#[expect(unreachable_pub, reason = "the generated bindings name the resource's type as public")]
#[derive(Debug)]
pub struct WorktreePath(WorkPath);

impl Guest {
    fn worktree(&mut self, worktree: &Resource<WorktreePath>) -> wasmtime::Result<WorkPath> {
        Ok(self.table().get(worktree)?.0.clone())
    }
}

fn rev(rev: git::Rev) -> Result<Rev, CallError> {
    Ok(match rev {
        git::Rev::DefaultBranch => Rev::DefaultBranch,
        git::Rev::Branch(name) => Rev::Branch(name),
        git::Rev::Tag(name) => Rev::Tag(name),
        git::Rev::Commit(id) => {
            Rev::Commit(id.parse().map_err(|e| CallError::invalid("not-a-commit", format!("{e}")))?)
        }
    })
}

impl git::Host for Guest {
    fn clone(&mut self, url: String, checkouts: Vec<git::Checkout>, options: String) -> Told<Vec<String>> {
        let mut wanted = Vec::new();
        for checkout in checkouts {
            let rev = match rev(checkout.rev) {
                Ok(rev) => rev,
                Err(error) => return Ok(Err(convert::error(error))),
            };
            let path = WorkPath::clamped(&checkout.path);
            wanted.push(Checkout { rev, path, create: checkout.create, sparse: checkout.sparse });
        }
        let call =
            Call::GitClone(CloneCall { url, checkouts: wanted, options: argument!("options", options) });
        tell(self.call(call), |reply| match reply {
            Reply::Commits(ids) => Some(ids.iter().map(ToString::to_string).collect()),
            _ => None,
        })
    }

    fn list_refs(&mut self, url: String, patterns: Vec<String>) -> Told<Vec<(String, String)>> {
        tell(self.call(Call::GitListRefs(ListRefs { url, patterns })), |reply| match reply {
            Reply::Refs(refs) => Some(refs.into_iter().map(|(name, id)| (name, id.to_string())).collect()),
            _ => None,
        })
    }
}

impl git::HostWorktree for Guest {
    fn open(&mut self, path: String) -> Told<Resource<WorktreePath>> {
        // Whether there is a worktree shows at its first use: asking now would cost a look at all its files.
        Ok(Ok(self.table().push(WorktreePath(WorkPath::clamped(&path)))?))
    }

    fn head(&mut self, worktree: Resource<WorktreePath>) -> Told<String> {
        let path = self.worktree(&worktree)?;
        tell(self.call(Call::GitHead(Worktree { path })), |reply| match reply {
            Reply::Head(head) => Some(to_json(&head)),
            _ => None,
        })
    }

    fn clear(&mut self, worktree: Resource<WorktreePath>) -> Told<()> {
        let path = self.worktree(&worktree)?;
        tell(self.call(Call::GitClear(Worktree { path })), |reply| match reply {
            Reply::Done(()) => Some(()),
            _ => None,
        })
    }

    fn diff(&mut self, worktree: Resource<WorktreePath>, options: String) -> Told<String> {
        let path = self.worktree(&worktree)?;
        let call = Call::GitDiff(Diff { path, options: argument!("options", options) });
        tell(self.call(call), |reply| match reply {
            Reply::Diff(changes) => Some(to_json(&changes)),
            _ => None,
        })
    }

    fn commit(
        &mut self,
        worktree: Resource<WorktreePath>,
        message: String,
        options: String,
    ) -> Told<git::Committed> {
        let path = self.worktree(&worktree)?;
        let call = Call::GitCommit(Commit { path, message, options: argument!("options", options) });
        tell(self.call(call), |reply| match reply {
            Reply::Committed(committed) => {
                Some(git::Committed { commit: committed.commit.to_string(), changed: committed.changed })
            }
            _ => None,
        })
    }

    fn tag(
        &mut self,
        worktree: Resource<WorktreePath>,
        name: String,
        message: String,
        options: String,
    ) -> Told<String> {
        let path = self.worktree(&worktree)?;
        let call = Call::GitTag(Tag { path, name, message, options: argument!("options", options) });
        tell(self.call(call), |reply| match reply {
            Reply::Tagged(commit) => Some(commit.to_string()),
            _ => None,
        })
    }

    fn push(
        &mut self,
        worktree: Resource<WorktreePath>,
        to: git::Target,
        options: String,
    ) -> Told<git::Pushed> {
        let path = self.worktree(&worktree)?;
        let to = match to {
            git::Target::Current => Target::Current,
            git::Target::Branch(name) => Target::Branch(name),
            git::Target::Tag(name) => Target::Tag(name),
        };
        let call = Call::GitPush(Push { path, to, options: argument!("options", options) });
        tell(self.call(call), |reply| match reply {
            Reply::Pushed(pushed) => Some(git::Pushed {
                ref_: pushed.reference,
                commit: pushed.commit.to_string(),
                url: pushed.url,
            }),
            _ => None,
        })
    }

    fn drop(&mut self, worktree: Resource<WorktreePath>) -> wasmtime::Result<()> {
        self.table().delete(worktree)?;
        Ok(())
    }
}
