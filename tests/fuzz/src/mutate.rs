//! Inputs out of other inputs.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Longer inputs are cut.
const LONGEST: usize = 32 << 10;

/// How often a piece is repeated at most.
const MOST_COPIES: usize = 300;

/// Numbers at the edges of types.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "127",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551616",
    "1e309",
];

/// Makes inputs.
pub(crate) struct Mutator {
    random: ChaCha8Rng,
    dictionary: &'static [&'static str],
}

impl Mutator {
    pub(crate) fn new(seed: u64, dictionary: &'static [&'static str]) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), dictionary }
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.random.next_u64() % end as u64) as usize }
    }

    /// An input out of those that are there, of which the later ones are taken more often.
    pub(crate) fn input(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.pick(corpus).to_vec();
        for _ in 0..=self.below(5) {
            self.mutate(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn pick<'c>(&mut self, corpus: &'c [Vec<u8>]) -> &'c [u8] {
        let least = if self.below(2) == 0 { corpus.len() * 3 / 4 } else { 0 };
        let at = least + self.below(corpus.len() - least);
        corpus.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    fn mutate(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let (start, end) = self.range(input.len());
        match self.below(11) {
            0 if !input.is_empty() => {
                let at = self.below(input.len());
                input[at] ^= 1 << self.below(8);
            }
            1 => {
                let byte = self.byte();
                input.insert(start, byte);
            }
            2 => drop(input.drain(start..end)),
            3 => {
                let word = self.word();
                input.splice(start..start, word.bytes());
            }
            4 => {
                let word = self.word();
                input.splice(start..end, word.bytes());
            }
            5 => {
                let copies = if self.below(20) == 0 { self.below(MOST_COPIES) } else { 1 + self.below(3) };
                let piece = input[start..end].repeat(copies);
                input.splice(start..start, piece);
            }
            6 => {
                let other = self.pick(corpus);
                let (from, to) = self.range(other.len());
                input.splice(start..end, other[from..to].iter().copied());
            }
            7 => self.number(input),
            8 => {
                let piece: Vec<u8> = input.drain(start..end).collect();
                let at = self.below(input.len() + 1);
                input.splice(at..at, piece);
            }
            9 => self.wrap(input, start, end),
            _ => {
                let other = self.pick(corpus).to_vec();
                input.extend(b"\n");
                input.extend(other);
            }
        }
    }

    /// Puts a range into brackets, once or many times.
    fn wrap(&mut self, input: &mut Vec<u8>, start: usize, end: usize) {
        const PAIRS: [(&str, &str); 7] =
            [("(", ")"), ("[", "]"), ("{", "}"), ("\"", "\""), ("${{ ", " }}"), ("not ", ""), ("- ", "")];
        let (open, close) = PAIRS[self.below(PAIRS.len())];
        let times = if self.below(10) == 0 { self.below(MOST_COPIES) } else { 1 };
        input.splice(end..end, close.repeat(times).bytes());
        input.splice(start..start, open.repeat(times).bytes());
    }

    /// Replaces a number.
    fn number(&mut self, input: &mut Vec<u8>) {
        let digits: Vec<usize> = (0..input.len()).filter(|at| input[*at].is_ascii_digit()).collect();
        let number = NUMBERS[self.below(NUMBERS.len())];
        let at = self.below(digits.len());
        if let Some(start) = digits.get(at) {
            let length = input[*start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            input.splice(*start..start + length, number.bytes());
        }
    }

    /// A range, most often a short one.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        let longest = if self.below(4) == 0 { length - start } else { (length - start).min(12) };
        (start, start + self.below(longest + 1))
    }

    fn byte(&mut self) -> u8 {
        const SIGNS: &[u8] = b" \n\t\"'`\\(){}[]<>:;,.|&*!?#%@$-+=~^/_0aZ\x00\x7f\x80\xc3\xff\xef";
        SIGNS[self.below(SIGNS.len())]
    }

    fn word(&mut self) -> &'static str {
        self.dictionary[self.below(self.dictionary.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_inputs_and_another_one_others() {
        let corpus = [b"one 1".to_vec(), b"two [2]".to_vec()];
        let inputs = |seed| {
            let mut mutator = Mutator::new(seed, &["word"]);
            (0..200).map(|_| mutator.input(&corpus)).collect::<Vec<_>>()
        };
        assert_eq!(inputs(3), inputs(3));
        assert_ne!(inputs(3), inputs(4));
        assert!(inputs(3).iter().any(|input| input.windows(4).any(|part| part == b"word")));
        assert!(inputs(3).iter().all(|input| input.len() <= LONGEST));
    }
}
