//! Choosing among what was found.

pub(crate) mod chart;
pub(crate) mod commit;
pub(crate) mod expression;
pub(crate) mod image;
pub(crate) mod tag;

/// Why `allowTags` and `ignoreTags` let discovery fail, as they do in Kargo since 1.11.
const RETIRED: &str = "allowTags and ignoreTags are retired; write allowTagsRegexes and ignoreTagsRegexes";
