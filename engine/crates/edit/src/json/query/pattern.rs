//! Names with `*` for any letters and `?` for any one; a backslash takes the meaning of the sign behind it.

/// Whether a text is like a pattern. It takes no more steps than the product of their lengths.
pub(super) fn matches(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern = signs(pattern);
    let (mut at, mut sign) = (0, 0);
    // Where the last star stands, and how far it reaches.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(sign) {
            Some(Sign::Any) => {
                star = Some((sign, at));
                sign += 1;
            }
            Some(Sign::One) => (at, sign) = (at + 1, sign + 1),
            Some(Sign::Letter(letter)) if *letter == text[at] => (at, sign) = (at + 1, sign + 1),
            _ => match &mut star {
                Some((star, reach)) => {
                    *reach += 1;
                    (at, sign) = (*reach, *star + 1);
                }
                None => return false,
            },
        }
    }
    pattern[sign..].iter().all(|sign| *sign == Sign::Any)
}

#[derive(PartialEq)]
enum Sign {
    Any,
    One,
    Letter(char),
}

fn signs(pattern: &str) -> Vec<Sign> {
    let mut characters = pattern.chars();
    let mut signs = Vec::new();
    while let Some(character) = characters.next() {
        signs.push(match character {
            '*' => Sign::Any,
            '?' => Sign::One,
            '\\' => Sign::Letter(characters.next().unwrap_or('\\')),
            other => Sign::Letter(other),
        });
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks_stand_for_letters() {
        for (text, pattern) in [
            ("", "*"),
            ("abc", "a*"),
            ("abc", "*c"),
            ("abcabd", "a*b?"),
            ("äb", "?b"),
            ("a*", r"a\*"),
            ("ab", "**b*"),
        ] {
            assert!(matches(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("", "?"), ("abc", "a*d"), ("ab", r"a\*"), ("abc", "ab"), ("b", "a*")] {
            assert!(!matches(text, pattern), "{text} {pattern}");
        }
        assert!(!matches(&"a".repeat(2000), &"*a".repeat(500).replace("*a*a", "*a*b")));
    }
}
