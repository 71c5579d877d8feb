//! How many recorded answers are ours: a line for each file and step, one for each case that falls short, and what was
//! left out.

use std::collections::BTreeMap;
use std::fmt;

use crate::answer::shorten;
use crate::pending::Pending;

/// The reason of a failure is shown up to this many letters.
const MOST_SHOWN: usize = 600;

/// A case that was replayed.
pub(crate) struct Case {
    /// What it is called; unique.
    pub(crate) id: String,
    /// What may be pending: its file or step, itself, and whatever part of the product it needs.
    pub(crate) needs: Vec<String>,
    /// Whether the answer is ours, else why not.
    pub(crate) verdict: Result<(), String>,
}

impl Case {
    /// A case that needs nothing but its file or step.
    pub(crate) fn new(group: &str, id: &str, verdict: Result<(), String>) -> Self {
        Self { id: id.to_owned(), needs: vec![group.to_owned(), id.to_owned()], verdict }
    }
}

/// The cases of one file or step.
#[derive(Default)]
struct Group {
    passed: usize,
    total: usize,
    failures: Vec<(String, String)>,
}

/// Cases that were left out because of one entry.
#[derive(Clone, Default)]
struct LeftOut {
    cases: usize,
    falls_short: bool,
}

/// What came of a replay. Printed, it is what a developer reads.
pub struct Report {
    groups: BTreeMap<String, Group>,
    pending: &'static [Pending],
    /// By the index in `pending`.
    left_out: Vec<LeftOut>,
    /// What is wrong with the lists of deviations and of what is pending.
    faults: Vec<String>,
    /// So many letters of a reason are shown.
    most_shown: usize,
}

impl Report {
    pub(crate) fn new(pending: &'static [Pending]) -> Self {
        let left_out = vec![LeftOut::default(); pending.len()];
        Self { groups: BTreeMap::new(), pending, left_out, faults: Vec::new(), most_shown: MOST_SHOWN }
    }

    /// The same, with reasons shown in full.
    #[must_use]
    pub fn in_full(mut self) -> Self {
        self.most_shown = usize::MAX;
        self
    }

    /// Counts a case, or leaves it out if something that it needs is pending.
    pub(crate) fn add(&mut self, group: &str, case: Case) {
        if let Some(entry) = self.pending_of(&case.needs) {
            return self.leave_out(entry, 1, case.verdict.is_err());
        }
        let group = self.groups.entry(group.to_owned()).or_default();
        group.total += 1;
        match case.verdict {
            Ok(()) => group.passed += 1,
            Err(reason) => group.failures.push((case.id, reason)),
        }
    }

    /// The entry because of which cases with these needs are left out.
    pub(crate) fn pending_of(&self, needs: &[String]) -> Option<usize> {
        self.pending.iter().position(|entry| needs.iter().any(|need| need == entry.name))
    }

    /// Leaves cases out because of an entry, some of which may have been seen to fall short.
    pub(crate) fn leave_out(&mut self, entry: usize, cases: usize, falls_short: bool) {
        let left_out = &mut self.left_out[entry];
        left_out.cases += cases;
        left_out.falls_short |= falls_short;
    }

    /// Whether there was not a single case.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.left_out.iter().all(|left_out| left_out.cases == 0)
    }

    /// Adds what is wrong with a list.
    pub(crate) fn blame(&mut self, faults: impl IntoIterator<Item = String>) {
        self.faults.extend(faults);
    }

    /// Looks for entries that are no longer pending.
    pub(crate) fn finish(&mut self) {
        for (entry, left_out) in self.pending.iter().zip(&self.left_out) {
            if !left_out.falls_short {
                self.faults.push(format!(
                    "{}: no longer pending, all its cases ({}) pass; take it out of tests/replay/src/pending.rs",
                    entry.name, left_out.cases
                ));
            }
        }
    }

    /// Whether any case falls short, or a list is wrong.
    #[must_use]
    pub fn falls_short(&self) -> bool {
        !self.faults.is_empty() || self.groups.values().any(|group| group.passed < group.total)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, group) in &self.groups {
            writeln!(f, "{name} {}/{}", group.passed, group.total)?;
            for (id, reason) in &group.failures {
                writeln!(f, "fail {id}: {}", shorten(reason, self.most_shown))?;
            }
        }
        for fault in &self.faults {
            writeln!(f, "fail {}", shorten(fault, self.most_shown))?;
        }
        for (entry, left_out) in self.pending.iter().zip(&self.left_out) {
            writeln!(f, "left out {} ({}), until {}", entry.name, left_out.cases, entry.until)?;
        }
        let sum = |count: fn(&Group) -> usize| self.groups.values().map(count).sum::<usize>();
        let left_out: usize = self.left_out.iter().map(|left_out| left_out.cases).sum();
        let (passed, total) = (sum(|group| group.passed), sum(|group| group.total));
        write!(f, "total {passed}/{total}")?;
        if left_out > 0 { write!(f, ", {left_out} left out") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PENDING: &[Pending] = &[Pending { name: "helm", until: "Helm is there" }];

    fn case(id: &str, verdict: Result<(), &str>) -> Case {
        let step = id.split('/').next().unwrap_or_default();
        Case::new(step, id, verdict.map_err(str::to_owned))
    }

    fn report(pending: &'static [Pending], cases: Vec<Case>) -> Report {
        let mut report = Report::new(pending);
        for case in cases {
            let group = case.needs[0].clone();
            report.add(&group, case);
        }
        report.finish();
        report
    }

    #[test]
    fn cases_are_counted_by_group_and_failures_are_one_line() {
        let cases = vec![case("tar/a", Ok(())), case("tar/b", Err("it is\n0")), case("copy/a", Ok(()))];
        let report = report(&[], cases);
        assert!(report.falls_short());
        assert_eq!(report.to_string(), "copy 1/1\ntar 1/2\nfail tar/b: it is\\n0\ntotal 2/3");
    }

    #[test]
    fn what_is_pending_is_left_out_by_name() {
        let report = report(PENDING, vec![case("tar/a", Ok(())), case("helm/a", Err("no"))]);
        assert!(!report.falls_short());
        assert_eq!(
            report.to_string(),
            "tar 1/1\nleft out helm (1), until Helm is there\ntotal 1/1, 1 left out"
        );
    }

    #[test]
    fn what_passes_is_no_longer_pending() {
        let report = report(PENDING, vec![case("helm/a", Ok(()))]);
        assert!(report.falls_short());
        assert!(
            report.to_string().contains("fail helm: no longer pending, all its cases (1) pass"),
            "{report}"
        );
    }
}
