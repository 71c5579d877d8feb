//! Functions that are values: a method that was read off a value without calling it, or a function of the
//! host that stands in a map.

use std::sync::Arc;

use super::Value;
use crate::error::FunctionError;

/// What a function of the host does.
type HostCall = dyn Fn(&[Value]) -> Result<Value, FunctionError> + Send + Sync;

/// Something that can be called.
pub(crate) enum Function {
    /// A method together with the value it was read from.
    Method {
        receiver: Value,
        name: Arc<str>,
    },
    Host(Box<HostCall>),
}

impl Function {
    /// The value that a method belongs to.
    pub(crate) fn receiver(&self) -> Option<&Value> {
        match self {
            Self::Method { receiver, .. } => Some(receiver),
            Self::Host(_) => None,
        }
    }
}
