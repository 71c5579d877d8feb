//! Manifests from files: read, decoded, checked, and complained about with file, line and column.
//!
//! `files` finds and parses, `recognise` tells kinds apart, `shape` says what each looks like, `decode` makes typed kinds,
//! `validate` holds the rules that Kargo's API server would apply. Nothing runs while a manifest is wrong.

mod decode;
mod diagnostic;
mod files;
mod kinds;
mod recognise;
mod render;
mod rule;
mod shape;
mod source;
mod texts;
mod validate;

pub(crate) use decode::{Audience, Decoded, Owner, Reading};
pub(crate) use diagnostic::{Diagnostic, Place, Severity, SourceFile};
pub(crate) use files::{EXTENSIONS, Files, ManifestDocument, RawFile, parse_bytes, read};
pub(crate) use kinds::{Kind, Manifests, NamespacedName};
pub(crate) use render::{RuleNames, render, render_with};
pub(crate) use rule::Rule;
pub(crate) use source::{Mark, Source};
pub(crate) use texts::Texts;
pub(crate) use validate::project_config::stage_of;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use windlass_ports::step_catalog::StepCatalog;

use crate::failure::Failure;

/// A manifest without what no version of its kind knows; as it is, if its kind is not known. What subscriptions of a warehouse
/// hold stays, as in Kargo.
pub(crate) fn pruned(json: &serde_json::Value) -> serde_json::Value {
    let text = |key: &str| json.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
    match kinds::KindInfo::find(text("apiVersion"), text("kind")) {
        Some(info) => shape::pruned(info.shape, json),
        None => json.clone(),
    }
}

/// The texts of files, one after the other as documents of one text.
///
/// # Errors
/// If one of them cannot be found or read. What they say is not looked at.
pub(crate) fn texts(paths: &[PathBuf], recursive: bool) -> Result<String, Failure> {
    let files = read(paths, recursive).map_err(|problem| Failure::rendered(render(&[*problem], false)))?;
    Ok(without_problems(files, std::io::stderr().is_terminal())?.text())
}

/// The files of a folder and of those below it, as they are.
///
/// # Errors
/// If it cannot be found, holds none, or one of them cannot be read.
pub(crate) fn raw_files(dir: &Path) -> Result<Vec<RawFile>, Failure> {
    files::read_raw(&[dir.to_owned()], true).map_err(|problem| Failure::rendered(render(&[*problem], false)))
}

/// The documents of files.
///
/// # Errors
/// If one of them is no YAML.
pub(crate) fn parse_files(raw: Vec<RawFile>) -> Result<Files, Failure> {
    without_problems(files::parse_raw(raw), false)
}

fn without_problems(files: Files, is_coloured: bool) -> Result<Files, Failure> {
    if !files.problems.is_empty() {
        return Err(Failure::rendered(render(&files.problems, is_coloured)));
    }
    Ok(files)
}

/// Everything that was read, and what is to be said about it.
pub(crate) struct Loaded {
    /// The manifests.
    pub(crate) manifests: Manifests,
    /// Where each of them stands.
    pub(crate) sources: BTreeMap<(Kind, NamespacedName), Rc<Source>>,
    /// Their expressions.
    pub(crate) texts: Texts,
    /// What is odd but does not stop anything.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Steps that cannot be run, by the Stage or task they stand in: they stop only promotions that need them.
    pub(crate) unusable_steps: Vec<(Owner, Diagnostic)>,
}

/// Reads all manifests in files and directories, for somebody who is about to promote.
///
/// # Errors
/// Every problem that was found, most of them with a place.
pub(crate) fn load(
    paths: &[PathBuf],
    recursive: bool,
    catalog: &dyn StepCatalog,
) -> Result<Loaded, Vec<Diagnostic>> {
    let files = read(paths, recursive).map_err(|problem| vec![*problem])?;
    if !files.problems.is_empty() {
        return Err(files.problems);
    }
    let texts = Texts::default();
    let reading = Reading { catalog, texts: &texts, audience: Audience::Promotion, project: None };
    let mut decoded = Decoded::default();
    for document in &files.documents {
        decoded.add(document, &reading);
    }
    let Decoded { manifests, sources, said, .. } = decoded;
    let (errors, warnings): (Vec<_>, Vec<_>) = said.diagnostics.into_iter().partition(Diagnostic::is_error);
    if errors.is_empty() {
        Ok(Loaded { manifests, sources, texts, warnings, unusable_steps: said.unusable_steps })
    } else {
        Err(errors)
    }
}
