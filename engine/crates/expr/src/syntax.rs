//! From text to a syntax tree: lexer, operator table, parser. Nothing here knows values.

pub(crate) mod ast;
mod escape;
mod lexer;
mod operator;
mod parser;
mod token;

pub(crate) use parser::parse;
