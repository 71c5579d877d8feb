//! JSON pointers (RFC 6901) taken apart.

/// The names on the way, from the outermost.
///
/// ```
/// let names: Vec<String> = windlass_model::pointer::names("/metadata/labels/kargo.akuity.io~1alias").collect();
/// assert_eq!(names, ["metadata", "labels", "kargo.akuity.io/alias"]);
/// assert_eq!(windlass_model::pointer::names("").count(), 0);
/// ```
pub fn names(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(name)
}

/// One name as it is written in a pointer.
#[must_use]
pub fn name(written: &str) -> String {
    written.replace("~1", "/").replace("~0", "~")
}
