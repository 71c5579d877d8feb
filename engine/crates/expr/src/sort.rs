//! A stable sort whose comparison may fail. It never assumes a total order: NaN sorts somewhere, and nothing
//! panics.

use crate::error::Outcome;

/// The items in order; equal ones stay in the order they came in.
pub(crate) fn stable<T>(items: Vec<T>, mut less: impl FnMut(&T, &T) -> Outcome<bool>) -> Outcome<Vec<T>> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut merged = Vec::with_capacity(order.len());
    let mut width = 1;
    while width < order.len() {
        merged.clear();
        for run in order.chunks(width * 2) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if less(&items[*b], &items[*a])? {
                    merged.push(*b);
                    right = right_rest;
                } else {
                    merged.push(*a);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|index| items[index].take()).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorts_stably() {
        let items = vec![(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        let sorted = super::stable(items, |a, b| Ok(a.0 < b.0)).unwrap();
        assert_eq!(sorted, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
    }
}
