//! A sheet as text for a terminal.

use std::fmt::Write as _;

use super::StepSheet;
use super::fields::Field;

impl StepSheet<'_> {
    /// All of it, as text.
    pub(crate) fn text(&self) -> String {
        let manifest = &self.kind.manifest;
        let mut text = format!("{} {}\n{}\n", manifest.name, manifest.version, manifest.summary);
        section(&mut text, "Configuration", &self.config);
        for rule in &self.rules {
            let at = if rule.path.is_empty() { String::new() } else { format!("{}: ", rule.path) };
            let _ = writeln!(text, "  {at}{}", rule.text);
        }
        section(&mut text, "Outputs", &self.outputs);
        let asks = self.asks();
        if asks.is_empty() {
            text.push_str("\nCapabilities\n  none: it works on files alone\n");
        } else {
            text.push_str("\nCapabilities\n");
            asks.iter().for_each(|ask| {
                let _ = writeln!(text, "  {}", ask.replace('`', ""));
            });
        }
        let (errors, timeout) = self.retries();
        let _ = writeln!(text, "\nRetries\n  {errors}; {timeout}");
        let _ = write!(text, "\nBinary\n  {}", self.kind.binary.digest);
        text
    }
}

fn section(text: &mut String, title: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for field in fields {
        let mut facts = vec![field.type_name.clone()];
        facts.extend(field.is_required.then(|| "required".to_owned()));
        facts.extend(field.default.as_ref().map(|default| format!("default {default}")));
        facts.extend(field.constraints.iter().cloned());
        let _ = writeln!(text, "  {}  ({})", field.path, facts.join("; "));
        if !field.description.is_empty() {
            let _ = writeln!(text, "      {}", field.description);
        }
    }
}
