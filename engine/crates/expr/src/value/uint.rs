//! Unsigned integers: the bytes of strings, and numbers of the host such as those of versions. They count and
//! compare as signed ones do; only what `-` gives stays unsigned, and their type has another name.

/// An unsigned integer of one of the two sizes that values have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uint {
    /// Go's `uint8`.
    Byte(u8),
    /// Go's `uint64`.
    Wide(u64),
}

impl Uint {
    pub(crate) fn get(self) -> u64 {
        match self {
            Self::Byte(byte) => byte.into(),
            Self::Wide(number) => number,
        }
    }

    /// As Go converts it to an `int`: what does not fit wraps around.
    pub(crate) fn signed(self) -> i64 {
        self.get().cast_signed()
    }

    /// The operator `-`, which wraps around too.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Byte(byte) => Self::Byte(byte.wrapping_neg()),
            Self::Wide(number) => Self::Wide(number.wrapping_neg()),
        }
    }
}
