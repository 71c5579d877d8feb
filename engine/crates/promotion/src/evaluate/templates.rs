//! Templates that have been parsed, kept for the next evaluation: a step is evaluated again at every try, and all of its
//! variables with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use windlass_expr::{ExprError, Template};

/// How many bytes of text a generation may be of; a parsed template takes some tens of bytes for each.
const GENERATION_BYTES: usize = 1 << 20;

/// Parsed templates by their text. What has not been asked for in a long while is forgotten.
#[derive(Debug, Default)]
pub struct Templates {
    kept: Mutex<Kept>,
    parsed: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    young: HashMap<Arc<str>, Arc<Template>>,
    young_bytes: usize,
    /// Those that were young before; what is asked for becomes young again.
    old: HashMap<Arc<str>, Arc<Template>>,
}

impl Templates {
    /// The template of a text.
    ///
    /// # Errors
    /// If it does not parse.
    pub fn get(&self, text: &str) -> Result<Arc<Template>, ExprError> {
        if let Some(found) = self.kept().find(text) {
            return Ok(found);
        }
        let template = Arc::new(Template::parse(text)?);
        self.parsed.fetch_add(1, Ordering::Relaxed);
        self.kept().keep(text.into(), Arc::clone(&template));
        Ok(template)
    }

    /// How many texts were parsed, because they were not kept.
    #[must_use]
    pub fn parsed(&self) -> u64 {
        self.parsed.load(Ordering::Relaxed)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, text: &str) -> Option<Arc<Template>> {
        if let Some(found) = self.young.get(text) {
            return Some(Arc::clone(found));
        }
        let (text, found) = self.old.remove_entry(text)?;
        self.keep(text, Arc::clone(&found));
        Some(found)
    }

    fn keep(&mut self, text: Arc<str>, template: Arc<Template>) {
        if text.len() > GENERATION_BYTES {
            return;
        }
        if self.young_bytes + text.len() > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += text.len();
        self.young.insert(text, template);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_parsed_is_kept() {
        let templates = Templates::default();
        let first = templates.get("${{ 1 }}").unwrap();
        assert!(Arc::ptr_eq(&first, &templates.get("${{ 1 }}").unwrap()));
        assert!(templates.get("${{ 1").is_err());
        assert_eq!(templates.parsed(), 1);
    }

    #[test]
    fn what_is_not_asked_for_is_forgotten() {
        let templates = Templates::default();
        let large = |number: usize| format!("{number} {}${{{{ 1 }}}}", "x".repeat(GENERATION_BYTES / 4));
        let often = templates.get("often ${{ 1 }}").unwrap();
        for number in 0..20 {
            templates.get(&large(number)).unwrap();
            assert!(Arc::ptr_eq(&often, &templates.get("often ${{ 1 }}").unwrap()));
        }
        assert_eq!(templates.parsed(), 21);
        templates.get(&large(0)).unwrap();
        assert_eq!(templates.parsed(), 22, "it was forgotten");
        let kept = templates.kept();
        assert!(kept.young.len() + kept.old.len() <= 9);
    }
}
