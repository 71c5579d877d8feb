//! Why a change is not made.

use crate::emit::EmitError;
use crate::path::Path;
use crate::position::Span;

/// A path in words.
fn name(path: &Path) -> String {
    if path.segments().is_empty() { "the top".to_owned() } else { format!("`{path}`") }
}

/// A change that is not made. The text is as it was before.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// The text has no such document.
    #[error("there is no document {document}; the text has {count}, counted from 0")]
    NoDocument {
        /// The document asked for.
        document: usize,
        /// How many there are.
        count: usize,
    },
    /// Nothing is at the path.
    #[error("there is nothing at `{path}`; the way breaks off behind {}", name(nearest))]
    NotFound {
        /// The path asked for.
        path: Path,
        /// The part of it that is there.
        nearest: Path,
        /// Where that part stands; none in a text without documents.
        span: Option<Span>,
    },
    /// Something of another kind is at the path.
    #[error("{} is {found}, not {wanted} ({})", name(path), span.start)]
    WrongKind {
        /// The path asked for.
        path: Path,
        /// What has to be there.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
        /// Where it stands.
        span: Span,
    },
    /// The path goes through an alias or a merge key, so the value stands elsewhere and counts elsewhere too.
    #[error("`{path}` is written elsewhere and brought in here by `{by}` ({})", span.start)]
    Shared {
        /// The path asked for.
        path: Path,
        /// The alias or merge key, as `*name` or `<<`.
        by: String,
        /// Where it stands.
        span: Span,
    },
    /// The key is there already.
    #[error("`{path}` has the key `{key}` already ({})", span.start)]
    KeyExists {
        /// The mapping.
        path: Path,
        /// The key.
        key: String,
        /// Where it stands.
        span: Span,
    },
    /// The change is right, but cannot be made in the way the text is laid out.
    #[error("`{path}` cannot be changed here: {reason}")]
    Refused {
        /// The path asked for.
        path: Path,
        /// Why.
        reason: String,
    },
    /// The new value cannot be written.
    #[error(transparent)]
    Value(#[from] EmitError),
}
