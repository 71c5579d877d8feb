//! JSON text as a value. Taints of the text become taints of the scalars that were written with it, and those of a key
//! taints of its map; the segments of such scalars and keys are kept as well.

use std::sync::Arc;

use crate::budget::{MAX_VALUE_DEPTH, Meter, too_deep};
use crate::error::{Fault, Outcome};
use crate::evaluated::{Evaluated, TaintedScalar};
use crate::rendered::{Mark, Rendered, Segment, taint_within};
use crate::taint::Taint;
use crate::value::{Map, Value};

/// Why a text gave no value.
#[derive(Debug)]
pub(crate) enum NoValue {
    /// It is not JSON; the byte where that shows, and what is wrong there.
    Syntax(usize, &'static str),
    /// It is too much.
    Budget(Fault),
}

impl From<Fault> for NoValue {
    fn from(fault: Fault) -> Self {
        Self::Budget(fault)
    }
}

/// The value of a JSON text that is not secret.
pub(crate) fn decode(text: &str, meter: &mut Meter) -> Result<Value, NoValue> {
    Decoder::new(text, &[], meter).document()
}

/// The value of a JSON text with marks, and its tainted scalars and keys with their pointers.
pub(crate) fn decode_marked(text: &Rendered, meter: &mut Meter) -> Result<Evaluated, NoValue> {
    let mut decoder = Decoder::new(&text.text, &text.marks, meter);
    let value = decoder.document()?;
    Ok(Evaluated { value, tainted: decoder.scalars, tainted_keys: decoder.keys })
}

struct Decoder<'a> {
    text: &'a str,
    marks: &'a [Mark],
    at: usize,
    depth: u16,
    meter: &'a mut Meter,
    scalars: Vec<TaintedScalar>,
    keys: Vec<TaintedScalar>,
    /// The steps from the document to the value being read, kept only where there are marks.
    path: Vec<String>,
}

type Decoded<T> = Result<T, NoValue>;

impl<'a> Decoder<'a> {
    fn new(text: &'a str, marks: &'a [Mark], meter: &'a mut Meter) -> Self {
        let (scalars, keys, path) = (Vec::new(), Vec::new(), Vec::new());
        Self { text, marks, at: 0, depth: 0, meter, scalars, keys, path }
    }

    fn document(&mut self) -> Decoded<Value> {
        self.skip_space();
        let value = self.value()?;
        self.skip_space();
        if self.at == self.text.len() { Ok(value) } else { Err(self.error("text after the value")) }
    }

    fn error(&self, what: &'static str) -> NoValue {
        NoValue::Syntax(self.at, what)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let eaten = self.peek() == Some(byte);
        self.at += usize::from(eaten);
        eaten
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Nesting is bounded by the depth of values.
    fn value(&mut self) -> Decoded<Value> {
        self.meter.values(1)?;
        self.meter.steps(1)?;
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => {
                let text = self.string()?;
                let taint = text.taint();
                let value = Value::from(text.text.as_str()).with_taint(&taint);
                if !taint.is_empty() {
                    self.keep(text.segments());
                }
                Ok(value)
            }
            Some(b'-' | b'0'..=b'9') => {
                let start = self.at;
                let number = self.number()?;
                Ok(self.scalar(start, Value::from(number)))
            }
            _ => self.word(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Decoded<Value>) -> Decoded<Value> {
        self.depth += 1;
        if self.depth > MAX_VALUE_DEPTH {
            return Err(too_deep().into());
        }
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn word(&mut self) -> Decoded<Value> {
        let start = self.at;
        for (word, value) in
            [("null", Value::NIL), ("true", Value::from(true)), ("false", Value::from(false))]
        {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(self.scalar(start, value));
            }
        }
        Err(self.error("a value was expected"))
    }

    /// A number, boolean or null that was written from byte `start` on.
    fn scalar(&mut self, start: usize, value: Value) -> Value {
        let taint = taint_within(self.marks, start..self.at);
        if taint.is_empty() {
            return value;
        }
        let text =
            value.to_json().map_or_else(|_| self.text[start..self.at].to_owned(), |json| json.to_string());
        self.keep(vec![Segment { text, taint: taint.clone() }]);
        value.with_taint(&taint)
    }

    fn keep(&mut self, segments: Vec<Segment>) {
        self.scalars.push(TaintedScalar { pointer: self.path.concat(), segments });
    }

    fn step_into(&mut self, step: impl FnOnce() -> String) {
        if !self.marks.is_empty() {
            self.path.push(step());
        }
    }

    fn step_out(&mut self) {
        self.path.pop();
    }

    fn array(&mut self) -> Decoded<Value> {
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Value::list(items));
        }
        loop {
            self.skip_space();
            self.step_into(|| format!("/{}", items.len()));
            items.push(self.value()?);
            self.step_out();
            self.skip_space();
            if self.eat(b']') {
                return Ok(Value::list(items));
            }
            if !self.eat(b',') {
                return Err(self.error("a comma or ] was expected"));
            }
        }
    }

