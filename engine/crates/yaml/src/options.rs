//! How a text is to be read, and how much of it is accepted.

/// What to do with a key that stands twice in one mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateKeys {
    /// The later one counts, as in `sigs.k8s.io/yaml`.
    #[default]
    LastWins,
    /// An error that names both places. Keys are the same when they are the same in JSON (`yes` and `true` are).
    /// A key that overrides one brought in by `<<` is no duplicate.
    Reject,
}

/// Bounds on what is read. Each is a number that may be reached but not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text in bytes. Texts of 4 GiB and more are always refused.
    pub bytes: usize,
    /// How deep sequences and mappings may stand in each other, aliases counted as what they stand for.
    pub depth: u16,
    /// Number of scalars, sequences, mappings and aliases in all documents.
    pub nodes: usize,
    /// What aliases may add, in units: each node an alias stands for costs one, and one more for every 32 bytes of
    /// its text. The prefixes of `%TAG` are counted in the same way.
    pub alias_cost: u32,
}

impl Limits {
    /// The deepest nesting that is ever read or written, whatever `depth` says. `serde_json` reads no more levels, so a
    /// deeper value could be neither stored nor sent; and it bounds the stack that is needed.
    pub const DEPTH_MAX: u16 = 127;
}

impl Default for Limits {
    /// 64 MiB of text, [`Limits::DEPTH_MAX`] levels, 5 million nodes, an alias cost of 400,000.
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: Self::DEPTH_MAX, nodes: 5_000_000, alias_cost: 400_000 }
    }
}

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// What to do with a key that stands twice.
    pub duplicate_keys: DuplicateKeys,
    /// How much is accepted.
    pub limits: Limits,
}

impl ReadOptions {
    /// The default limits, and an error for a key that stands twice.
    #[must_use]
    pub fn strict() -> Self {
        Self { duplicate_keys: DuplicateKeys::Reject, ..Self::default() }
    }
}
