//! The report for people.

use super::Report;
use crate::manifests::{RuleNames, Severity, render_with};

pub(super) fn print(report: &Report, colours: bool) -> String {
    let mut text = String::new();
    for diagnostic in &report.diagnostics {
        text.push_str(&render_with(std::slice::from_ref(diagnostic), colours, RuleNames::Shown));
        text.push('\n');
    }
    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    let found = match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (_, 0) => number(errors, "error"),
        (0, _) => number(warnings, "warning"),
        _ => format!("{}, {}", number(errors, "error"), number(warnings, "warning")),
    };
    let others = match report.others {
        0 => String::new(),
        1 => "; 1 document of another kind was left alone".to_owned(),
        others => format!("; {others} documents of other kinds were left alone"),
    };
    text.push_str(&format!("{found} in {}{others}\n", number(report.files, "file")));
    text
}

fn number(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
