//! What is fed, and what must hold.

mod expr;
mod manifests;
mod versions;
mod yaml;

use std::hash::{DefaultHasher, Hash, Hasher as _};

/// The names of all targets.
pub(crate) const NAMES: [&str; 4] = ["expr", "yaml", "versions", "manifests"];

/// Something that reads text.
pub(crate) trait Target {
    /// Inputs to begin with.
    fn corpus(&self) -> Vec<Vec<u8>>;

    /// Words that it understands.
    fn dictionary(&self) -> &'static [&'static str];

    /// How many inputs it takes at once.
    fn at_once(&self) -> usize {
        1
    }

    /// Reads inputs; for each, a number that stands for what it made the target do.
    ///
    /// # Errors
    /// What does not hold.
    fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String>;

    /// Of inputs that broke something, those that do so by themselves.
    fn at_fault(&mut self, inputs: &[Vec<u8>]) -> Vec<Vec<u8>> {
        inputs.to_vec()
    }
}

/// The target of a name.
///
/// # Panics
/// If there is none.
pub(crate) fn find(name: &str) -> Box<dyn Target> {
    match name {
        "expr" => Box::new(expr::Expressions::new()),
        "yaml" => Box::new(yaml::Yaml),
        "versions" => Box::new(versions::Versions),
        "manifests" => Box::new(manifests::Manifests::new()),
        _ => panic!("there is no target {name}"),
    }
}

/// A number for something that was seen.
fn feature(seen: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    seen.hash(&mut hasher);
    hasher.finish()
}

/// The words of a message, without what it quotes from the input.
fn gist(message: &str) -> String {
    let mut quoted = false;
    let mut kept = |c: &char| {
        let is_quote = matches!(c, '`' | '"');
        quoted ^= is_quote;
        !quoted && !is_quote && !c.is_ascii_digit()
    };
    message.chars().filter(&mut kept).take(60).collect()
}
