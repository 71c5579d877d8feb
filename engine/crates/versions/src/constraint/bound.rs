//! One comparison of a range, such as `>=1.2`, and which versions it admits.
//! What a missing number means differs by operator; the rules are those of Masterminds/semver v3.5.0.

use std::cmp::Ordering;

use crate::version::Version;

/// How a version is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// How much of the version in a comparison is written out; what is missing or `x` counts as 0 in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    /// `*`
    Any,
    /// `1` or `1.x`
    Major,
    /// `1.2` or `1.2.x`
    Minor,
    /// `1.2.3`
    Patch,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) operator: Operator,
    pub(super) precision: Precision,
    pub(super) version: Version,
}

impl Bound {
    /// Whether `version` passes. Whether prereleases may pass at all is decided for the whole alternative.
    pub(super) fn admits(&self, version: &Version) -> bool {
        let order = version.cmp_precedence(&self.version);
        match self.operator {
            Operator::Equal if self.precision == Precision::Patch => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => order != Ordering::Less && self.is_within_tilde(version),
            Operator::Caret => order != Ordering::Less && self.is_within_caret(version),
            Operator::NotEqual => self.differs(version, order),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Greater => match self.precision {
                Precision::Major => version.major() > self.version.major(),
                Precision::Minor => major_minor(version) > major_minor(&self.version),
                Precision::Any | Precision::Patch => order == Ordering::Greater,
            },
            Operator::LessOrEqual => match self.precision {
                Precision::Major => version.major() <= self.version.major(),
                // `<=*` therefore admits 0.0.x only. That is what the original answers.
                Precision::Any | Precision::Minor => major_minor(version) <= major_minor(&self.version),
                Precision::Patch => order != Ordering::Greater,
            },
        }
    }

    fn differs(&self, version: &Version, order: Ordering) -> bool {
        match self.precision {
            Precision::Major => version.major() != self.version.major(),
            Precision::Minor => {
                major_minor(version) != major_minor(&self.version)
                    || version.prerelease() != self.version.prerelease()
            }
            Precision::Any | Precision::Patch => order != Ordering::Equal,
        }
    }

    /// The upper end of `~`: the same minor, or the same major if only that is given.
    fn is_within_tilde(&self, version: &Version) -> bool {
        let base = &self.version;
        match self.precision {
            // `~0.0.0` is open above, as `*` is, because the original does not tell them apart.
            Precision::Any | Precision::Patch if is_zero(base) => true,
            Precision::Major => version.major() == base.major(),
            Precision::Any | Precision::Minor | Precision::Patch => major_minor(version) == major_minor(base),
        }
    }

    /// The upper end of `^`: the leftmost number that is not 0 stays.
    fn is_within_caret(&self, version: &Version) -> bool {
        let base = &self.version;
        if base.major() > 0 || self.precision == Precision::Major {
            version.major() == base.major()
        } else if base.minor() > 0 || self.precision == Precision::Minor {
            major_minor(version) == major_minor(base)
        } else {
            // `^*` therefore admits 0.0.0 only. That is what the original answers.
            major_minor(version) == (0, 0) && version.patch() == base.patch()
        }
    }
}

fn major_minor(version: &Version) -> (u64, u64) {
    (version.major(), version.minor())
}

fn is_zero(version: &Version) -> bool {
    major_minor(version) == (0, 0) && version.patch() == 0
}
