//! Writes the braces of a glob out: `a{b,c}d` becomes `abd` and `acd`, each as tokens.
//! A work list in place of recursion, and a budget on everything written, keep nested braces harmless.

use std::str::Chars;

use super::{Class, Token};

/// Characters and tokens that all expansions of one glob may hold together.
const BUDGET: usize = 65_536;

/// An expansion on the way: what is tokens already, and the text to come.
struct Draft {
    tokens: Vec<Token>,
    rest: String,
}

/// All expansions of `text` in the order of its alternatives; `None` when they pass the budget.
pub(super) fn expand(text: &str) -> Option<Vec<Vec<Token>>> {
    let mut expansions = Vec::new();
    let mut drafts = vec![Draft { tokens: Vec::new(), rest: text.to_owned() }];
    let mut budget = BUDGET;
    while let Some(Draft { mut tokens, rest }) = drafts.pop() {
        budget = budget.checked_sub(tokens.len() + rest.len() + 1)?;
        let Some(after_brace) = read_to_brace(&rest, &mut tokens) else {
            expansions.push(tokens);
            continue;
        };
        let Some((alternatives, suffix)) = split_braces(after_brace) else {
            tokens.push(Token::DanglingBrace);
            expansions.push(tokens);
            continue;
        };
        tokens.push(Token::Brace);
        // The last draft is taken up first, so they are pushed backwards.
        for alternative in alternatives.iter().rev() {
            drafts.push(Draft { tokens: tokens.clone(), rest: format!("{alternative}{suffix}") });
        }
    }
    Some(expansions)
}

/// Reads tokens up to the first `{`; gives what follows it, or `None` at the end of the text.
fn read_to_brace<'a>(text: &'a str, tokens: &mut Vec<Token>) -> Option<&'a str> {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '{' => return Some(characters.as_str()),
            '*' => tokens.push(Token::Star),
            '?' => tokens.push(Token::AnyCharacter),
            '[' => match read_class(&mut characters) {
                Some(class) => tokens.push(Token::Class(class)),
                None => {
                    tokens.push(Token::DanglingClass);
                    return None;
                }
            },
            '\\' => tokens.push(Token::Literal { character: escaped(&mut characters), escaped: true }),
            _ => tokens.push(Token::Literal { character, escaped: false }),
        }
    }
    None
}

/// Reads a class whose `[` has been read; `None` if it is empty or ends before it has begun.
fn read_class(characters: &mut Chars) -> Option<Class> {
    let negated = characters.as_str().starts_with(['^', '!']);
    if negated {
        characters.next();
    }
    if matches!(characters.clone().next(), None | Some(']')) {
        return None;
    }
    let mut ranges = Vec::new();
    let mut low = None;
    while let Some(character) = characters.next() {
        let follower = characters.clone().next();
        match (character, low) {
            (']', _) => return Some(Class { negated, ranges, closed: true }),
            // The lower end has been pushed as a character of its own; where the ends are the wrong way round,
            // that is all that matches.
            ('-', Some(first)) if follower.is_some_and(|next| next != ']') => {
                let last = match characters.next() {
                    Some('\\') | None => escaped(characters),
                    Some(last) => last,
                };
                ranges.push((first, last));
                low = None;
            }
            _ => {
                let character = if character == '\\' { escaped(characters) } else { character };
                ranges.push((character, character));
                low = Some(character);
            }
        }
    }
    Some(Class { negated, ranges, closed: false })
}

/// The character after a `\`. A text that ends there has been refused before.
fn escaped(characters: &mut Chars) -> char {
    characters.next().unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Cuts the text after a `{` into the alternatives and what follows the matching `}`; `None` if there is no such.
/// Braces within braces are left whole. Classes are not looked at, as in the original.
fn split_braces(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut alternatives = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                alternatives.push(&text[start..at]);
                return Some((alternatives, &text[at + 1..]));
            }
            ',' if depth == 0 => {
                alternatives.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}
