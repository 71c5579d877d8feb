//! Did-you-mean hints: the name that is written almost like the one that was not found.

/// Names longer than this are not compared.
const MAX_NAME: usize = 64;
/// How many names are compared, and how many a list shows.
const MAX_CANDIDATES: usize = 500;
const MAX_SHOWN: usize = 12;

/// The candidate nearest to `name`, if one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    let candidates =
        candidates.into_iter().take(MAX_CANDIDATES).filter(|candidate| candidate.len() <= MAX_NAME);
    let ranked = candidates.map(|candidate| (distance(name, candidate), candidate));
    ranked
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// "did you mean ...?", or the names there are.
pub(crate) fn hint<'a>(
    name: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().take(MAX_CANDIDATES).collect();
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    if candidates.is_empty() {
        return None;
    }
    let shown = candidates
        .iter()
        .take(MAX_SHOWN)
        .map(|name| format!("`{}`", clip(name)))
        .collect::<Vec<_>>()
        .join(", ");
    let more = if candidates.len() > MAX_SHOWN { ", and more" } else { "" };
    Some(format!("the {what} here are {shown}{more}"))
}

/// A name or text, cut to a length that fits in a message.
pub(crate) fn clip(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// How many letters must be added, removed, changed or swapped with their neighbour; case does not count.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let change = above[j] + usize::from(ca != cb);
            let mut best = change.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_slips_but_not_strangers() {
        let names = ["outputs", "vars", "ctx"];
        assert_eq!(nearest("outptus", names), Some("outputs"));
        assert_eq!(nearest("Vars", names), Some("vars"));
        assert_eq!(nearest("secrets", names), None);
        assert_eq!(
            hint("secrets", "variables", names).as_deref(),
            Some("the variables here are `outputs`, `vars`, `ctx`")
        );
    }
}
