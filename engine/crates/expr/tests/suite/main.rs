//! The language through its public interface: one test binary, a module for each question.

mod budgets;
mod clocks;
mod collections;
mod documents;
mod environments;
mod errors;
mod loops;
mod members;
mod objects;
mod operators;
mod oracle;
mod references;
mod strings;
mod support;
mod syntax;
mod taints;
mod templates;
mod times;
