//! Why a JSON text is not changed.

/// A change that is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Lists, objects and null cannot be set.
    #[error("it is not a scalar type: only texts, numbers and bools are set")]
    NotScalar,
    /// There is no key.
    #[error("the path cannot be empty")]
    EmptyKey,
    /// The key has more parts than JSON may have levels.
    #[error("the key has more than {most} parts, and no reader takes JSON that deep")]
    TooDeep {
        /// How many there may be.
        most: usize,
    },
    /// Nothing of the text would stay.
    #[error("the text is no JSON, and nothing can be added to it")]
    NotJson,
    /// A list has no such item.
    #[error("cannot set array element for non-numeric key '{0}': a list stands there")]
    NotAnIndex(String),
    /// So many nulls would have to be put before the value.
    #[error("the index {index} is far behind the end of the list: at most {most} items are filled in")]
    TooFar {
        /// The index.
        index: String,
        /// How many items are made.
        most: usize,
    },
}
