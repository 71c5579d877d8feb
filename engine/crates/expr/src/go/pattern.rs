//! Regular expressions as Go writes them (RE2 syntax), matched in linear time. The pattern is read by Go's
//! rules and written anew for the `regex` crate, whose own syntax is wider and gives some of the same
//! characters other meanings.

mod class;
mod escape;

use regex::{Regex, RegexBuilder};

use crate::budget::Meter;
use crate::error::Outcome;
use crate::suggest::clip;

/// The heaviest pattern that is compiled. The weight estimates the states of the automaton, a fifth of a
/// microsecond each.
const MAX_WEIGHT: u64 = 50_000;
/// The highest repeat count, nested ones multiplied; the same figure as Go's.
const MAX_REPEAT: u64 = 1_000;
/// The longest pattern that is read, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// Up to how many choices the automaton of a pattern stays small, so that a byte of text costs next to
/// nothing.
const FEW_CHOICES: u64 = 12;
/// How many groups may be inside each other.
const MAX_GROUPS: usize = 200;
/// Bytes of a compiled pattern.
const SIZE_LIMIT: usize = 8 << 20;
/// Bytes of what is remembered of a pattern between matches.
const CACHE_LIMIT: usize = 1 << 20;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    size: Size,
}

/// How large a part of a pattern is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// What it costs to compile.
    weight: u64,
    /// How many places of it a text can be at once, which is what a byte of text costs at worst.
    positions: u64,
    /// How many of them a text may or may not be at: classes, repetitions, alternatives.
    choices: u64,
    /// The highest product of repeat counts inside each other.
    repeat: u64,
}

impl Size {
    /// One atom of this weight that stands for one thing only.
    const fn fixed(weight: u64) -> Self {
        Self { weight, positions: 1, choices: 0, repeat: 1 }
    }

    /// One atom of this weight that stands for several characters.
    const fn class(weight: u64) -> Self {
        Self { choices: 1, ..Self::fixed(weight) }
    }

    /// Both, one after the other or one instead of the other.
    fn and(self, other: Self) -> Self {
        Self {
            weight: self.weight.saturating_add(other.weight),
            positions: self.positions.saturating_add(other.positions),
            choices: self.choices.saturating_add(other.choices),
            repeat: self.repeat.max(other.repeat),
        }
    }

    fn times(self, copies: u64, count: u64) -> Self {
        Self {
            weight: self.weight.saturating_mul(copies),
            positions: self.positions.saturating_mul(copies),
            choices: self.choices.saturating_mul(copies),
            repeat: self.repeat.saturating_mul(count),
        }
    }
}

impl Pattern {
    /// Compiles a pattern in Go's syntax; the error says what is wrong with it.
    pub(crate) fn compile(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_BYTES {
            return Err("the pattern is too large".to_owned());
        }
        let (translated, size) = Translator::new(pattern).run()?;
        let regex = RegexBuilder::new(&translated).size_limit(SIZE_LIMIT).dfa_size_limit(CACHE_LIMIT).build();
        regex.map(|regex| Self { regex, size }).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            _ => format!("invalid regular expression `{}`", clip(pattern)),
        })
    }

    /// The steps that compiling it costs.
    pub(crate) fn compile_steps(&self) -> u64 {
        self.size.weight.saturating_mul(10)
    }

    /// Whether the pattern matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &str, meter: &mut Meter) -> Outcome<bool> {
        let length = text.len() as u64;
        let Size { positions, choices, .. } = self.size;
        let steps =
            if choices <= FEW_CHOICES { length / 8 } else { length.saturating_mul(4 + positions) / 4 };
        meter.steps(1 + steps)?;
        Ok(self.regex.is_match(text))
    }
}

/// What is known of the sequence being read.
#[derive(Default)]
struct Frame {
    /// All branches so far, the last atom left out.
    size: Size,
    /// The last atom, if an operator may follow it.
    atom: Option<Size>,
    /// Whether the last thing was a repetition.
    repeated: bool,
    /// Flags for what follows. They are written before the next atom, because a repetition after them is one of
    /// the atom before them.
    flags: String,
}

