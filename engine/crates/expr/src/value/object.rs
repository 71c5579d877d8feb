//! Objects: values of the host with named fields and methods, such as a commit or a version. Expressions
//! address fields by their Go names; JSON shows them under other names.

use std::fmt;
use std::sync::Arc;

use super::{Contents, Value};
use crate::error::FunctionError;

/// How a field appears in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonName {
    /// Under this name, always.
    Always(&'static str),
    /// Under this name, unless it is nil, false, zero, or empty.
    OmitEmpty(&'static str),
    /// Under its Go name.
    AsInGo,
    /// Not at all.
    Hidden,
}

/// The methods of an object.
pub trait Methods: Send + Sync {
    /// The names of the methods.
    fn names(&self) -> &[&'static str];

    /// Calls one of them.
    ///
    /// # Errors
    /// When the arguments do not fit, or the method refuses.
    fn call(&self, name: &str, args: &[Value]) -> Result<Value, FunctionError>;
}

/// One field of an object.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) json: JsonName,
    pub(crate) value: Value,
}

/// A value of the host with named fields, methods, or both.
#[derive(Clone)]
pub struct Object {
    type_name: &'static str,
    fields: Vec<Field>,
    text: Option<Arc<str>>,
    /// What `==` looks at besides all that shows.
    hidden: Option<Arc<str>>,
    methods: Option<Arc<dyn Methods>>,
    contents: Contents,
}

impl Object {
    /// An object without fields yet. `type_name` is what messages and `type()` show, such as
    /// `v1alpha1.GitCommit`.
    #[must_use]
    pub fn new(type_name: &'static str) -> Self {
        Self {
            type_name,
            fields: Vec::new(),
            text: None,
            hidden: None,
            methods: None,
            contents: Contents::EMPTY,
        }
    }

    /// An object that shows itself as `text` in JSON, YAML and `string()`, yet is no string: it equals none
    /// and has no string operators. A version is one, and so is a Go constant of a named string type.
    #[must_use]
    pub fn text(type_name: &'static str, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let mut object = Self::new(type_name);
        object.contents.size += text.len();
        Self { text: Some(text), ..object }
    }

    /// Sets what makes the object another one for `==` without being shown, as the spelling of a version.
    #[must_use]
    pub fn hidden(mut self, text: impl Into<Arc<str>>) -> Self {
        self.hidden = Some(text.into());
        self
    }

    /// Adds a field with its Go name. The order of fields is that of the JSON form.
    #[must_use]
    pub fn field(mut self, name: &'static str, json: JsonName, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.contents.add(&value);
        self.fields.push(Field { name, json, value });
        self
    }

    /// Gives the object methods.
    #[must_use]
    pub fn methods(mut self, methods: Arc<dyn Methods>) -> Self {
        self.methods = Some(methods);
        self
    }

    /// The value of the field with this Go name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// What messages call it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The text that stands for the whole object, where there is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Whether the two are of one type and have the same texts; a pointer is of the type it points to.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.type_name.trim_start_matches('*') == other.type_name.trim_start_matches('*')
            && self.text == other.text
            && self.hidden == other.hidden
    }

    pub(crate) fn has_method(&self, name: &str) -> bool {
        self.methods.as_ref().is_some_and(|methods| methods.names().contains(&name))
    }

    pub(crate) fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>> {
        let methods = self.methods.as_ref()?;
        methods.names().contains(&name).then(|| methods.call(name, args))
    }

    /// The names that may follow a dot.
    pub fn member_names(&self) -> impl Iterator<Item = &str> {
        let methods = self.methods.iter().flat_map(|methods| methods.names().iter().copied());
        self.fields.iter().map(|field| field.name).chain(methods)
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(crate) fn contents(&self) -> &Contents {
        &self.contents
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct(self.type_name);
        for field in &self.fields {
            debug.field(field.name, &field.value);
        }
        // The text of an object is not shown, since the taint on it is only known around it.
        debug.finish_non_exhaustive()
    }
}
