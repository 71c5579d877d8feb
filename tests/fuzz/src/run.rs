//! Runs a target until the time is over or something breaks.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::mutate::Mutator;
use crate::options::Options;
use crate::targets::{self, Target};
use crate::{findings, say};

/// Inputs must be done with after so long on any machine; their budgets end them much sooner.
const LONGEST: Duration = Duration::from_secs(20);

/// How many inputs are mutated further, and how long each may be: later ones take the places of others.
const MOST_KEPT: usize = 20_000;
const LONGEST_KEPT: usize = 4 << 10;

/// What is being tried, and since when.
type Trying = Arc<Mutex<Option<(Instant, Vec<Vec<u8>>)>>>;

/// Does what was asked for.
///
/// # Errors
/// What broke, and how to try it again.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    feed(targets::find(&options.target), options)
}

fn feed(mut target: Box<dyn Target>, options: &Options) -> Result<(), String> {
    if let Some(path) = &options.replay {
        let inputs = read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        return tried(target.as_mut(), &inputs).map(|_| say("nothing is broken"));
    }
    let (name, seed) = (&options.target, options.seed);
    let start = now();
    let trying = watched(name.clone());
    let mut corpus = target.corpus();
    let known = corpus.len();
    let mut seen = HashSet::new();
    let mut mutator = Mutator::new(seed, target.dictionary());
    // First what is there, as it is.
    let mut first = corpus.clone();
    let (mut count, mut news) = (0_u64, 0_u64);
    while now().duration_since(start) < Duration::from_secs(options.seconds) {
        let inputs: Vec<Vec<u8>> =
            (0..target.at_once()).map(|_| first.pop().unwrap_or_else(|| mutator.input(&corpus))).collect();
        *trying.lock().unwrap_or_else(PoisonError::into_inner) = Some((now(), inputs.clone()));
        let features = tried(target.as_mut(), &inputs);
        *trying.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let features = features.map_err(|broken| {
            let broken = format!("{broken} (seed {seed}, after {count} inputs)");
            findings::keep(name, target.at_fault(&inputs).as_slice(), &broken)
        })?;
        count += inputs.len() as u64;
        for (input, feature) in inputs.into_iter().zip(features) {
            if input.len() > LONGEST_KEPT || !seen.insert(feature) {
                continue;
            }
            news += 1;
            if corpus.len() < MOST_KEPT {
                corpus.push(input);
            } else {
                let at = known + mutator.below(MOST_KEPT - known);
                corpus[at] = input;
            }
        }
    }
    say(&format!("fuzz {name}: {count} inputs, {news} of them new, seed {seed}, ok"));
    Ok(())
}

/// What a target does on inputs; a panic is an error too.
fn tried(target: &mut dyn Target, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
    std::panic::catch_unwind(AssertUnwindSafe(|| target.check(inputs))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        Err(format!("it panicked: {text}"))
    })
}

/// Ends the program, with the inputs kept, if they take too long.
fn watched(name: String) -> Trying {
    let trying: Trying = Arc::default();
    let watched = Arc::clone(&trying);
    std::thread::spawn(move || {
        loop {
            std::thread::park_timeout(Duration::from_secs(1));
            let stuck = match &*watched.lock().unwrap_or_else(PoisonError::into_inner) {
                Some((since, inputs)) if now().duration_since(*since) > LONGEST => Some(inputs.clone()),
                _ => None,
            };
            if let Some(inputs) = stuck {
                say(&findings::keep(&name, &inputs, &format!("it takes more than {LONGEST:?}")));
                std::process::exit(1);
            }
        }
    });
    trying
}

/// The time now.
#[expect(clippy::disallowed_methods, reason = "how long it looks is a time on the wall")]
fn now() -> Instant {
    Instant::now()
}

/// A file, or all files of a directory.
fn read(path: &Path) -> std::io::Result<Vec<Vec<u8>>> {
    if !path.is_dir() {
        return Ok(vec![std::fs::read(path)?]);
    }
    let mut files: Vec<_> = std::fs::read_dir(path)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(std::fs::read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks on what holds both words.
    struct Brittle;

    impl Target for Brittle {
        fn corpus(&self) -> Vec<Vec<u8>> {
            vec![b"nothing".to_vec()]
        }

        fn dictionary(&self) -> &'static [&'static str] {
            &["left", "right"]
        }

        fn check(&mut self, inputs: &[Vec<u8>]) -> Result<Vec<u64>, String> {
            let holds = |input: &Vec<u8>, word: &str| String::from_utf8_lossy(input).contains(word);
            assert!(!inputs.iter().any(|input| holds(input, "left") && holds(input, "right")), "it broke");
            Ok(inputs.iter().map(|input| u64::from(holds(input, "left"))).collect())
        }
    }

    #[test]
    fn what_breaks_a_target_is_kept_and_breaks_it_again() {
        let mut options = Options { target: "brittle".to_owned(), seconds: 3600, seed: 1, replay: None };
        let broken = feed(Box::new(Brittle), &options).unwrap_err();
        assert!(broken.starts_with("fuzz brittle: it panicked: it broke (seed 1, after "), "{broken}");
        let (_, file) = broken.split_once("cargo xtask fuzz brittle --replay ").unwrap();
        options.replay = Some(file.into());
        assert_eq!(feed(Box::new(Brittle), &options).unwrap_err(), "it panicked: it broke");
        std::fs::write(file, "mended").unwrap();
        feed(Box::new(Brittle), &options).unwrap();
        std::fs::remove_file(file).unwrap();
    }
}
