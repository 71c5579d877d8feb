//! A small deterministic source of values, texts and choices for the tests that try many cases.

use serde_json::{Map, Value};

/// A linear congruential generator; the same seed gives the same cases for ever.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % bound
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Texts that are easily mistaken for something else.
pub(crate) const TRICKY: &[&str] = &[
    "",
    " ",
    "a",
    "yes",
    "n",
    "On",
    "~",
    "null",
    "0644",
    "1_000",
    "1e3",
    "0x1f",
    "1.10",
    "12:30:45",
    "2001-01-01",
    ".inf",
    ".",
    "-",
    "--",
    "---",
    "...",
    "?",
    ":",
    "=",
    "<<",
    "a: b",
    "a:b",
    "a #b",
    "#",
    "a#b",
    "- x",
    "? x",
    "[x]",
    "{x}",
    "a,b",
    "it's",
    "\"q\"",
    "'",
    "back\\slash",
    "*x",
    "&x",
    "!x",
    "|",
    ">",
    "%x",
    "@x",
    "`x`",
    " lead",
    "trail ",
    "two\nlines",
    "two\nlines\n",
    "end\n\n",
    "\n",
    "\nx",
    " x\ny",
    "x\n  y\n",
    "x \ny",
    "tab\t",
    "\ttab",
    "cr\r\nlf",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "a\u{85}b",
    "\u{a0}",
    "\u{2028}",
    "a\u{2028}b",
    "a\u{2028} b",
    "\u{feff}x",
    "\u{fffd}",
    "é",
    "日本",
    "\u{1f600}",
    "x\n---\ny",
    "# x\ny",
    "a\n# b\n",
    "http://x:80/y?z=1&b",
    "sha256:0123abcd",
    "v1.2.3",
];

/// Whether two values are the same, numbers compared as floats.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let found =
                |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(found)
        }
        _ => one == other,
    }
}

pub(crate) fn text(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => format!("{}{}", dice.pick(TRICKY), dice.pick(TRICKY)),
        1 => (0..dice.below(40))
            .map(|_| dice.pick(&["word ", "w  ", "a: ", "it's ", "x\n", "\u{e9} "]))
            .collect(),
        _ => dice.pick(TRICKY).to_owned(),
    }
}

pub(crate) fn scalar(dice: &mut Dice) -> Value {
    match dice.below(10) {
        0 => Value::Null,
        1 => Value::Bool(dice.one_in(2)),
        2 => Value::from(dice.below(2000)),
        3 => Value::from(i64::try_from(dice.below(1 << 30)).expect("30 bits fit") * -7_919_331),
        4 => Value::from(u64::MAX - dice.below(3) as u64),
        5 => Value::from(dice.below(1000) as f64 / 8.0),
        6 => Value::from(10_f64.powi(i32::try_from(dice.below(80)).expect("small") - 40)),
        _ => Value::from(text(dice)),
    }
}

pub(crate) fn value(dice: &mut Dice, depth: usize) -> Value {
    match dice.below(if depth > 4 { 3 } else { 6 }) {
        3 => (0..dice.below(4)).map(|_| value(dice, depth + 1)).collect(),
        4 | 5 => Value::Object(object(dice, depth + 1)),
        _ => scalar(dice),
    }
}

pub(crate) fn object(dice: &mut Dice, depth: usize) -> Map<String, Value> {
    (0..dice.below(5)).map(|_| (text(dice), value(dice, depth + 1))).collect()
}