impl Frame {
    fn flush(&mut self) {
        self.size = self.size.and(self.atom.take().unwrap_or_default());
        self.repeated = false;
    }

    fn push(&mut self, atom: Size) {
        self.flush();
        self.atom = Some(atom);
    }
}

struct Translator<'a> {
    pattern: &'a str,
    rest: &'a str,
    out: String,
    groups: Vec<Frame>,
    /// Where the last `:]` of the pattern starts: up to there, `[:` in a class begins a name.
    names_end: usize,
}

impl<'a> Translator<'a> {
    fn new(pattern: &'a str) -> Self {
        let names_end = pattern.rfind(":]").unwrap_or(0);
        Self { pattern, rest: pattern, out: String::new(), groups: vec![Frame::default()], names_end }
    }

    /// The pattern in the syntax of the `regex` crate, and its size.
    fn run(mut self) -> Result<(String, Size), String> {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '(' => self.open_group()?,
                ')' => self.close_group()?,
                '|' => {
                    self.frame().flush();
                    self.frame().size.choices += 1;
                    self.emit("|", 1);
                }
                '*' | '+' | '?' => self.repeat(&c.to_string(), 1, if c == '+' { 2 } else { 1 }, false)?,
                '{' => self.braces()?,
                '[' => self.class()?,
                '\\' => self.escape()?,
                '.' => {
                    self.emit(".", 1);
                    self.frame().push(Size::class(10));
                }
                '^' | '$' => {
                    self.emit(&c.to_string(), 1);
                    self.frame().push(Size::fixed(1));
                }
                c => self.literal(c, c.len_utf8()),
            }
        }
        if self.groups.len() != 1 {
            return Err(self.error("missing closing )"));
        }
        self.frame().flush();
        let size = self.frame().size;
        if size.weight > MAX_WEIGHT {
            Err("the pattern is too large".to_owned())
        } else {
            Ok((self.out, size))
        }
    }

    /// The innermost group; the outermost is the pattern itself and is never closed.
    fn frame(&mut self) -> &mut Frame {
        self.groups.last_mut().expect("the outermost frame is never popped")
    }

    fn error(&self, what: &str) -> String {
        format!("invalid regular expression `{}`: {what}", clip(self.pattern))
    }

    /// Writes `text` for the next `consumed` bytes, with the flags that are to stand before it.
    fn emit(&mut self, text: &str, consumed: usize) {
        let flags = std::mem::take(&mut self.frame().flags);
        self.out.push_str(&flags);
        self.replace(text, consumed);
    }

    /// Writes `text` for the next `consumed` bytes, right after what was written last.
    fn replace(&mut self, text: &str, consumed: usize) {
        self.out.push_str(text);
        self.rest = &self.rest[consumed..];
    }

    fn literal(&mut self, c: char, consumed: usize) {
        let text = literal(c);
        self.emit(&text, consumed);
        self.frame().push(Size::fixed(2));
    }

    /// All groups become non-capturing, since only whether the pattern matches is asked.
    fn open_group(&mut self) -> Result<(), String> {
        if self.groups.len() > MAX_GROUPS {
            return Err("the pattern nests too deep".to_owned());
        }
        let Some(after) = self.rest.strip_prefix("(?") else {
            self.emit("(?:", 1);
            self.groups.push(Frame::default());
            return Ok(());
        };
        if let Some(named) = after.strip_prefix("P<").or_else(|| after.strip_prefix('<')) {
            let name = named.split_once('>').map(|(name, _)| name).filter(|name| is_group_name(name));
            let name = name.ok_or_else(|| self.error("invalid named capture"))?;
            let start = self.rest.len() - named.len();
            self.emit("(?:", start + name.len() + 1);
            self.groups.push(Frame::default());
            return Ok(());
        }
        self.flags(after)
    }

    /// `(?flags)` or `(?flags:`.
    fn flags(&mut self, after: &str) -> Result<(), String> {
        let end = after.find([':', ')']).ok_or_else(|| self.error("invalid or unsupported Perl syntax"))?;
        let (flags, is_group) = (&after[..end], after.as_bytes()[end] == b':');
        let (on, off) = flags.split_once('-').map_or((flags, None), |(on, off)| (on, Some(off)));
        let known = |flags: &str| flags.chars().all(|c| matches!(c, 'i' | 'm' | 's' | 'U'));
        if !known(on) || off.is_some_and(|off| off.is_empty() || !known(off)) {
            return Err(self.error("invalid or unsupported Perl syntax"));
        }
        // The `regex` crate refuses a flag that is given twice; Go takes it once.
        let distinct =
            |flags: &str| ['i', 'm', 's', 'U'].into_iter().filter(|c| flags.contains(*c)).collect::<String>();
        let off = off.map(|off| format!("-{}", distinct(off))).unwrap_or_default();
        let flags = format!("{}{off}", distinct(on));
        let length = 2 + end + 1;
        if is_group {
            self.emit(&format!("(?{flags}:"), length);
            self.groups.push(Frame::default());
        } else {
            self.rest = &self.rest[length..];
            if !flags.is_empty() {
                self.frame().flags.push_str(&format!("(?{flags})"));
            }
        }
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), String> {
        if self.groups.len() == 1 {
            return Err(self.error("unexpected )"));
        }
        let mut group = self.groups.pop().unwrap_or_default();
        group.flush();
        self.emit(")", 1);
        self.frame().push(Size { repeat: group.size.repeat.max(1), ..group.size });
        Ok(())
    }

    /// Applies a repetition operator, with the `?` that may follow, to the last atom.
    fn repeat(&mut self, operator: &str, max: u64, copies: u64, is_exact: bool) -> Result<(), String> {
        let lazy = if self.rest[operator.len()..].starts_with('?') { "?" } else { "" };
        if self.frame().repeated {
            return Err(self.error("invalid nested repetition operator"));
        }
        let Some(atom) = self.frame().atom else {
            return Err(self.error("missing argument to repetition operator"));
        };
        let choices = if is_exact { atom.choices } else { atom.choices.max(1) };
        let atom = Size { choices, ..atom }.times(copies.max(1), max.max(1));
        if max >= 2 && atom.repeat > MAX_REPEAT {
            return Err(self.error("invalid repeat count"));
        }
        if atom.weight > MAX_WEIGHT {
            return Err("the pattern is too large".to_owned());
        }
        self.replace(&format!("{operator}{lazy}"), operator.len() + lazy.len());
        self.frame().atom = Some(atom);
        self.frame().repeated = true;
        Ok(())
    }

    /// A counted repetition, or a brace that stands for itself.
    fn braces(&mut self) -> Result<(), String> {
        let Some((operator, min, max)) = counted(self.rest) else {
            self.literal('{', 1);
            return Ok(());
        };
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT || min > max) {
            return Err(self.error("invalid repeat count"));
        }
        self.repeat(operator, max.unwrap_or(min), max.unwrap_or(min + 1), max == Some(min))
    }
}

