//! Changes to one place of a YAML text that leave every other byte as it is.
//!
//! Each change is worked out as edits of the text by the spans of the tree (`scalar`, `insert`, `remove`), made, read
//! again and compared with what it was to do (`verify`). If anything else would change, nothing is changed.

mod edit;
mod error;
mod flow_text;
mod insert;
mod layout;
mod locate;
mod remove;
mod scalar;
mod verify;

use serde_json::Value;

use crate::error::YamlError;
use crate::node::{Document, Node};
use crate::options::ReadOptions;
use crate::path::Path;
use crate::read::read;
use crate::resolve::Scalar;
use edit::Edit;
pub use error::PatchError;
use locate::Located;

/// Which of the entries with the same key a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhichDuplicate {
    /// The first one. Readers take the last, but Kargo's `yaml-update` edits the first.
    First,
    /// The last one, which is the one that counts.
    #[default]
    Last,
}

/// Which quotes a text gets that takes the place of a scalar without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quotes {
    /// None, unless it would be read as something else without.
    #[default]
    IfNeeded,
    /// Double ones.
    Double,
}

/// A text and the changes made to it so far.
///
/// Paths are of one document, at first the first. A segment is a key as it is written, without its quotes (`n` for
/// `n: 1`), or else the JSON key (`false`). A path that goes through an alias or a merge key is refused, since the change
/// would be made elsewhere. A changed value that has an anchor changes for its aliases too.
#[derive(Debug, Clone)]
pub struct Patcher {
    text: String,
    options: ReadOptions,
    documents: Vec<Document>,
    document: usize,
    duplicate: WhichDuplicate,
}

impl Patcher {
    /// Reads a text.
    ///
    /// # Errors
    /// The text is not YAML, or passes a default limit.
    pub fn new(text: impl Into<String>) -> Result<Self, YamlError> {
        Self::with_options(text, ReadOptions::default())
    }

    /// Reads a text, and again after every change, with other limits.
    ///
    /// # Errors
    /// The text is not YAML, or is not what the options accept.
    pub fn with_options(text: impl Into<String>, options: ReadOptions) -> Result<Self, YamlError> {
        let text = text.into();
        let documents = read(&text, &options)?;
        Ok(Self { text, options, documents, document: 0, duplicate: WhichDuplicate::default() })
    }

    /// Goes to another document, counted from 0, documents without content not counted.
    ///
    /// # Errors
    /// There is no such document. The first may be missing, as in an empty file: it can be given content.
    pub fn select_document(&mut self, document: usize) -> Result<(), PatchError> {
        let count = self.documents.len();
        if document >= count.max(1) {
            return Err(PatchError::NoDocument { document, count });
        }
        self.document = document;
        Ok(())
    }

    /// Chooses among entries with the same key.
    pub fn select_duplicate(&mut self, duplicate: WhichDuplicate) {
        self.duplicate = duplicate;
    }

