//! The tags of a repository, as discovery wants them.

use std::collections::BTreeMap;

use git2::{ObjectType, Oid};
use windlass_model::call::CallError;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{RemoteRefs, TagChoice, TagInfo};

use crate::error::failed;
use crate::history::{changed_paths, describe, person};
use crate::mirror::{Advertised, Mirror, Wire};
use crate::remote::Remote;
use crate::stage;

/// The refs that a remote told of, tags with the commits behind them.
pub(crate) fn remote_refs(advertised: &Advertised) -> Result<RemoteRefs, CallError> {
    let named = |beginning: &'static str| {
        advertised.refs.iter().filter_map(move |(name, oid)| Some((name.strip_prefix(beginning)?, *oid)))
    };
    let branches = named("refs/heads/").map(|(name, oid)| Ok((name.to_owned(), stage::commit_id(oid)?)));
    // `name^{}` follows the tag itself, and is the commit behind it.
    let tags: BTreeMap<&str, Oid> =
        named("refs/tags/").map(|(name, oid)| (name.strip_suffix("^{}").unwrap_or(name), oid)).collect();
    let default = advertised.default_branch.as_deref().and_then(|name| name.strip_prefix("refs/heads/"));
    Ok(RemoteRefs {
        default_branch: default.map(ToOwned::to_owned),
        branches: branches.collect::<Result<_, CallError>>()?,
        tags: tags
            .into_iter()
            .map(|(name, oid)| Ok((name.to_owned(), stage::commit_id(oid)?)))
            .collect::<Result<_, CallError>>()?,
    })
}

/// The best tags by a choice.
pub(crate) fn choose(
    wire: &Wire,
    mirror: &Mirror,
    remote: &Remote,
    advertised: &Advertised,
    limit: usize,
    choice: &dyn TagChoice,
) -> Result<Vec<TagInfo>, CallError> {
    let named =
        advertised.refs.iter().filter_map(|(name, oid)| Some((name.strip_prefix("refs/tags/")?, *oid)));
    let named = named.filter(|(name, _)| !name.ends_with("^{}") && choice.may_count(name));
    let named: Vec<(&str, Oid)> = named.collect();
    let wanted: Vec<Oid> = named.iter().map(|(_, oid)| *oid).collect();
    mirror.bring(wire, remote, &wanted)?;
    let repository = mirror.open()?;
    let mut tags = Vec::new();
    for (name, oid) in named {
        stop_if_cancelled(wire)?;
        tags.extend(describe_tag(&repository, name, oid)?);
    }
    tags.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.name.cmp(&b.name)));
    let chosen = choice.choose(tags).map_err(|message| CallError::invalid("tag-filter", message))?;
    let mut kept = Vec::new();
    for mut tag in chosen {
        if kept.len() == limit {
            break;
        }
        stop_if_cancelled(wire)?;
        if choice.needs_paths() {
            let commit =
                repository.find_commit(stage::oid(&tag.commit.id)?).map_err(|e| failed("a tag", &e))?;
            tag.commit.paths = changed_paths(&repository, &commit)?;
        }
        if !choice.needs_paths() || choice.keeps(&tag.commit.paths) {
            kept.push(tag);
        }
    }
    Ok(kept)
}

fn stop_if_cancelled(wire: &Wire) -> Result<(), CallError> {
    if wire.network.cancel.is_cancelled() { Err(CallError::cancelled()) } else { Ok(()) }
}

/// A tag; none if what it names is no commit.
fn describe_tag(repository: &git2::Repository, name: &str, oid: Oid) -> Result<Option<TagInfo>, CallError> {
    let object = repository.find_object(oid, None).map_err(|e| failed(&format!("the tag {name}"), &e))?;
    let Ok(commit) = object.peel(ObjectType::Commit) else { return Ok(None) };
    let commit = describe(repository, commit.id(), false)?;
    let mut tag = TagInfo {
        name: name.to_owned(),
        created_at: commit.committed_at,
        commit,
        tagger: String::new(),
        annotation: String::new(),
    };
    if let Some(annotated) = object.as_tag() {
        let message = annotated.message_bytes().unwrap_or_default();
        tag.annotation = subject(&String::from_utf8_lossy(message));
        if let Some(tagger) = annotated.tagger() {
            tag.tagger = person(&tagger);
            tag.created_at = Timestamp::from_micros(tagger.when().seconds().saturating_mul(1_000_000));
        }
    }
    Ok(Some(tag))
}

/// The first paragraph of a message, in one line.
fn subject(message: &str) -> String {
    let lines = message.trim_start().lines().map(str::trim_end);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
