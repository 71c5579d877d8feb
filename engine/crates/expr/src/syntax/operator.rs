//! The operators and how tightly they bind. Higher binds tighter; the figures are those of expr-lang.

use super::ast::{Binary, Comparison, Unary};

/// The loosest: the pipe, and what may stand in parentheses.
pub(crate) const LOOSEST: u16 = 0;
/// As tight as `in` and the other operators that `not` may stand before.
pub(crate) const NEGATABLE: u16 = 20;

/// What a token between two operands means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Infix {
    /// `|`: a call whose first argument is on the left.
    Pipe,
    /// `<` and its like, which chain: `a < b < c`.
    Compare(Comparison),
    /// All others.
    Binary(Binary),
}

/// How an operator binds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub(crate) infix: Infix,
    pub(crate) precedence: u16,
    pub(crate) right_associative: bool,
}

/// The operator that `text` is between two operands.
pub(crate) fn infix(text: &str) -> Option<Binding> {
    let (infix, precedence) = match text {
        "|" => (Infix::Pipe, LOOSEST),
        "or" | "||" => (Infix::Binary(Binary::Or), 10),
        "and" | "&&" => (Infix::Binary(Binary::And), 15),
        "==" => (Infix::Binary(Binary::Equal), 20),
        "!=" => (Infix::Binary(Binary::NotEqual), 20),
        "<" => (Infix::Compare(Comparison::Less), 20),
        "<=" => (Infix::Compare(Comparison::LessOrEqual), 20),
        ">" => (Infix::Compare(Comparison::More), 20),
        ">=" => (Infix::Compare(Comparison::MoreOrEqual), 20),
        "in" => (Infix::Binary(Binary::In), NEGATABLE),
        "matches" => (Infix::Binary(Binary::Matches), NEGATABLE),
        "contains" => (Infix::Binary(Binary::Contains), NEGATABLE),
        "startsWith" => (Infix::Binary(Binary::StartsWith), NEGATABLE),
        "endsWith" => (Infix::Binary(Binary::EndsWith), NEGATABLE),
        ".." => (Infix::Binary(Binary::Range), 25),
        "+" => (Infix::Binary(Binary::Add), 30),
        "-" => (Infix::Binary(Binary::Subtract), 30),
        "*" => (Infix::Binary(Binary::Multiply), 60),
        "/" => (Infix::Binary(Binary::Divide), 60),
        "%" => (Infix::Binary(Binary::Modulo), 60),
        "**" | "^" => (Infix::Binary(Binary::Power), 100),
        "??" => (Infix::Binary(Binary::Coalesce), 500),
        _ => return None,
    };
    Some(Binding { infix, precedence, right_associative: precedence == 100 })
}

/// The operator that `text` is before an operand, and how tightly it binds.
pub(crate) fn prefix(text: &str) -> Option<(Unary, u16)> {
    match text {
        "not" | "!" => Some((Unary::Not, 50)),
        "-" => Some((Unary::Negate, 90)),
        "+" => Some((Unary::Plus, 90)),
        _ => None,
    }
}

/// Whether `not` may stand before the operator: `not in`.
pub(crate) fn is_negatable(text: &str) -> bool {
    matches!(text, "contains" | "matches" | "startsWith" | "endsWith" | "in")
}