    /// The text as it is now.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it is now.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// The top of the document; none in a text without documents.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.documents.get(self.document).map(|document| &document.root)
    }

    /// Gives a scalar another value. Anchor, comments and, where it can hold the value, the style of the scalar stay;
    /// a tag stays if the value is right under it. An alias is replaced itself.
    ///
    /// # Errors
    /// There is no scalar at `path`, or the change cannot be made there.
    pub fn replace_scalar(&mut self, path: &Path, value: &Scalar) -> Result<(), PatchError> {
        self.replace_scalar_quoted(path, value, Quotes::IfNeeded)
    }

    /// [`Self::replace_scalar`], where the quotes of a text are chosen that takes the place of a scalar without any.
    ///
    /// # Errors
    /// There is no scalar at `path`, or the change cannot be made there.
    pub fn replace_scalar_quoted(
        &mut self,
        path: &Path,
        value: &Scalar,
        quotes: Quotes,
    ) -> Result<(), PatchError> {
        let located = self.locate(path)?;
        let edits = scalar::replace(&self.text, path, &located, value, quotes)?;
        let steps = located.steps.clone();
        self.commit(path, edits, |old, new| {
            verify::same_but(old, new, &steps, &|_, new| verify::is_scalar(new, value))
        })
    }

    /// Puts a list or a mapping, in brackets or braces, in the place of a scalar. Anchor and comments stay, a tag does not.
    ///
    /// # Errors
    /// There is no scalar at `path`, or the change cannot be made there.
    pub fn replace_scalar_by_collection(&mut self, path: &Path, value: &Value) -> Result<(), PatchError> {
        let located = self.locate(path)?;
        let edits = scalar::replace_by_collection(&self.text, path, &located, value)?;
        let steps = located.steps.clone();
        self.commit(path, edits, |old, new| {
            verify::same_but(old, new, &steps, &|_, new| verify::holds(new, value))
        })
    }

    /// Puts a value behind the last item of a sequence, in the style of the sequence. Where there is nothing at `path`,
    /// or null, a sequence is made; its parent must be there.
    ///
    /// # Errors
    /// There is something else at `path`, or the change cannot be made there.
    pub fn append_to_sequence(&mut self, path: &Path, item: &Value) -> Result<(), PatchError> {
        let list = Value::Array(vec![item.clone()]);
        if self.is_missing(path) {
            return match path.split_last() {
                Some((parent, key)) => self.insert_key(&parent, key, &list),
                None => self.fill_document(path, &list),
            };
        }
        let located = self.locate(path)?;
        let steps = located.steps.clone();
        if insert::is_null(located.node) {
            let edits = insert::put_collection(&self.text, &located, &list)?;
            return self.commit(path, edits, |old, new| {
                verify::same_but(old, new, &steps, &|_, new| verify::holds(new, &list))
            });
        }
        let edits = insert::append_item(&self.text, path, &located, item)?;
        self.commit(path, edits, |old, new| {
            verify::same_but(old, new, &steps, &|old, new| verify::has_one_more(old, new, None, item))
        })
    }

    /// Puts a key and its value behind the last entry of the mapping at `path`, in the style of the mapping. Null, and a
    /// document without content, become a mapping.
    ///
    /// # Errors
    /// There is no mapping at `path`, it has the key, or the change cannot be made there.
    pub fn insert_key(&mut self, path: &Path, key: &str, value: &Value) -> Result<(), PatchError> {
        let mapping = Value::Object([(key.to_owned(), value.clone())].into_iter().collect());
        if self.root().is_none() && path.segments().is_empty() {
            return self.fill_document(path, &mapping);
        }
        let located = self.locate(path)?;
        let steps = located.steps.clone();
        if insert::is_null(located.node) {
            let edits = insert::put_collection(&self.text, &located, &mapping)?;
            return self.commit(path, edits, |old, new| {
                verify::same_but(old, new, &steps, &|_, new| verify::holds(new, &mapping))
            });
        }
        let style = insert::sequence_offset(self.root());
        let edits = insert::append_entry(&self.text, path, &located, key, value, style)?;
        self.commit(path, edits, |old, new| {
            verify::same_but(old, new, &steps, &|old, new| verify::has_one_more(old, new, Some(key), value))
        })
    }

    /// Takes out an entry of a mapping or an item of a sequence, with the comment behind it on its line. What becomes
    /// empty is written `{}` or `[]`.
    ///
    /// # Errors
    /// There is nothing at `path`, it is the top of the document, or the change cannot be made there.
    pub fn remove(&mut self, path: &Path) -> Result<(), PatchError> {
        let located = self.locate(path)?;
        let edits = remove::remove(&self.text, path, &located)?;
        let steps = located.steps.clone();
        if let Some(root) = self.root() {
            verify::anchors_stay_clear(root, located.node, path)?;
        }
        self.commit(path, edits, |old, new| {
            let Some((&last, parents)) = steps.split_last() else { return false };
            verify::same_but(old, new, parents, &|old, new| verify::lacks_one(old, new, last))
        })
    }

    fn locate(&self, path: &Path) -> Result<Located<'_>, PatchError> {
        match self.root() {
            Some(root) => locate::locate(root, path, self.duplicate),
            None => Err(PatchError::NotFound { path: path.clone(), nearest: Path::root(), span: None }),
        }
    }

    /// Whether only the last segment of `path` leads nowhere.
    fn is_missing(&self, path: &Path) -> bool {
        match self.locate(path) {
            Err(PatchError::NotFound { nearest, .. }) => {
                path.split_last().is_none_or(|(parent, _)| parent == nearest)
            }
            _ => false,
        }
    }

    /// Writes a value into a document that has no content.
    fn fill_document(&mut self, path: &Path, value: &Value) -> Result<(), PatchError> {
        let edits = vec![insert::at_end_of_text(&self.text, value)?];
        self.commit(path, edits, |_, new| verify::holds(new, value))
    }

    /// Makes the edits if their result is YAML that differs from the text as `expected` of the tops before and after
    /// says, and in nothing else.
    fn commit(
        &mut self,
        path: &Path,
        edits: Vec<Edit>,
        expected: impl FnOnce(&Node, &Node) -> bool,
    ) -> Result<(), PatchError> {
        let broken = |reason: String| PatchError::Refused { path: path.clone(), reason };
        let text = edit::apply(&self.text, edits);
        let documents = read(&text, &self.options)
            .map_err(|error| broken(format!("it would make the text unreadable: {error}")))?;
        let expected_count = self.documents.len().max(self.document + 1);
        let mut others = self.documents.iter().zip(&documents).enumerate();
        let others_same = documents.len() == expected_count
            && others.all(|(at, (old, new))| at == self.document || verify::same(&old.root, &new.root));
        let new = documents.get(self.document);
        let old = self.documents.get(self.document).or(new);
        let done = match (old, new) {
            (Some(old), Some(new)) => expected(&old.root, &new.root),
            _ => false,
        };
        if !done || !others_same {
            return Err(broken("it would change more than this value".to_owned()));
        }
        self.text = text;
        self.documents = documents;
        Ok(())
    }
}
