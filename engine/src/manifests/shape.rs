//! What kinds of manifests look like, as data: which fields there are, and what each takes. Kargo's schemas say the same
//! (`kargo.md` section 1); here a field that is not known, a wrong type and a wrong value are told with their paths, all
//! of them at once.
//!
//! A table has a file for each family of kinds, `text` has the forms of texts, `check` walks through a manifest.

mod check;
mod configs;
mod core;
mod freight;
mod grants;
mod mend;
mod metadata;
mod stage;
mod step;
mod text;
mod warehouse;

#[cfg(test)]
mod tests;

pub(super) use check::{check, pruned, without_nulls};
pub(super) use configs::{CLUSTER_CONFIG, PROJECT_CONFIG};
pub(super) use core::{CONFIG_MAP, NAMESPACE, PROJECT, SECRET};
pub(super) use freight::{FREIGHT, PROMOTION, PROMOTION_REQUEST, TARGET};
pub(super) use grants::GRANTS;
pub(super) use mend::mended;
pub(super) use stage::STAGE;
pub(super) use step::PROMOTION_TASK;
pub(super) use warehouse::WAREHOUSE;

pub(super) use text::{NAME_HINT, constraint};

use text::Form;

/// What a value looks like.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Anything. It is not looked into.
    Any,
    Bool,
    /// A whole number from `least` to `most`.
    Whole {
        least: i64,
        most: i64,
    },
    /// A text of a form.
    Text(Form),
    /// One of these texts.
    Word(&'static [&'static str]),
    /// A text with expressions in it.
    Template,
    /// A template that is true or false.
    Condition,
    /// An expression without delimiters.
    Expression,
    /// A mapping in which every text is a template.
    Config,
    List {
        of: &'static Self,
        least: usize,
    },
    /// A mapping with any keys.
    Map(&'static Self),
    /// A mapping with these keys.
    Object(&'static [Field]),
    /// A mapping with these keys, of which exactly one of some must be there.
    Choice {
        fields: &'static [Field],
        one_of: &'static [&'static str],
    },
}

/// A field of a mapping.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) presence: Presence,
    pub(crate) shape: &'static Shape,
}

/// Whether a field is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Optional,
    Required,
    /// It was there in earlier versions of Kargo: this takes its place.
    Removed(&'static str),
}

const fn optional(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, presence: Presence::Optional, shape }
}

const fn required(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, presence: Presence::Required, shape }
}

const fn removed(name: &'static str, instead: &'static str) -> Field {
    Field { name, presence: Presence::Removed(instead), shape: &Shape::Any }
}

const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, least: 0 }
}

/// A list with at least one entry.
const fn some(of: &'static Shape) -> Shape {
    Shape::List { of, least: 1 }
}

static TEXT: Shape = Shape::Text(text::any);
static TEXTS: Shape = list(&TEXT);
static NAME: Shape = Shape::Text(text::name);
static DURATION: Shape = Shape::Text(text::duration);

/// What every kind begins with.
macro_rules! manifest {
    ($($field:expr),* $(,)?) => {
        Shape::Object(&[
            crate::manifests::shape::optional("apiVersion", &Shape::Any),
            crate::manifests::shape::optional("kind", &Shape::Any),
            crate::manifests::shape::required("metadata", &crate::manifests::shape::metadata::METADATA),
            $($field),*
        ])
    };
}
use manifest;
