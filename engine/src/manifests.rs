//! Manifests from files: read, decoded, checked, and complained about with file, line and column.
//!
//! `files` finds and parses, `decode` makes typed kinds and notices unknown fields, `validate` holds the rules that
//! Kargo's API server would apply. Nothing runs while a manifest is wrong.

mod decode;
mod diagnostic;
mod expressions;
mod files;
mod kinds;
mod validate;

pub(crate) use decode::Owner;
pub(crate) use diagnostic::{Diagnostic, render};
pub(crate) use kinds::{Manifests, NamespacedName};

use std::path::PathBuf;

use windlass_ports::step_catalog::StepCatalog;

/// Everything that was read, and what is to be said about it.
pub(crate) struct Loaded {
    /// The manifests.
    pub(crate) manifests: Manifests,
    /// What is odd but does not stop anything.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Steps that cannot be run, by the Stage or task they stand in: they stop only promotions that need them.
    pub(crate) unusable_steps: Vec<(Owner, Diagnostic)>,
}

/// Reads all manifests in files and directories.
///
/// # Errors
/// Every problem that was found, most of them with a place.
pub(crate) fn load(
    paths: &[PathBuf],
    recursive: bool,
    catalog: &dyn StepCatalog,
) -> Result<Loaded, Vec<Diagnostic>> {
    let documents = files::read(paths, recursive)?;
    let mut manifests = Manifests::default();
    let mut said = decode::Said::default();
    for document in &documents {
        decode::decode(document, catalog, &mut manifests, &mut said);
    }
    let (errors, warnings): (Vec<_>, Vec<_>) = said.diagnostics.into_iter().partition(Diagnostic::is_error);
    if errors.is_empty() {
        Ok(Loaded { manifests, warnings, unusable_steps: said.unusable_steps })
    } else {
        Err(errors)
    }
}
