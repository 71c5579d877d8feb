//! What an expression can see where it stands.

use std::collections::BTreeSet;

use windlass_model::manifest::step::Variable;
use windlass_model::manifest::warehouse::Warehouse;

use super::timeline::Timeline;
use super::world::World;

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a variable of the promotion.
    PromotionVars,
    /// In a variable of a step.
    StepVars,
    /// In the `if` or configuration of a step.
    Step,
    /// In an argument of a verification.
    Verification,
}

/// What can be seen.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) place: Place,
    pub(super) world: &'a World<'a>,
    pub(super) namespace: &'a str,
    pub(super) vars: &'a Variables<'a>,
    /// The steps there are, where steps can be seen.
    pub(super) position: Option<Position<'a>>,
    /// The stage that the promotion is to; none in a task that nobody uses.
    pub(super) stage: Option<&'a StageFacts<'a>>,
}

/// A step among others.
#[derive(Clone, Copy)]
pub(super) struct Position<'a> {
    pub(super) timeline: &'a Timeline,
    /// Its number.
    pub(super) at: usize,
    /// The alias of the task it is part of.
    pub(super) task: Option<&'a str>,
}

/// What is known of a stage.
pub(super) struct StageFacts<'a> {
    /// The warehouses it requests freight of; one that is missing has no manifest.
    pub(super) requests: Vec<(&'a str, Option<&'a Warehouse>)>,
    pub(super) has_targets: bool,
}

/// The variables in the order in which they are evaluated.
#[derive(Clone, Default)]
pub(super) struct Variables<'a> {
    defined: Vec<Defined<'a>>,
    /// Names that are defined later, where that is known.
    later: BTreeSet<&'a str>,
    /// There are others, of which nothing is known.
    pub(super) is_open: bool,
}

#[derive(Clone)]
struct Defined<'a> {
    name: &'a str,
    /// Its value, if no expression is in it.
    literal: Option<&'a str>,
}

impl<'a> Variables<'a> {
    /// No variables that are known, and others that are not.
    pub(super) fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Announces variables that will be defined.
    pub(super) fn announce(&mut self, variables: impl IntoIterator<Item = &'a Variable>) {
        self.later.extend(variables.into_iter().map(|variable| variable.name.as_str()));
    }

    /// Defines a variable.
    pub(super) fn define(&mut self, variable: &'a Variable) {
        let has_expressions = variable.value.contains("${{") || variable.value.contains("${%");
        let literal = (!has_expressions && !variable.value.is_empty()).then_some(variable.value.as_str());
        self.defined.push(Defined { name: &variable.name, literal });
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.defined.iter().any(|defined| defined.name == name)
    }

    pub(super) fn is_later(&self, name: &str) -> bool {
        self.later.contains(name)
    }

    /// The value of a variable that is written out.
    pub(super) fn literal(&self, name: &str) -> Option<&'a str> {
        self.defined.iter().rev().find(|defined| defined.name == name)?.literal
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.defined.iter().map(|defined| defined.name)
    }
}

/// Whether variables give a value that is not empty.
pub(super) fn gives(variables: &[Variable], name: &str) -> bool {
    variables.iter().any(|variable| variable.name == name && !variable.value.is_empty())
}
