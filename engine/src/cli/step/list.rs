//! `windlass step list`: the steps there are.

use serde_json::Value;
use windlass_ports::step_catalog::CatalogError;

use super::Output;
use crate::failure::Failure;
use crate::{step_sheet, wiring};

#[derive(Debug, clap::Args)]
pub(crate) struct StepListArgs {
    /// What to print.
    #[arg(short, long, value_enum, default_value_t)]
    output: Output,
}

impl StepListArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        let catalog = wiring::catalog();
        let kinds = catalog.names().into_iter().map(|name| catalog.find(&name));
        let kinds: Result<Vec<_>, CatalogError> = kinds.collect();
        let kinds = kinds.map_err(|e| Failure::environment(e.to_string()))?;
        if kinds.is_empty() {
            // Asking for one tells why there are none.
            super::run::find(catalog.as_ref(), "fail")?;
        }
        if self.output == Output::Json {
            let all: Value = kinds.iter().map(|kind| step_sheet::summary(kind)).collect();
            anstream::println!("{all:#}");
            return Ok(0);
        }
        let rows: Vec<[&str; 3]> = kinds
            .iter()
            .map(|kind| &kind.manifest)
            .map(|manifest| [manifest.name.as_str(), &manifest.version, &manifest.summary])
            .collect();
        anstream::print!("{}", table(&rows, width()));
        Ok(0)
    }
}

/// How many columns the terminal has, if it is one.
fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Rows under a heading. The last column is cut where the terminal ends.
fn table(rows: &[[&str; 3]], width: Option<usize>) -> String {
    let heading = ["NAME", "VERSION", "SUMMARY"];
    let rows: Vec<&[&str; 3]> = std::iter::once(&heading).chain(rows).collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name, version) = (widest(0), widest(1));
    let line = |row: &&[&str; 3]| {
        let line = format!("{:name$}  {:version$}  {}", row[0], row[1], row[2]);
        match width {
            Some(width) if line.chars().count() > width => {
                let kept: String = line.chars().take(width.saturating_sub(1)).collect();
                format!("{kept}…\n")
            }
            _ => format!("{line}\n"),
        }
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_the_terminal() {
        let rows = [["copy", "0.1.0", "Copies files."], ["a-long-name", "0.1.0", "Does something."]];
        assert_eq!(
            table(&rows, None),
            "NAME         VERSION  SUMMARY\n\
             copy         0.1.0    Copies files.\n\
             a-long-name  0.1.0    Does something.\n"
        );
        let narrow = table(&rows, Some(30));
        assert!(narrow.lines().all(|line| line.chars().count() <= 30), "{narrow}");
        assert!(narrow.contains("Copies …"), "{narrow}");
    }
}
