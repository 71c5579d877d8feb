//! Reads an expression by the rules of Go's `regexp/syntax` (Perl flags) and writes it in the engine's syntax.
//! Groups lose their names and numbers, because only whether an expression matches is ever asked.

use std::fmt::Write as _;

use super::class::{escape, translate_class, translate_class_escape, write_literal};
use super::cursor::{Cursor, Fault};

/// Most times `{n,m}` may repeat, alone or as the product of nested ones.
const REPEAT_MAX: u32 = 1000;

/// `text` in the engine's syntax.
pub(super) fn translate(text: &str) -> Result<String, Fault> {
    let mut translator = Translator {
        cursor: Cursor::new(text),
        out: String::with_capacity(text.len() * 2),
        groups: Vec::new(),
        level: Level::default(),
        after_repeat: false,
    };
    while let Some(character) = translator.cursor.peek() {
        let is_repeat = translator.element(character)?;
        translator.after_repeat = is_repeat;
    }
    match translator.groups.pop() {
        Some((at, _)) => Err((at, "( is not closed")),
        None => Ok(translator.out),
    }
}

struct Translator<'a> {
    cursor: Cursor<'a>,
    out: String,
    /// Open groups: the byte of each `(` and what surrounds it.
    groups: Vec<(usize, Level)>,
    level: Level,
    after_repeat: bool,
}

/// What is known of the group being read. A weight is how often the counted repeats in something multiply it.
#[derive(Default)]
struct Level {
    /// The largest weight of the items that are complete.
    weight: u32,
    /// The weight of the item that a repetition would apply to; `None` where there is nothing to repeat.
    /// Go would look past flags and an empty `\Q\E`; we rather refuse what nobody means to write.
    item: Option<u32>,
}

impl Level {
    fn begin_item(&mut self, weight: u32) {
        self.end_item();
        self.item = Some(weight);
    }

    fn end_item(&mut self) {
        self.weight = self.weight.max(self.item.take().unwrap_or(1));
    }
}

impl Translator<'_> {
    /// Translates one element; whether it was a repetition.
    fn element(&mut self, character: char) -> Result<bool, Fault> {
        if self.repetition(character)? {
            return Ok(true);
        }
        match character {
            '(' => self.open_group()?,
            ')' => self.close_group()?,
            '|' => {
                self.copy(character);
                self.level.end_item();
            }
            '^' | '$' | '.' => {
                self.copy(character);
                self.level.begin_item(1);
            }
            '[' => {
                self.cursor.bump();
                translate_class(&mut self.cursor, &mut self.out)?;
                self.level.begin_item(1);
            }
            '\\' => self.backslash()?,
            _ => {
                self.cursor.bump();
                self.literal(u32::from(character));
            }
        }
        Ok(false)
    }

    /// Translates `*`, `+`, `?` or `{n,m}`; false if none comes next.
    fn repetition(&mut self, character: char) -> Result<bool, Fault> {
        let at = self.cursor.at();
        let factor = match character {
            '*' | '+' | '?' => {
                self.copy(character);
                None
            }
            '{' => {
                let Some((count, after)) = Count::read(self.cursor.clone()) else { return Ok(false) };
                self.cursor = after;
                Some(self.write_count(at, count)?)
            }
            _ => return Ok(false),
        };
        self.end_repetition(at, factor)?;
        Ok(true)
    }

    fn copy(&mut self, character: char) {
        self.cursor.bump();
        self.out.push(character);
    }

    fn literal(&mut self, value: u32) {
        write_literal(value, &mut self.out);
        self.level.begin_item(1);
    }

    fn backslash(&mut self) -> Result<(), Fault> {
        // The engine's own `\b` knows more letters than Go's.
        for (assertion, written) in
            [(r"\A", r"\A"), (r"\z", r"\z"), (r"\b", r"(?-u:\b)"), (r"\B", r"(?-u:\B)")]
        {
            if self.cursor.eat(assertion) {
                self.out.push_str(written);
                self.level.begin_item(1);
                return Ok(());
            }
        }
        if self.cursor.eat(r"\Q") {
            let quoted = self.cursor.take_to(r"\E").unwrap_or_else(|| self.cursor.take_all());
            self.level.end_item();
            quoted.chars().for_each(|character| self.literal(u32::from(character)));
        } else if translate_class_escape(&mut self.cursor, &mut self.out)? {
            self.level.begin_item(1);
        } else {
            let value = escape(&mut self.cursor)?;
            self.literal(value);
        }
        Ok(())
    }

    /// Writes `{n,m}` and gives how often it repeats at most.
    fn write_count(&mut self, at: usize, Count { low, high }: Count) -> Result<u32, Fault> {
        let largest = high.unwrap_or(low);
        if low > largest || largest > REPEAT_MAX {
            return Err((at, "the numbers of a repetition must be in order and at most 1000"));
        }
        let _ = match high {
            Some(high) => write!(self.out, "{{{low},{high}}}"),
            None => write!(self.out, "{{{low},}}"),
        };
        Ok(largest)
    }

    /// Ends the repetition that began at `at`; `factor` is how often a counted one repeats.
    fn end_repetition(&mut self, at: usize, factor: Option<u32>) -> Result<(), Fault> {
        if self.cursor.eat("?") {
            self.out.push('?');
        }
        if self.after_repeat {
            return Err((at, "a repetition cannot be repeated"));
        }
        let weight = self.level.item.ok_or((at, "there is nothing to repeat"))?;
        let repeated = match factor {
            None => weight,
            Some(0) => 1,
            Some(factor) => weight.saturating_mul(factor),
        };
        if repeated > REPEAT_MAX {
            return Err((at, "repetitions multiply to more than 1000"));
        }
        self.level.item = Some(repeated);
        Ok(())
    }

    /// Translates `(`, `(?flags:`, `(?flags)`, `(?P<name>` or `(?<name>`.
    fn open_group(&mut self) -> Result<(), Fault> {
        let at = self.cursor.at();
        self.cursor.bump();
        let mut flags = String::new();
        if !self.cursor.eat("?") {
            // A plain group.
        } else if self.cursor.eat("P<") || self.cursor.eat("<") {
            let name = self.cursor.take_to(">").ok_or((at, "the group name is not closed"))?;
            if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
                return Err((at, "a group name has letters, digits and _ only"));
            }
        } else {
            let end = read_flags(&mut self.cursor, &mut flags).map_err(|what| (at, what))?;
            if end == FlagsEnd::Here {
                if !flags.is_empty() {
                    let _ = write!(self.out, "(?{flags})");
                }
                self.level.end_item();
                return Ok(());
            }
        }
        let _ = write!(self.out, "(?{flags}:");
        self.groups.push((at, std::mem::take(&mut self.level)));
        Ok(())
    }

    fn close_group(&mut self) -> Result<(), Fault> {
        let (_, outer) = self.groups.pop().ok_or((self.cursor.at(), ") closes nothing"))?;
        self.level.end_item();
        let inner = std::mem::replace(&mut self.level, outer);
        self.copy(')');
        self.level.begin_item(inner.weight);
        Ok(())
    }
}

