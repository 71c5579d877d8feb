//! Names for people: freight is known by forty hex digits, which nobody can say.

const ADJECTIVES: [&str; 32] = [
    "able", "amber", "brave", "bright", "brisk", "calm", "clever", "cosy", "deft", "eager", "early", "fair",
    "fleet", "fresh", "gentle", "glad", "golden", "hardy", "keen", "kind", "lively", "lucky", "mellow",
    "merry", "nimble", "patient", "quick", "quiet", "sturdy", "sunny", "swift", "warm",
];

const NOUNS: [&str; 32] = [
    "anchor",
    "badger",
    "barge",
    "beacon",
    "buoy",
    "capstan",
    "clipper",
    "cormorant",
    "crane",
    "cutter",
    "derrick",
    "dory",
    "ferry",
    "gannet",
    "harbour",
    "heron",
    "jetty",
    "ketch",
    "lantern",
    "marlin",
    "mooring",
    "otter",
    "pelican",
    "petrel",
    "pilot",
    "porpoise",
    "puffin",
    "schooner",
    "skipper",
    "tern",
    "tiller",
    "trawler",
];

/// The alias of freight: the same for the same freight. `is_taken` tells which aliases other freight has.
#[must_use]
pub fn alias_of(freight: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let hash = freight.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let word = |words: &[&'static str; 32], bits: u64| words[(bits & 31) as usize];
    let alias = format!("{}-{}", word(&ADJECTIVES, hash >> 20), word(&NOUNS, hash >> 40));
    if !is_taken(&alias) {
        return alias;
    }
    (2_u32..).map(|number| format!("{alias}-{number}")).find(|alias| !is_taken(alias)).unwrap_or(alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_stays_and_is_unique() {
        let alias = alias_of("0123456789abcdef", |_| false);
        assert_eq!(alias, alias_of("0123456789abcdef", |_| false));
        assert_eq!(alias_of("0123456789abcdef", |taken| taken == alias), format!("{alias}-2"));
    }
}
