//! `semverDiff` and `semverParse`.

use std::cmp::Ordering;
use std::sync::Arc;

use windlass_expr::{FunctionError, Methods, Object, Value};
use windlass_versions::{SegmentOverflow, Strictness, Version, semver_diff};

use super::{Called, count, text};

pub(super) fn call(name: &str, args: &[Value]) -> Option<Called> {
    Some(match name {
        "semverDiff" => diff(args),
        "semverParse" => parse(args),
        _ => return None,
    })
}

fn diff(args: &[Value]) -> Called {
    count("semverDiff", args, 2, 2)?;
    Ok(semver_diff(text("semverDiff", args, 0)?, text("semverDiff", args, 1)?).as_str().into())
}

fn parse(args: &[Value]) -> Called {
    count("semverParse", args, 1, 1)?;
    let given = text("semverParse", args, 0)?;
    let version = Version::parse(given, Strictness::Coerce)
        .map_err(|e| FunctionError::new(format!("semverParse: {e}")).with_hint(e.hint()))?;
    Ok(object(version, Receiver::Pointer).into())
}

/// In Go, `semverParse` gives a pointer, which has all methods; what `Inc…` gives is a plain value, which has only some.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Pointer,
    Value,
}

/// A version as Masterminds' library shows it: its text, and methods.
fn object(version: Version, receiver: Receiver) -> Object {
    let name = match receiver {
        Receiver::Pointer => POINTER,
        Receiver::Value => "semver.Version",
    };
    Object::text(name, version.to_string()).methods(Arc::new(VersionMethods(version, receiver)))
}

const POINTER: &str = "*semver.Version";

struct VersionMethods(Version, Receiver);

const OF_VALUES: &[&str] =
    &["IncMajor", "IncMinor", "IncPatch", "Major", "Metadata", "Minor", "Patch", "Prerelease", "String"];

const OF_POINTERS: &[&str] = &[
    "Compare",
    "Equal",
    "GreaterThan",
    "GreaterThanEqual",
    "IncMajor",
    "IncMinor",
    "IncPatch",
    "LessThan",
    "LessThanEqual",
    "Major",
    "Metadata",
    "Minor",
    "Original",
    "Patch",
    "Prerelease",
    "String",
];

impl Methods for VersionMethods {
    fn names(&self) -> &[&'static str] {
        match self.1 {
            Receiver::Pointer => OF_POINTERS,
            Receiver::Value => OF_VALUES,
        }
    }

    fn call(&self, name: &str, args: &[Value]) -> Called {
        let version = &self.0;
        let number = |n: u64| i64::try_from(n).map_or_else(|_| Value::from(n.to_string()), Value::from);
        let made = |made: Result<Version, SegmentOverflow>| {
            made.map(|v| Value::from(object(v, Receiver::Value)))
                .map_err(|e| FunctionError::new(e.to_string()))
        };
        match name {
            "Compare" | "Equal" | "GreaterThan" | "GreaterThanEqual" | "LessThan" | "LessThanEqual" => {
                count(name, args, 1, 1)?;
                let order = version.cmp_precedence(&other(name, &args[0])?);
                Ok(match name {
                    "Compare" => i64::from(order as i8).into(),
                    "Equal" => (order == Ordering::Equal).into(),
                    "GreaterThan" => (order == Ordering::Greater).into(),
                    "GreaterThanEqual" => (order != Ordering::Less).into(),
                    "LessThan" => (order == Ordering::Less).into(),
                    _ => (order != Ordering::Greater).into(),
                })
            }
            _ => {
                count(name, args, 0, 0)?;
                match name {
                    "Major" => Ok(number(version.major())),
                    "Minor" => Ok(number(version.minor())),
                    "Patch" => Ok(number(version.patch())),
                    "Prerelease" => Ok(version.prerelease().into()),
                    "Metadata" => Ok(version.metadata().into()),
                    "Original" => Ok(version.original().into()),
                    "String" => Ok(version.to_string().into()),
                    "IncMajor" => made(version.inc_major()),
                    "IncMinor" => made(version.inc_minor()),
                    "IncPatch" => made(version.inc_patch()),
                    other => Err(FunctionError::new(format!("a version has no method {other}"))),
                }
            }
        }
    }
}

fn other(method: &str, value: &Value) -> Result<Version, FunctionError> {
    value
        .as_object()
        .filter(|object| object.type_name() == POINTER)
        .and_then(Object::as_text)
        .and_then(|text| Version::parse(text, Strictness::Coerce).ok())
        .ok_or_else(|| {
            FunctionError::new(format!("{method}: a version is needed, got {}", value.type_name()))
        })
}
