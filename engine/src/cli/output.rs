//! How objects are printed.

use serde_json::{Value, json};

use crate::failure::Failure;

/// What is printed of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// A table.
    #[default]
    Table,
    /// A table with more columns.
    Wide,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// `kind/name`, one a line.
    Name,
}

/// Prints objects as data: one as it is, several as a List.
pub(crate) fn print_data(objects: &[Value], is_list: bool, format: Format) -> Result<(), Failure> {
    if format == Format::Name {
        let kinds: Vec<String> =
            objects.iter().map(|object| object["kind"].as_str().unwrap_or_default().to_lowercase()).collect();
        let names = objects.iter().map(|object| object["metadata"]["name"].as_str().unwrap_or_default());
        print_names(kinds.iter().map(String::as_str).zip(names));
        return Ok(());
    }
    let value = match objects {
        [only] if !is_list => only.clone(),
        many => json!({ "kind": "List", "apiVersion": "v1", "metadata": {}, "items": many }),
    };
    if format == Format::Yaml {
        let text = windlass_yaml::emit(&value, windlass_yaml::KeyOrder::Kept)
            .map_err(|e| Failure::environment(format!("the answer cannot be written as YAML: {e}")))?;
        anstream::print!("{text}");
    } else {
        anstream::println!("{value:#}");
    }
    Ok(())
}

/// Prints kinds and names as `kind/name`.
pub(crate) fn print_names<'a>(names: impl Iterator<Item = (&'a str, &'a str)>) {
    let lines: String = names.map(|(kind, name)| format!("{kind}.kargo.akuity.io/{name}\n")).collect();
    anstream::print!("{lines}");
}
