//! Runs one expansion of a glob over a name. Only the latest `*` and the latest `**/` are tried again, which bounds
//! the work by the length of the pattern times the length of the name.

use super::Token;

/// How an expansion fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Match,
    NoMatch,
    /// The run met a token that only a broken pattern has.
    Malformed,
}

/// What one token does.
enum Step {
    Advanced,
    /// The token does not fit here.
    Stuck,
    Done(Outcome),
}

/// A place to go back to: a token, and a byte of the name.
#[derive(Clone, Copy)]
struct Mark {
    token: usize,
    byte: usize,
}

struct Run<'a> {
    tokens: &'a [Token],
    name: &'a str,
    at: Mark,
    /// Whether the next token is the first of a path segment of the pattern.
    segment_start: bool,
    /// Tokens before this index have been run at least once. A brace counts only the first time it is met.
    seen: usize,
    /// The token after the latest `*`, and where in the name it is to be tried next.
    star: Option<Mark>,
    /// The token after the latest `**/`, and the start of the segment where it was tried last.
    double_star: Option<Mark>,
}

/// Whether all of `name` fits the expansion `tokens`.
pub(super) fn run(tokens: &[Token], name: &str) -> Outcome {
    let at = Mark { token: 0, byte: 0 };
    let mut run = Run { tokens, name, at, segment_start: true, seen: 0, star: None, double_star: None };
    while run.at.byte < name.len() {
        match run.step() {
            Step::Advanced => {}
            Step::Stuck if run.go_back() => {}
            Step::Stuck => return Outcome::NoMatch,
            Step::Done(outcome) => return outcome,
        }
    }
    run.end_of_name()
}

impl Run<'_> {
    /// Runs one token where the name is not used up.
    fn step(&mut self) -> Step {
        let rest = &self.name[self.at.byte..];
        let (Some(token), Some(next)) = (self.tokens.get(self.at.token), rest.chars().next()) else {
            return Step::Stuck;
        };
        match token {
            Token::Brace => {
                if self.at.token >= self.seen {
                    self.seen = self.at.token + 1;
                    self.segment_start = true;
                }
                self.at.token += 1;
                Step::Advanced
            }
            Token::Star => self.step_star(),
            Token::AnyCharacter if next == '/' => Step::Stuck,
            Token::AnyCharacter => self.consume(next, false),
            Token::Literal { character, .. } if *character != next => Step::Stuck,
            Token::Literal { .. } => self.consume(next, next == '/'),
            Token::Class(class) => {
                let hit = class.ranges.iter().position(|(first, last)| (*first..=*last).contains(&next));
                // In a class that is cut off, the run ends where reading on would pass the end of the pattern.
                let reads_on = hit.is_none_or(|index| index + 1 == class.ranges.len());
                match (hit.is_some() != class.negated, class.closed) {
                    (true, true) => self.consume(next, false),
                    (false, false) if !reads_on => Step::Stuck,
                    (false, true) => Step::Stuck,
                    (_, false) => Step::Done(Outcome::Malformed),
                }
            }
            Token::DanglingBrace | Token::DanglingClass => Step::Done(Outcome::Malformed),
        }
    }

    fn consume(&mut self, character: char, segment_start: bool) -> Step {
        self.at = Mark { token: self.at.token + 1, byte: self.at.byte + character.len_utf8() };
        self.segment_start = segment_start;
        Step::Advanced
    }

    /// `*`, or `**` if a second one follows. Only `**` that begins a segment and ends it is more than `*`.
    fn step_star(&mut self) -> Step {
        let mut next = self.skip_braces(self.at.token + 1);
        if matches!(self.tokens.get(next), Some(Token::Star)) {
            next = self.skip_braces(next + 1);
            if self.segment_start {
                match self.tokens.get(next) {
                    None => return Step::Done(Outcome::Match),
                    Some(Token::Literal { character: '/', escaped: false }) => {
                        self.at.token = next + 1;
                        self.double_star = Some(self.at);
                        self.star = None;
                        return Step::Advanced;
                    }
                    Some(_) => {}
                }
            }
        }
        self.segment_start = false;
        self.at.token = next;
        self.star = Some(self.at);
        Step::Advanced
    }

    /// The first token from `index` on that is no brace met before.
    fn skip_braces(&self, mut index: usize) -> usize {
        while index < self.seen && matches!(self.tokens.get(index), Some(Token::Brace)) {
            index += 1;
        }
        index
    }

    /// Lets the latest `*` take one more character or, if that is `/`, the latest `**/` one more segment.
    fn go_back(&mut self) -> bool {
        if let Some(star) = &mut self.star
            && let Some(next) = self.name[star.byte..].chars().next()
            && next != '/'
        {
            star.byte += next.len_utf8();
            self.at = *star;
            self.segment_start = false;
            return true;
        }
        if let Some(double_star) = &mut self.double_star
            && let Some(slash) = self.name[double_star.byte..].find('/')
        {
            double_star.byte += slash + 1;
            self.at = *double_star;
            self.segment_start = true;
            return true;
        }
        false
    }

    /// Whether the tokens that are left match nothing: none, `*`, or `**` with at most one slash on either side.
    /// Braces at their start have alternatives to try; behind other tokens they make the rest match something.
    fn end_of_name(&self) -> Outcome {
        let mut first = self.at.token;
        while matches!(self.tokens.get(first), Some(Token::Brace)) {
            first += 1;
        }
        if matches!(self.tokens.get(first), Some(Token::DanglingBrace)) {
            return Outcome::Malformed;
        }
        let left: Vec<u8> = (first..self.tokens.len())
            .filter(|index| *index >= self.seen || !matches!(self.tokens[*index], Token::Brace))
            .take(5)
            .map(|index| match self.tokens[index] {
                Token::Star => b'*',
                Token::Literal { character: '/', escaped: false } => b'/',
                _ => b'.',
            })
            .collect();
        match left.as_slice() {
            b"" | b"*" | b"**" | b"/**" | b"**/" | b"/**/" => Outcome::Match,
            _ => Outcome::NoMatch,
        }
    }
}
