//! Submodules: repositories that a tree names, checked out where it says.

use std::path::Path;

use git2::{Config, Oid, Repository};
use windlass_model::call::CallError;
use windlass_model::digest::CommitId;
use windlass_workdir::{Dir, Tree};

use crate::checkout::{SubmoduleAt, write_tree};
use crate::clone::{CloneJob, tree_of};
use crate::error::{failed, file_failed};
use crate::mirror::Mirror;
use crate::remote::Remote;
use crate::sparse::Sparse;
use crate::stage::commit_id;

/// Submodules of submodules are followed this deep.
const MAX_DEPTH: u32 = 10;

/// Checks the submodules of `tree` out beneath `root`. They are read without credentials: those of the outer repository are
/// not theirs.
pub(crate) fn check_out(
    job: &CloneJob<'_>,
    repository: &Repository,
    tree: Oid,
    files: &Tree,
    root: &Dir,
    submodules: &[SubmoduleAt],
    depth: u32,
) -> Result<(), CallError> {
    if submodules.is_empty() {
        return Ok(());
    }
    if depth >= MAX_DEPTH {
        return Err(CallError::invalid(
            "git-submodules-deep",
            format!("submodules go deeper than {MAX_DEPTH} levels"),
        ));
    }
    let urls = urls(repository, tree)?;
    for submodule in submodules {
        let path = submodule.path.display();
        let url = urls.iter().find(|(at, _)| Path::new(at) == submodule.path).map(|(_, url)| url.as_str());
        let url = url.ok_or_else(|| {
            CallError::invalid(
                "git-submodule-unknown",
                format!(".gitmodules does not say where submodule {path} is"),
            )
        })?;
        let url = absolute(&job.args.url, url)?;
        let commit = commit_id(submodule.commit)?;
        check_out_one(job, &url, commit, files, root, submodule, depth)?;
    }
    Ok(())
}

fn check_out_one(
    job: &CloneJob<'_>,
    url: &str,
    commit: CommitId,
    files: &Tree,
    root: &Dir,
    submodule: &SubmoduleAt,
    depth: u32,
) -> Result<(), CallError> {
    job.permission.may_read(url)?;
    let remote = Remote::parse(url, None, job.args.options.insecure_skip_tls_verify, job.local)?;
    let mirror = Mirror::of(job.mirrors, &job.wire.network.tenant, &remote);
    mirror.fetch(job.wire, &remote, |_| vec![submodule.commit])?;
    let repository = mirror.open()?;
    let tree = tree_of(&repository, &commit).map_err(|_| {
        CallError::not_found("git-revision-not-found", format!("submodule {url} has no commit {commit}"))
    })?;
    let path = root.path().join(&submodule.path);
    let dir = files.open_dir_no_links(&path).map_err(|e| file_failed(&path, &e))?;
    let stop = || job.wire.network.cancel.is_cancelled();
    let written = write_tree(&repository, tree, files, &dir, &Sparse::default(), &stop)?;
    check_out(job, &repository, tree, files, &dir, &written.submodules, depth + 1)
}

/// The paths and URLs in `.gitmodules`.
fn urls(repository: &Repository, tree: Oid) -> Result<Vec<(String, String)>, CallError> {
    let read = || -> Result<Vec<u8>, git2::Error> {
        let entry = repository.find_tree(tree)?.get_name(".gitmodules").map(|entry| entry.id());
        let entry =
            entry.ok_or_else(|| git2::Error::from_str("the tree names submodules but has no .gitmodules"))?;
        Ok(repository.find_blob(entry)?.content().to_vec())
    };
    let content = read().map_err(|e| failed("submodules", &e))?;
    let io = |e: std::io::Error| CallError::internal(format!("submodules: {e}"));
    // libgit2 reads its configuration format from files only.
    let mut file = tempfile::NamedTempFile::new().map_err(io)?;
    std::io::Write::write_all(&mut file, &content).map_err(io)?;
    let parse = || -> Result<Vec<(String, String)>, git2::Error> {
        let config = Config::open(file.path())?;
        let mut found = Vec::new();
        let mut entries = config.entries(Some("^submodule\\..*\\.path$"))?;
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let (Ok(name), Ok(path)) = (entry.name(), entry.value()) else { continue };
            let key = format!("{}url", name.strip_suffix("path").unwrap_or(name));
            if let Ok(url) = config.get_string(&key) {
                found.push((path.to_owned(), url));
            }
        }
        Ok(found)
    };
    parse().map_err(|e| failed(".gitmodules", &e))
}

/// A submodule's URL may be relative to the outer repository's.
fn absolute(base: &str, url: &str) -> Result<String, CallError> {
    if !url.starts_with("./") && !url.starts_with("../") {
        return Ok(url.to_owned());
    }
    let wrong = || CallError::invalid("url-invalid", format!("submodule URL {url:?} does not fit {base}"));
    let mut parsed = url::Url::parse(base).map_err(|_| wrong())?;
    // Relative to the repository as a directory, as Git reads it.
    parsed.set_path(&format!("{}/", parsed.path().trim_end_matches('/')));
    Ok(parsed.join(url).map_err(|_| wrong())?.to_string())
}
