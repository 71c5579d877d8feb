//! Patterns for one name, as Go's `filepath.Match` reads them: `*`, `?`, `[a-z]`, `[^a-z]` and `\`.

/// A pattern that a whole name fits or does not.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NameGlob(Vec<Token>);

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// `*`
    AnyText,
    /// `?`
    AnyCharacter,
    /// `[…]`, the first and last character of each range.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Literal(char),
}

impl NameGlob {
    /// Reads a pattern; none if it is malformed, so that no name can fit.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = text.chars();
        while let Some(character) = rest.next() {
            tokens.push(match character {
                '*' => Token::AnyText,
                '?' => Token::AnyCharacter,
                '[' => class(&mut rest)?,
                '\\' => Token::Literal(rest.next()?),
                character => Token::Literal(character),
            });
        }
        Some(Self(tokens))
    }

    /// Whether the whole of `name` fits. Takes at most the length of the pattern times that of the name.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut token, mut at) = (0, 0);
        // Where the last `*` stands, and how far the text goes that it is taken for.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match self.0.get(token) {
                Some(Token::AnyText) => {
                    star = Some((token, at));
                    token += 1;
                    continue;
                }
                Some(single) if name.get(at).is_some_and(|character| single.fits(*character)) => {
                    (token, at) = (token + 1, at + 1);
                    continue;
                }
                None if at == name.len() => return true,
                Some(_) | None => {}
            }
            match star {
                Some((place, end)) if end < name.len() => {
                    star = Some((place, end + 1));
                    (token, at) = (place + 1, end + 1);
                }
                _ => return false,
            }
        }
    }
}

impl Token {
    fn fits(&self, character: char) -> bool {
        match self {
            Self::AnyText | Self::AnyCharacter => true,
            Self::Literal(wanted) => *wanted == character,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(first, last)| (first..=last).contains(&&character)) != *negated
            }
        }
    }
}

/// The class that begins after a `[`.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Token> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && rest.as_str().starts_with(']') {
            rest.next();
            return Some(Token::Class { negated, ranges });
        }
        let first = member(rest)?;
        let last = if rest.as_str().starts_with('-') {
            rest.next();
            member(rest)?
        } else {
            first
        };
        ranges.push((first, last));
    }
}

/// One character of a class.
fn member(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        character => Some(character),
    }
}