/// What ends the flags of a group.
#[derive(PartialEq, Eq)]
enum FlagsEnd {
    /// `:`, and an expression follows.
    Group,
    /// `)`, and the flags hold to the end of the group around.
    Here,
}

/// Reads the flags after `(?` and what ends them, and writes them without repetitions: of a flag named twice the last
/// mention counts.
fn read_flags(cursor: &mut Cursor, flags: &mut String) -> Result<FlagsEnd, &'static str> {
    let (mut on, mut off) = (String::new(), String::new());
    let mut negating = false;
    let end = loop {
        match cursor.bump() {
            Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                on.retain(|other| other != flag);
                off.retain(|other| other != flag);
                if negating { &mut off } else { &mut on }.push(flag);
            }
            Some('-') if !negating => negating = true,
            Some(':') => break FlagsEnd::Group,
            Some(')') => break FlagsEnd::Here,
            _ => return Err("unknown group syntax"),
        }
    };
    if negating && off.is_empty() {
        return Err("no flag follows the -");
    }
    *flags = if negating { format!("{on}-{off}") } else { on };
    Ok(end)
}

/// The numbers of `{n,m}`; without `high` there is no upper end.
struct Count {
    low: u32,
    high: Option<u32>,
}

impl Count {
    /// `None` where `{` only stands for itself, such as in `{x}` and `{,3}`.
    fn read(mut cursor: Cursor<'_>) -> Option<(Self, Cursor<'_>)> {
        cursor.eat("{");
        let low = integer(&mut cursor)?;
        let high = match cursor.eat(",") {
            false => Some(low),
            true if cursor.peek() == Some('}') => None,
            true => Some(integer(&mut cursor)?),
        };
        cursor.eat("}").then_some((Self { low, high }, cursor))
    }
}

/// Decimal digits without leading zeros, saturating.
fn integer(cursor: &mut Cursor) -> Option<u32> {
    let digit = |cursor: &mut Cursor| cursor.bump_if(|c| c.is_ascii_digit())?.to_digit(10);
    let first = digit(cursor)?;
    let mut value = first;
    while let Some(next) = digit(cursor) {
        if first == 0 {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(next);
    }
    Some(value)
}
