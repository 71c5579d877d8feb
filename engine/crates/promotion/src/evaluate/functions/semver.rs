//! `semverDiff` and `semverParse`.

use std::cmp::Ordering;
use std::fmt::Display;
use std::sync::Arc;

use windlass_expr::{FunctionError, Methods, Object, Value};
use windlass_versions::{Strictness, Version, semver_diff};

use super::{Called, count, text};

pub(super) fn call(name: &str, args: &[Value]) -> Option<Called> {
    Some(match name {
        "semverDiff" => diff(args),
        "semverParse" => parse(args),
        _ => return None,
    })
}

fn diff(args: &[Value]) -> Called {
    Ok(semver_diff(text("semverDiff", args, 0)?, text("semverDiff", args, 1)?).as_str().into())
}

fn parse(args: &[Value]) -> Called {
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
    let shown = Object::text(name, version.to_string()).hidden(version.original());
    shown.methods(Arc::new(VersionMethods(version, receiver)))
}

const POINTER: &str = "*semver.Version";

struct VersionMethods(Version, Receiver);

const OF_VALUES: &[&str] = &[
    "IncMajor",
    "IncMinor",
    "IncPatch",
    "Major",
    "Metadata",
    "Minor",
    "Patch",
    "Prerelease",
    "SetMetadata",
    "SetPrerelease",
    "String",
];

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
    "SetMetadata",
    "SetPrerelease",
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
            "SetMetadata" | "SetPrerelease" => {
                count(name, args, 1, 1)?;
                let given = text(name, args, 0)?;
                match name {
                    "SetMetadata" => made(version.with_metadata(given)),
                    _ => made(version.with_prerelease(given)),
                }
            }
            _ => {
                count(name, args, 0, 0)?;
                match name {
                    "Major" => Ok(Value::unsigned(version.major())),
                    "Minor" => Ok(Value::unsigned(version.minor())),
                    "Patch" => Ok(Value::unsigned(version.patch())),
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

/// A version that was made from another.
fn made(made: Result<Version, impl Display>) -> Called {
    match made {
        Ok(version) => Ok(object(version, Receiver::Value).into()),
        Err(error) => Err(FunctionError::new(error.to_string())),
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

#[cfg(test)]
mod tests {
    use windlass_expr::{Expression, Functions, Map, Scope};

    use super::*;

    struct Semver;

    impl Functions for Semver {
        fn call(&self, name: &str, args: &[Value]) -> Option<Called> {
            super::call(name, args)
        }

        fn names(&self) -> &[&'static str] {
            &[]
        }
    }

    fn answer(text: &str) -> Option<String> {
        let scope = Scope::new(Map::new(), &Semver, jiff::Timestamp::UNIX_EPOCH);
        let value = Expression::parse(text).unwrap().evaluate(&scope).ok()?;
        Some(value.to_json().unwrap().to_string())
    }

    /// The answers of Masterminds semver v3.5.0 under expr-lang.
    #[test]
    fn versions_answer_as_in_go() {
        for (text, want) in [
            ("semverDiff('v1.2', '1.2.0+b')", "\"Metadata\""),
            ("semverDiff('1.2.3-rc.1', '1.2.3')", "\"None\""),
            ("semverDiff('1.2.3', 'x')", "\"Incomparable\""),
            ("semverParse('18446744073709551615').Major()", "18446744073709551615"),
            ("type(semverParse('1.2.3').Minor()) + string(semverParse('1.2.3').Minor())", "\"uint2\""),
            ("semverParse('1.2.3').Major() + 1", "2"),
            ("-semverParse('1.2.3').Minor()", "18446744073709551614"),
            (
                "[semverParse('v1.2-rc.1').Original(), semverParse('v1.2-rc.1').String()]",
                "[\"v1.2-rc.1\",\"1.2.0-rc.1\"]",
            ),
            ("semverParse('v1.2-rc.1').IncPatch()", "\"1.2.0\""),
            ("semverParse('v1.2.3+b').SetPrerelease('rc.1')", "\"1.2.3-rc.1+b\""),
            ("semverParse('1.2.3').SetMetadata('b').SetMetadata('').String()", "\"1.2.3\""),
            ("semverParse('1.2.3') == semverParse('v1.2.3')", "false"),
            ("semverParse('1.2.3').IncMajor() == semverParse('2.0.0')", "true"),
            ("semverParse('v1.2.3').IncMajor() == semverParse('2.0.0')", "false"),
            ("semverParse('1.2.3').Compare(semverParse('1.2.3+b'))", "0"),
            ("sortBy(['2', '10', '1'], semverParse(#).Major())", "[\"1\",\"2\",\"10\"]"),
        ] {
            assert_eq!(answer(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "semverParse('1.2.3.4')",
            "semverParse('')",
            "semverParse('1.2.3').SetPrerelease('01')",
            "semverParse('1.2.3').SetMetadata('a b')",
            "semverParse('1').IncMajor().Compare(semverParse('1'))",
            "semverParse('1').Compare('1')",
            "semverParse('1').Major(1)",
        ] {
            assert_eq!(answer(text), None, "{text}");
        }
    }
}
