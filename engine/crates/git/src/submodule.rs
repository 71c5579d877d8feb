//! Submodules: repositories that a tree names, checked out where it says.

use std::path::Path;

use git2::{Config, Oid, Repository};
use windlass_model::call::CallError;
use windlass_model::freight::address::is_ssh;
use windlass_model::grant::without_user_info;
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

/// A tree that has been checked out, and the submodules that it names.
pub(crate) struct Outer<'a> {
    /// Where its repository is; other URLs may be relative to it.
    pub(crate) url: String,
    pub(crate) repository: &'a Repository,
    pub(crate) tree: Oid,
    /// Its directory.
    pub(crate) root: &'a Dir,
    pub(crate) submodules: &'a [SubmoduleAt],
}

/// Checks the submodules of a tree out. They are read without credentials: those of the outer repository are not theirs.
pub(crate) fn check_out(
    job: &CloneJob<'_>,
    files: &Tree,
    outer: &Outer<'_>,
    depth: u32,
) -> Result<(), CallError> {
    if outer.submodules.is_empty() {
        return Ok(());
    }
    if depth >= MAX_DEPTH {
        return Err(CallError::invalid(
            "git-submodules-deep",
            format!("submodules go deeper than {MAX_DEPTH} levels"),
        ));
    }
    let urls = urls(outer.repository, outer.tree)?;
    for submodule in outer.submodules {
        let url = urls.iter().find(|(at, _)| Path::new(at) == submodule.path).map(|(_, url)| url.as_str());
        let url = url.ok_or_else(|| {
            CallError::invalid(
                "git-submodule-unknown",
                format!(".gitmodules does not say where submodule {} is", submodule.path.display()),
            )
        })?;
        check_out_one(
            job,
            files,
            &absolute(&outer.url, url)?,
            &outer.root.path().join(&submodule.path),
            submodule,
            depth,
        )?;
    }
    Ok(())
}

fn check_out_one(
    job: &CloneJob<'_>,
    files: &Tree,
    url: &str,
    path: &Path,
    submodule: &SubmoduleAt,
    depth: u32,
) -> Result<(), CallError> {
    if is_ssh(url) {
        return Err(over_ssh(url));
    }
    job.permission.may_read(url)?;
    let remote = Remote::parse(url, None, job.args.options.insecure_skip_tls_verify, job.local)?;
    let mirror = Mirror::of(job.mirrors, &job.wire.network.tenant, &remote);
    mirror.fetch(job.wire, &remote, |_| vec![submodule.commit])?;
    let repository = mirror.open()?;
    let commit = commit_id(submodule.commit)?;
    let tree = tree_of(&repository, &commit).map_err(|_| {
        let message = format!("submodule {} has no commit {commit}", without_user_info(url));
        CallError::not_found("git-revision-not-found", message)
    })?;
    let root = files.open_dir_no_links(path).map_err(|e| file_failed(path, &e))?;
    let stop = || job.wire.network.cancel.is_cancelled();
    let written = write_tree(&repository, tree, files, &root, &Sparse::default(), &stop)?;
    let url = without_user_info(url);
    let outer = Outer { url, repository: &repository, tree, root: &root, submodules: &written.submodules };
    check_out(job, files, &outer, depth + 1)
}

/// Nobody reads over SSH without a key, and the outer repository's key is not for others.
fn over_ssh(url: &str) -> CallError {
    CallError::denied(
        "git-submodule-ssh",
        format!(
            "submodule {} would be reached over SSH, but submodules are read without credentials; name its https:// URL in \
             .gitmodules",
            without_user_info(url)
        ),
    )
}

/// The paths and URLs in `.gitmodules`.
fn urls(repository: &Repository, tree: Oid) -> Result<Vec<(String, String)>, CallError> {
    let read = || -> Result<Option<Vec<u8>>, git2::Error> {
        let entry = repository.find_tree(tree)?.get_name(".gitmodules").map(|entry| entry.id());
        entry.map(|entry| Ok(repository.find_blob(entry)?.content().to_vec())).transpose()
    };
    // Without the file there is no submodule whose place is known.
    let Some(content) = read().map_err(|e| failed("submodules", &e))? else { return Ok(Vec::new()) };
    if has_include(&content) {
        return Err(CallError::invalid(
            "git-submodules-include",
            ".gitmodules includes other files, which is not allowed; write their content into it",
        ));
    }
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

/// Whether libgit2 could read other files of this host because a configuration file says so.
fn has_include(content: &[u8]) -> bool {
    content.windows(b"[include".len()).any(|window| window.eq_ignore_ascii_case(b"[include"))
}

/// A submodule's URL may be relative to the outer repository's.
fn absolute(base: &str, url: &str) -> Result<String, CallError> {
    if !url.starts_with("./") && !url.starts_with("../") {
        return Ok(url.to_owned());
    }
    if is_ssh(base) {
        return Err(over_ssh(url));
    }
    let wrong = || CallError::invalid("url-invalid", format!("submodule URL {url:?} does not fit {base}"));
    let mut parsed = url::Url::parse(base).map_err(|_| wrong())?;
    // Relative to the repository as a directory, as Git reads it.
    parsed.set_path(&format!("{}/", parsed.path().trim_end_matches('/')));
    Ok(parsed.join(url).map_err(|_| wrong())?.to_string())
}
