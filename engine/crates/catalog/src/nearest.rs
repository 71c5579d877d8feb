//! Guessing what somebody meant.

/// The name among `names` that `wanted` is most likely a misspelling of.
#[must_use]
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    // A name may differ in one character of three and still be meant.
    nearest_within(wanted, names, 1 + wanted.chars().count() / 3)
}

/// The name among `names` that is nearest to `wanted`, if it takes no more than `far` changes of a character.
#[must_use]
pub fn nearest_within<'n>(
    wanted: &str,
    names: impl IntoIterator<Item = &'n str>,
    far: usize,
) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_recognised() {
        let names = ["git-clone", "git-clear", "git-commit", "compose-output"];
        assert_eq!(nearest("git-cloen", names), Some("git-clone"));
        assert_eq!(nearest("compose_output", names), Some("compose-output"));
        assert_eq!(nearest("helm-template", names), None);
        assert_eq!(nearest("x", names), None);
    }
}