    fn object(&mut self) -> Decoded<Value> {
        let mut map = Map::new();
        let mut key_taint = Taint::NONE;
        self.skip_space();
        if self.eat(b'}') {
            return Ok(map.into());
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes was expected"));
            }
            let written = self.string()?;
            let key: Arc<str> = written.text.as_str().into();
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.error("a colon was expected"));
            }
            self.skip_space();
            self.step_into(|| crate::evaluated::pointer_step(&key));
            self.forget_overwritten(&map, &key);
            if !written.marks.is_empty() {
                key_taint.join(&written.taint());
                self.keys.push(TaintedScalar { pointer: self.path.concat(), segments: written.segments() });
            }
            let value = self.value()?;
            self.step_out();
            map.insert(key, value);
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Value::from(map).with_taint(&key_taint));
            }
            if !self.eat(b',') {
                return Err(self.error("a comma or } was expected"));
            }
        }
    }

    /// Of a repeated key the last value counts, so the scalars and keys of the earlier one are dropped.
    fn forget_overwritten(&mut self, map: &Map, key: &str) {
        let is_any_tainted = !self.scalars.is_empty() || !self.keys.is_empty();
        if is_any_tainted && map.get(key).is_some() {
            let pointer = self.path.concat();
            let inside = |scalar: &TaintedScalar| {
                scalar
                    .pointer
                    .strip_prefix(&pointer)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            self.scalars.retain(|scalar| !inside(scalar));
            self.keys.retain(|key| !inside(key));
        }
    }

    /// A number by JSON's grammar; one out of range is an error, as in Go.
    fn number(&mut self) -> Decoded<f64> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') && !self.digits() {
            return Err(self.error("a digit was expected"));
        }
        if self.eat(b'.') && !self.digits() {
            return Err(self.error("a digit was expected"));
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            if !self.digits() {
                return Err(self.error("a digit was expected"));
            }
        }
        self.meter.scan(self.at - start)?;
        let number = self.text[start..self.at].parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.error("the number is out of range"))
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    /// A string with its escapes decoded; marks move along with the characters they made.
    fn string(&mut self) -> Decoded<Rendered> {
        let mut out = Rendered::default();
        self.at += 1;
        loop {
            let plain = self.text[self.at..].find(|c: char| c == '"' || c == '\\' || c < ' ');
            let plain = plain.ok_or_else(|| self.error("the string does not end"))?;
            self.copy(&mut out, self.at, plain, None);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                _ => return Err(self.error("a control character must be escaped")),
            }
        }
        self.at += 1;
        self.meter.text(out.text.len())?;
        Ok(out)
    }

    /// Takes the next `length` bytes: as they are, or as the character they are the escape of.
    fn copy(&mut self, out: &mut Rendered, start: usize, length: usize, decoded: Option<char>) {
        let range = start..start + length;
        self.at = range.end;
        if let Some(c) = decoded {
            out.push_joined(c.encode_utf8(&mut [0; 4]), &taint_within(self.marks, range));
        } else if self.marks.is_empty() {
            out.text.push_str(&self.text[range]);
        } else {
            let first = self.marks.partition_point(|mark| mark.range.end <= range.start);
            let mut end = range.start;
            for mark in self.marks[first..].iter().take_while(|mark| mark.range.start < range.end) {
                let marked = mark.range.start.max(range.start)..mark.range.end.min(range.end);
                out.push(&self.text[end..marked.start], &Taint::NONE);
                out.push_joined(&self.text[marked.clone()], &mark.taint);
                end = marked.end;
            }
            out.push(&self.text[end..range.end], &Taint::NONE);
        }
    }

    fn escape(&mut self, out: &mut Rendered) -> Decoded<()> {
        let start = self.at;
        let (c, length) = match self.text.as_bytes().get(start + 1) {
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'/') => ('/', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => {
                self.unicode_escape(start).ok_or_else(|| self.error("the \\u escape is not valid"))?
            }
            _ => return Err(self.error("the escape is not valid")),
        };
        self.copy(out, start, length, Some(c));
        Ok(())
    }

    /// `\uXXXX`, or two of them for one character; half a pair becomes U+FFFD.
    fn unicode_escape(&self, start: usize) -> Option<(char, usize)> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
            let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u16::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)
        };
        let first = unit(start)?;
        if let Some(second) = unit(start + 6)
            && let Some(Ok(c)) = char::decode_utf16([first, second]).next()
            && c.len_utf16() == 2
        {
            return Some((c, 12));
        }
        Some((char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER), 6))
    }
}

impl NoValue {
    /// The error that `fromJSON` raises.
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Syntax(at, what) => Fault::runtime(format!("not valid JSON: {what} at byte {}", at + 1)),
            Self::Budget(fault) => fault,
        }
    }

    /// None where the text is simply not JSON.
    pub(crate) fn not_json(self) -> Outcome<Option<Evaluated>> {
        match self {
            Self::Syntax(..) => Ok(None),
            Self::Budget(fault) => Err(fault),
        }
    }
}
