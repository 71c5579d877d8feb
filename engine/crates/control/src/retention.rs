//! What is kept, by Kargo's rules of garbage collection (`kargo.md` 9.4): of each stage the newest promotions, of each
//! warehouse the newest freight, everything that is in use, and everything that is young.

use std::time::Duration;

use windlass_model::time::Timestamp;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Promotions of a stage.
    pub promotions: usize,
    /// Freight of a warehouse.
    pub freight: usize,
    /// What is younger is kept in any case.
    pub least_age: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { promotions: 20, freight: 20, least_age: Duration::from_hours(336) }
    }
}

/// Something that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) made_at: Timestamp,
    /// It has not ended, or is in a stage: it and so many that are older are kept.
    pub(crate) is_in_use: bool,
}

/// Those of one stage or warehouse that are not kept. `items` come in any order.
pub(crate) fn expired(mut items: Vec<Item>, kept: usize, least_age: Duration, now: Timestamp) -> Vec<String> {
    if items.len() <= kept {
        return Vec::new();
    }
    items.sort_by(|a, b| (b.made_at, &b.name).cmp(&(a.made_at, &a.name)));
    // All that are newer than the oldest one in use are kept with it.
    let in_use = items.iter().rposition(|item| item.is_in_use).map_or(0, |index| index + 1);
    let old = |item: &Item| now.since(item.made_at) >= least_age;
    items.into_iter().skip(in_use + kept).filter(old).map(|item| item.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u64, in_use: &[u64]) -> Vec<Item> {
        let item = |number: u64| Item {
            name: format!("p{number:03}"),
            made_at: Timestamp::from_micros(0).plus(Duration::from_hours(number)),
            is_in_use: in_use.contains(&number),
        };
        (0..count).map(item).collect()
    }

    fn gone(count: u64, in_use: &[u64], at_hour: u64) -> Vec<String> {
        let now = Timestamp::from_micros(0).plus(Duration::from_hours(at_hour));
        expired(items(count, in_use), 3, Duration::from_hours(10), now)
    }

    #[test]
    fn the_newest_are_kept() {
        assert!(gone(3, &[], 1_000).is_empty());
        assert_eq!(gone(5, &[], 1_000), ["p001", "p000"]);
    }

    #[test]
    fn what_is_in_use_keeps_as_many_before_it() {
        assert_eq!(gone(8, &[4], 1_000), ["p000"]);
        assert!(gone(8, &[0], 1_000).is_empty());
        assert_eq!(gone(8, &[7, 4], 1_000), ["p000"]);
    }

    #[test]
    fn what_is_young_is_kept() {
        assert!(gone(5, &[], 9).is_empty());
        assert_eq!(gone(5, &[], 10), ["p000"]);
    }
}
