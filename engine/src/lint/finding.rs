//! Something that is wrong within a text, before it is known in which manifest it is told.

use std::ops::Range;

use crate::manifests::{Diagnostic, Rule, Severity};

/// Something wrong within a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) rule: Rule,
    pub(super) severity: Severity,
    /// Bytes of the text.
    pub(super) within: Range<usize>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn error(rule: Rule, within: Range<usize>, message: impl Into<String>) -> Self {
        Self { rule, severity: Severity::Error, within, message: message.into(), hint: None }
    }

    /// The same as a warning, if `tested`: the expression is prepared for it.
    pub(super) fn unless_tested(self, tested: bool) -> Self {
        if tested { Self { severity: Severity::Warning, ..self } } else { self }
    }

    /// The same with what to do, if there is something to say.
    pub(super) fn hint(self, hint: impl Into<Option<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The diagnostic without its place.
    pub(super) fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.rule, self.message);
        diagnostic.severity = self.severity;
        diagnostic.hint = self.hint;
        diagnostic
    }
}

/// "did you mean …?", or the names there are.
pub(super) fn suggestion<'n>(
    wanted: &str,
    what: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<String> {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    match near(wanted, &names) {
        Some(near) => Some(format!("did you mean {near}?")),
        None if names.is_empty() => None,
        None => {
            let more = if names.len() > SHOWN { ", and more" } else { "" };
            Some(format!("{what} {}{more}", names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ")))
        }
    }
}

/// The name that was probably meant. There are many names, so they must be much alike; two that differ in a number are
/// not, they are two.
fn near<'n>(wanted: &str, names: &[&'n str]) -> Option<&'n str> {
    let same = names.iter().copied().find(|name| name.eq_ignore_ascii_case(wanted));
    let without_digits = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let bare = without_digits(wanted);
    let others = names.iter().copied().filter(|name| without_digits(name) != bare);
    same.or_else(|| windlass_catalog::nearest_within(wanted, others, 1 + wanted.chars().count() / 5))
}
