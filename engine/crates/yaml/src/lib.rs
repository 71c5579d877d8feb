//! YAML 1.1 as Kubernetes tools read it: a reader with places, an emitter, and a patcher of the original bytes.
//!
//! The dialect is that of `sigs.k8s.io/yaml` (go-yaml v2 rules): `yes` and `0644` are a bool and an int, `<<` merges,
//! a plain timestamp stays text. Text comes in and text goes out; no file, clock or network is touched here.
//! [`read()`] gives documents of [`Node`]s; [`to_json`] what `YAMLToJSON` would answer; [`emit()`] what `Marshal` would
//! write; [`Patcher`] changes one place of a text and leaves every other byte alone.

mod emit;
mod error;
mod go_number;
mod json;
mod node;
mod options;
mod origin;
mod patch;
mod path;
mod position;
mod read;
mod resolve;
mod scan;

pub use emit::{EmitError, KeyOrder, emit};
pub use error::{ErrorKind, Mistake, YamlError};
pub use node::{Document, Entry, Kind, Mapping, Node, ScalarNode, ScalarStyle};
pub use options::{DuplicateKeys, Limits, ReadOptions};
pub use patch::{PatchError, Patcher, Quotes, WhichDuplicate};
pub use path::{Found, Path, PathError};
pub use position::{Position, Span};
pub use read::{decode_utf8, read, to_json, to_json_within};
pub use resolve::{NotAScalar, Scalar};
