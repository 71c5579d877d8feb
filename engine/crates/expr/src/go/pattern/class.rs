//! Character classes in brackets.

use super::escape::{class_literal, perl_class};
use super::{Size, Translator};

/// The longest name of a class, `^` included.
const LONGEST_NAME: usize = 7;
const POSIX_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

impl Translator<'_> {
    /// `[...]`: inside, only `]`, `\`, `-` and `[:name:]` mean anything.
    pub(super) fn class(&mut self) -> Result<(), String> {
        let negated = self.rest.starts_with("[^");
        self.emit(if negated { "[^" } else { "[" }, if negated { 2 } else { 1 });
        let mut weight = 10;
        let mut first = true;
        loop {
            match self.rest.chars().next() {
                None => return Err(self.error("missing closing ]")),
                Some(']') if !first => break,
                Some(_) => weight += self.class_item()?,
            }
            first = false;
        }
        self.emit("]", 1);
        self.frame().push(Size::class(weight));
        Ok(())
    }

    /// One item of a class; gives its weight.
    fn class_item(&mut self) -> Result<u64, String> {
        if let Some(named) = self.rest.strip_prefix("[:")
            && self.pattern.len() - named.len() <= self.names_end
        {
            let length = named.as_bytes().windows(2).take(LONGEST_NAME + 1).position(|pair| pair == b":]");
            let name = length.map_or("", |length| &named[..length]);
            if !POSIX_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                return Err(self.error("invalid character class range"));
            }
            self.emit(&format!("[:{name}:]"), name.len() + 4);
            return Ok(4);
        }
        if self.rest.starts_with("\\p") || self.rest.starts_with("\\P") {
            let (class, consumed) = self.unicode_class()?;
            self.emit(&class, consumed);
            return Ok(super::escape::UNICODE_CLASS_WEIGHT);
        }
        if let Some(class) =
            self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next()).and_then(perl_class)
        {
            self.emit(&class, 2);
            return Ok(4);
        }
        let low = self.class_char()?;
        let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1;
        if !is_range {
            self.emit(&class_literal(low), 0);
            return Ok(1);
        }
        self.rest = &self.rest[1..];
        let high = self.class_char()?;
        if high < low {
            return Err(self.error("invalid character class range"));
        }
        self.emit(&format!("{}-{}", class_literal(low), class_literal(high)), 0);
        Ok(if high.is_ascii() { 2 } else { 8 })
    }

    /// One character of a class, escaped or not.
    fn class_char(&mut self) -> Result<char, String> {
        let (c, consumed) = match self.rest.chars().next() {
            Some('\\') => self.escaped_literal()?,
            Some(c) => (c, c.len_utf8()),
            None => return Err(self.error("missing closing ]")),
        };
        self.rest = &self.rest[consumed..];
        Ok(c)
    }
}
