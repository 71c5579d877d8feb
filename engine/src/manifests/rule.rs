//! The rules that diagnostics belong to. Their names are stable: scripts and code hosts know problems by them, and
//! `docs/lint.md` explains each.

macro_rules! rules {
    ($($rule:ident $id:literal $summary:literal)+) => {
        /// What a diagnostic is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Rule {
            $(#[doc = $summary] $rule,)+
        }

        impl Rule {
            /// Every rule.
            pub(crate) const ALL: &[Self] = &[$(Self::$rule),+];

            /// Its stable name.
            pub(crate) fn id(self) -> &'static str {
                match self { $(Self::$rule => $id),+ }
            }

            /// What it says, in one sentence.
            pub(crate) fn summary(self) -> &'static str {
                match self { $(Self::$rule => $summary),+ }
            }
        }
    };
}

rules! {
    // Files and kinds.
    MissingFile "missing-file" "A path that was named leads to no manifests."
    UnreadableFile "unreadable-file" "A file or directory cannot be read."
    InvalidYaml "invalid-yaml" "The file is not YAML as Kubernetes reads it."
    DuplicateKey "duplicate-key" "A key stands twice in a mapping."
    IncompleteManifest "incomplete-manifest" "A manifest has an apiVersion and a kind."
    UnknownKind "unknown-kind" "The API has no such kind."
    WrongApiVersion "wrong-api-version" "The kind belongs to another API version."
    DuplicateManifest "duplicate-manifest" "Two manifests of a kind have the same name."
    // Fields.
    UnknownField "unknown-field" "The kind has no such field."
    RemovedField "removed-field" "The field is no longer there."
    MissingField "missing-field" "A field that must be there is not."
    ConflictingFields "conflicting-fields" "Fields exclude each other."
    WrongType "wrong-type" "A value is of another type than the field."
    InvalidValue "invalid-value" "A value is not one of those that the field takes."
    InvalidName "invalid-name" "A name is not of the form that its kind asks for."
    DuplicateEntry "duplicate-entry" "Two entries of a list must not be the same."
    InvalidSecret "invalid-secret" "A Secret cannot be used as what it is."
    ForbiddenGrant "forbidden-grant" "A project cannot grant this."
    // Steps.
    StepsNotBuilt "steps-not-built" "The built-in steps are not there, so their configurations are not checked."
    UnknownStep "unknown-step" "There is no step of this name."
    InvalidConfig "invalid-config" "The configuration does not fit the step."
    ReservedAlias "reserved-alias" "An alias is of the form that steps without one have."
    DuplicateAlias "duplicate-alias" "Two steps have the same alias."
    UnknownTask "unknown-task" "There is no task of this name."
    MissingTaskVariable "missing-task-variable" "A task is not given a variable that it needs."
    // Expressions.
    InvalidExpression "invalid-expression" "An expression does not parse, or its types cannot fit."
    NotACondition "not-a-condition" "An if can be neither true nor false."
    WrongResult "wrong-result" "An expression gives a value that cannot be used there."
    UnknownFunction "unknown-function" "There is no function of this name."
    MisplacedFunction "misplaced-function" "The function does not exist in this place."
    WrongArguments "wrong-arguments" "A function is called with too many or too few arguments."
    UnknownVariable "unknown-variable" "There is no variable of this name."
    MisplacedVariable "misplaced-variable" "The variable does not exist in this place."
    UndefinedVariable "undefined-variable" "Nobody defines this member of vars."
    UnknownContext "unknown-context" "The context has no such member."
    UnknownOutput "unknown-output" "An output is of no step."
    EarlyOutput "early-output" "An output is read before its step has run."
    UnknownOutputMember "unknown-output-member" "The output of the step has no such member."
    UnknownArtifactMember "unknown-artifact-member" "An artifact has no such member."
    UnknownRepository "unknown-repository" "No Warehouse that is requested subscribes to the repository."
    AmbiguousRepository "ambiguous-repository" "Several Warehouses that are requested subscribe to the repository."
    UnrequestedWarehouse "unrequested-warehouse" "The Stage does not request freight of the Warehouse."
    MissingData "missing-data" "The ConfigMap or Secret is not among the manifests."
    // Pipelines.
    MissingWarehouse "missing-warehouse" "The Warehouse is not among the manifests."
    MissingStage "missing-stage" "The Stage is not among the manifests."
    StageCycle "stage-cycle" "Stages wait for each other."
    UnreachableStage "unreachable-stage" "Freight can never reach the Stage."
    PolicyWithoutStage "policy-without-stage" "A promotion policy is for no Stage among the manifests."
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Rule;

    #[test]
    fn the_page_explains_every_rule() {
        let page = include_str!("../../../docs/lint.md");
        let explained: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("#### `")?.strip_suffix('`')).collect();
        let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        let set = |names: &[&'static str]| names.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(set(&explained), set(&rules));
        assert_eq!((explained.len(), rules.len()), (set(&explained).len(), set(&rules).len()));
        assert!(Rule::ALL.iter().all(|rule| rule.summary().ends_with('.')));
    }
}
