//! What is asked for on the command line.

use std::path::PathBuf;

use crate::targets;

/// What to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The target's name.
    pub(crate) target: String,
    /// How long to look.
    pub(crate) seconds: u64,
    /// Where the numbers that look random begin.
    pub(crate) seed: u64,
    /// An input to try instead of looking for one: a file, or for manifests a directory.
    pub(crate) replay: Option<PathBuf>,
}

impl Options {
    /// Reads arguments.
    ///
    /// # Errors
    /// If they are not understood.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let names = targets::NAMES.join(", ");
        let target = arguments.next().ok_or_else(|| format!("name a target: {names}"))?;
        if !targets::NAMES.contains(&target.as_str()) {
            return Err(format!("there is no target {target:?}; the targets are {names}"));
        }
        let mut options = Self { target, seconds: 60, seed: 1, replay: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || value.parse().map_err(|_| format!("{name} needs a number, not {value:?}"));
            match name.as_str() {
                "--seconds" => options.seconds = number()?,
                "--seed" => options.seed = number()?,
                "--replay" => options.replay = Some(value.into()),
                _ => return Err(format!("there is no option {name}")),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, String> {
        Options::parse(text.split_whitespace().map(ToOwned::to_owned))
    }

    #[test]
    fn options_are_read() {
        let options = parse("yaml --seconds 5 --seed 7").unwrap();
        assert_eq!((options.target.as_str(), options.seconds, options.seed), ("yaml", 5, 7));
        assert_eq!(parse("expr --replay x").unwrap().replay, Some("x".into()));
        for wrong in ["", "nope", "yaml --seconds", "yaml --seconds x", "yaml --what 1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
