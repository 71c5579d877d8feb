//! The functions Kargo adds to the language, as far as they need more than their arguments. Which of them exist depends
//! on the place (`kargo.md` 3.2).

mod data;
mod freight;
mod semver;
mod status;

use windlass_expr::{FunctionError, Functions, Value};

pub use data::{DataScope, NoData, ProjectData, SecretData};

use super::StepView;

/// Which functions exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    status: bool,
}

impl Allowed {
    /// In `if` and configuration.
    pub const ALL: Self = Self { status: true };
    /// In a step's variables.
    pub const STEP_VARS: Self = Self { status: false };
    /// In a promotion's variables.
    pub const PROMOTION_VARS: Self = Self { status: false };
}

/// The functions of a step.
pub struct HostFunctions<'a> {
    pub(super) view: &'a StepView<'a>,
    pub(super) allowed: Allowed,
}

/// The result of a function that exists.
type Called = Result<Value, FunctionError>;

/// What a function takes, and where it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it takes at least.
    pub least: usize,
    /// How many it takes at most.
    pub most: usize,
    /// Whether it tells how earlier steps went: then it exists only where [`Allowed::ALL`] do.
    pub is_status: bool,
    /// The members of its result, if that is always of one shape.
    pub members: &'static [&'static str],
}

/// Every function, by name.
pub const SIGNATURES: [Signature; 18] = [
    status("always", 0),
    object("artifactFrom", 2, &["ArtifactType", "SubscriptionName", "Version", "Metadata"]),
    object("chartFrom", 3, &["RepoURL", "Name", "Version", "SubscriptionName"]),
    object(
        "commitFrom",
        2,
        &["RepoURL", "ID", "Branch", "Tag", "Message", "Author", "Committer", "SubscriptionName"],
    ),
    data("configMap", 1, 1),
    status("failure", 0),
    data("freightMetadata", 1, 1),
    data("freightStatus", 1, 1),
    object("imageFrom", 2, &["RepoURL", "Tag", "Digest", "Annotations", "SubscriptionName"]),
    data("secret", 1, 1),
    data("semverDiff", 2, 2),
    data("semverParse", 1, 1),
    data("sharedConfigMap", 1, 1),
    data("sharedSecret", 1, 1),
    data("stageMetadata", 1, 1),
    status("status", 1),
    status("success", 0),
    object("warehouse", 1, &["Kind", "Name"]),
];

const fn data(name: &'static str, least: usize, most: usize) -> Signature {
    Signature { name, least, most, is_status: false, members: &[] }
}

const fn object(name: &'static str, most: usize, members: &'static [&'static str]) -> Signature {
    Signature { members, ..data(name, 1, most) }
}

const fn status(name: &'static str, arguments: usize) -> Signature {
    Signature { name, least: arguments, most: arguments, is_status: true, members: &[] }
}

const NAMES: [&str; SIGNATURES.len()] = {
    let mut names = [""; SIGNATURES.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = SIGNATURES[index].name;
        index += 1;
    }
    names
};

impl Functions for HostFunctions<'_> {
    fn call(&self, name: &str, args: &[Value]) -> Option<Called> {
        let signature = SIGNATURES.iter().find(|signature| signature.name == name)?;
        if signature.is_status && !self.allowed.status {
            return None;
        }
        if let Err(error) = count(name, args, signature.least, signature.most) {
            return Some(Err(error));
        }
        self.data(name, args)
            .or_else(|| self.freight(name, args))
            .or_else(|| semver::call(name, args))
            .or_else(|| self.status(name, args))
    }

    fn names(&self) -> &[&'static str] {
        &NAMES
    }
}

/// The argument at `index` as text.
fn text<'v>(function: &str, args: &'v [Value], index: usize) -> Result<&'v str, FunctionError> {
    args.get(index).and_then(Value::as_str).ok_or_else(|| {
        FunctionError::new(match args.get(index) {
            Some(value) => {
                format!("{function}: argument {} must be a string, got {}", index + 1, value.type_name())
            }
            None => format!("{function}: argument {} is missing", index + 1),
        })
    })
}

/// Refuses a wrong number of arguments.
fn count(function: &str, args: &[Value], least: usize, most: usize) -> Result<(), FunctionError> {
    if (least..=most).contains(&args.len()) {
        return Ok(());
    }
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Err(FunctionError::new(format!("{function}: expected {expected} arguments, got {}", args.len())))
}

#[cfg(test)]
mod tests {
    use windlass_model::artifact::{Chart, GitCommit, Image, OtherArtifact};
    use windlass_model::freight::FreightOrigin;

    use super::super::freight_values;
    use super::*;

    #[test]
    fn members_are_those_of_the_results() {
        let results = [
            ("commitFrom", freight_values::commit(&GitCommit::default())),
            ("imageFrom", freight_values::image(&Image::default())),
            ("chartFrom", freight_values::chart(&Chart::default())),
            ("artifactFrom", freight_values::other(&OtherArtifact::default())),
            ("warehouse", freight_values::origin(&FreightOrigin::warehouse("w"))),
        ];
        for signature in SIGNATURES {
            let result = results.iter().find(|(name, _)| *name == signature.name);
            let members = result.map(|(_, object)| object.member_names().collect::<Vec<_>>());
            assert_eq!(members.unwrap_or_default(), signature.members, "{}", signature.name);
        }
    }
}