/// `{n}`, `{n,}` or `{n,m}` at the start of `text`, with its counts.
fn counted(text: &str) -> Option<(&str, u64, Option<u64>)> {
    const LONGEST: usize = 48;
    let inside = &text[1..text.bytes().take(LONGEST).position(|byte| byte == b'}')?];
    let (min, max) = match inside.split_once(',') {
        None => (count(inside)?, Some(count(inside)?)),
        Some((min, "")) => (count(min)?, None),
        Some((min, max)) => (count(min)?, Some(count(max)?)),
    };
    Some((&text[..inside.len() + 2], min, max))
}

/// A number without leading zeros. One too long for the type is too large in any case.
fn count(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    (is_number && !leading_zero).then(|| text.parse().unwrap_or(u64::MAX))
}

fn is_group_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// A character that stands for itself.
fn literal(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() {
        c.to_string()
    } else {
        format!("\\x{{{:x}}}", u32::from(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Budget;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        let pattern = Pattern::compile(pattern).ok()?;
        pattern.is_match(text, &mut Meter::new(Budget::default())).ok()
    }

    #[test]
    fn reads_go_syntax() {
        for (pattern, text, want) in [
            (r"^\d+$", "١٢", Some(false)),
            (r"^\w+$", "é", Some(false)),
            (r"^\W$", "é", Some(true)),
            (r"\s", "\u{b}", Some(false)),
            (r"a{,2}", "a{,2}", Some(true)),
            (r"^a{02}$", "a{02}", Some(true)),
            (r"{", "{", Some(true)),
            (r"[a&&b]", "&", Some(true)),
            (r"[[]", "[", Some(true)),
            (r"^[]a]+$", "]a", Some(true)),
            (r"^[^]a]$", "b", Some(true)),
            (r"[a-\d]", "1", None),
            (r"[z-a]", "z", None),
            (r"[a~~b]", "~", Some(true)),
            (r"^[[:alpha:]]+$", "ab", Some(true)),
            (r"^[[:^alpha:]]+$", "12", Some(true)),
            (r"[[:nope:]]", "a", None),
            (r"[[:alpha:[:digit:]]", "a", None),
            (r"[[:alpha:]", ":", None),
            (r"[[:x]", ":", Some(true)),
            (r"^[\d\-x]+$", "1-x", Some(true)),
            (r"^[^\W]+$", "ab", Some(true)),
            (r"\Qa.b\E.", "a.bc", Some(true)),
            (r"\Qa.b", "a.b", Some(true)),
            (r"(?i)K", "k", Some(true)),
            (r"(?P<n>a)(?<m>b)", "ab", Some(true)),
            (r"(?P<n>a)(?P<n>b)", "ab", Some(true)),
            (r"(?x)a b", "ab", None),
            (r"a(?=b)", "ab", None),
            (r"(a)\1", "aa", None),
            (r"a**", "a", None),
            (r"a*?", "a", Some(true)),
            (r"a*??", "a", None),
            (r"*", "a", None),
            (r"a|*", "a", None),
            (r"(|a)*", "a", Some(true)),
            (r"a{1001}", "a", None),
            (r"(a{30}){40}", "a", None),
            (r"a{2,1}", "a", None),
            (r"\<a\>", "<a>", Some(true)),
            (r"\_", "_", Some(true)),
            (r"\q", "q", None),
            (r"\pL\PL", "a1", Some(true)),
            (r"\p{^Greek}", "a", Some(true)),
            (r"\p{Nope}", "a", None),
            (r"\p{IsGreek}", "a", None),
            (r"\x41\x{1F600}\101\0", "A😀A\0", Some(true)),
            (r"\C", "a", None),
            (r"a\", "a", None),
            (r"a$", "a\n", Some(false)),
            (r"(?m)a$", "a\n", Some(true)),
            (r"\bé", "é", Some(false)),
            (r"a\B", "aé", Some(false)),
            (r"a\B", "ab", Some(true)),
            (r"(?s).", "\n", Some(true)),
            (r"(?i-s:A)b", "ab", Some(true)),
            (r"(?ii)A", "a", Some(true)),
            (r"^a(?i)*B$", "aab", Some(true)),
            (r"^a(?i)*B$", "Ab", Some(false)),
            (r"(?i)*", "a", None),
            (r"(a(?i))b", "aB", Some(false)),
            (r"(", "", None),
            (r")", "", None),
            (r"[a", "", None),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} on {text:?}");
        }
    }

    #[test]
    fn large_patterns_are_refused_at_once() {
        for pattern in [r"\pL{900}", r"((\pL{10}){10}){10}", &"(".repeat(100_000), &r"\pL".repeat(1_000)] {
            assert!(Pattern::compile(pattern).is_err(), "{}", &pattern[..20.min(pattern.len())]);
        }
    }
}
