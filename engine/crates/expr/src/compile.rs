//! From a syntax tree to a program: resolves names, checks static types, folds constants, compiles patterns.
//! Recursion follows the tree, whose height the parser bounds.

mod call;
mod chain;
mod loops;
mod member;
mod reference;
pub(crate) mod types;

use std::sync::Arc;

use types::Type;

use crate::builtins::{self, Dialect};
use crate::error::{ErrorClass, ExprError, Span};
use crate::program::{Branches, Node, Op, Program};
use crate::reference::Reference;
use crate::syntax::ast::{self, Ast, Loop, Unary};
use crate::value::{Kind, ListType, Value};

/// The steps that all patterns of one expression may cost to compile.
const MAX_PATTERN_STEPS: u64 = 2_000_000;

type Checked<T> = Result<T, ExprError>;

/// Checks and compiles an expression.
///
/// # Errors
/// A type error at the part that can never work.
pub(crate) fn compile(ast: &Ast, dialect: Dialect) -> Checked<Program> {
    let mut compiler = Compiler {
        dialect,
        locals: Vec::new(),
        slots: 0,
        loops: Vec::new(),
        pattern_steps: 0,
        references: Vec::new(),
    };
    let (root, result) = compiler.node(ast)?;
    Ok(Program { root, slots: compiler.slots, result, references: compiler.references })
}

struct Compiler {
    dialect: Dialect,
    locals: Vec<Local>,
    slots: usize,
    loops: Vec<LoopScope>,
    pattern_steps: u64,
    references: Vec<Reference>,
}

/// A `let` variable in sight.
struct Local {
    name: Arc<str>,
    slot: usize,
    static_type: Type,
}

/// What `#` and its like mean in the body of a loop.
struct LoopScope {
    kind: Loop,
    element: Type,
}

fn type_error(span: Span, message: impl Into<String>) -> ExprError {
    ExprError::new(ErrorClass::Type, span, message)
}

impl Compiler {
    /// Compiles one expression and finds its static type.
    fn node(&mut self, ast: &Ast) -> Checked<(Node, Type)> {
        let span = ast.span;
        let (op, static_type) = match &ast.node {
            ast::Node::Nil => (Op::Constant(Value::NIL), Type::Nil),
            ast::Node::Bool(value) => (Op::Constant(Value::from(*value)), Type::Bool),
            ast::Node::Int(value) => (Op::Constant(Value::from(*value)), Type::Int),
            ast::Node::Float(value) => (Op::Constant(Value::from(*value)), Type::Float),
            ast::Node::Str(text) => (Op::Constant(Value::from(Arc::clone(text))), Type::Str),
            ast::Node::Bytes(bytes) => {
                let items = bytes.iter().map(|byte| Value::byte(*byte)).collect();
                (Op::Constant(Value::list_of(ListType::Bytes, items)), Type::bytes())
            }
            ast::Node::Identifier(name) => self.identifier(name, span),
            ast::Node::Pointer(name) => self.pointer(name, span)?,
            ast::Node::Unary(operator, operand) => return self.unary(*operator, operand, span),
            ast::Node::Chain { first, links } => return self.chain(first, links, span),
            ast::Node::Conditional { condition, then, otherwise } => {
                self.conditional(condition, then.as_deref(), otherwise)?
            }
            ast::Node::Postfix { base, steps } => return self.postfix(base, steps, span),
            ast::Node::Call { name, args } => return self.call(name, args, span),
            ast::Node::Loop { kind, list, body, extra } => {
                self.loop_node(*kind, list, body.as_deref(), extra.as_deref(), span)?
            }
            ast::Node::List(items) => self.list(items)?,
            ast::Node::Map(entries) => self.map(entries)?,
            ast::Node::Let { name, value, body } => self.declaration(name, value, body, span)?,
            ast::Node::Sequence(all) => return self.sequence(all, span),
        };
        Ok((Node { op, span }, static_type))
    }

    fn nodes(&mut self, asts: &[Ast]) -> Checked<(Vec<Node>, Vec<Type>)> {
        let compiled = asts.iter().map(|ast| self.node(ast)).collect::<Checked<Vec<_>>>()?;
        Ok(compiled.into_iter().unzip())
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().find(|local| *local.name == *name)
    }

    fn identifier(&mut self, name: &Arc<str>, span: Span) -> (Op, Type) {
        if let Some(local) = self.local(name) {
            return (Op::Local(local.slot), local.static_type.clone());
        }
        if **name == *"$env" {
            return (Op::Env, Type::Unknown);
        }
        self.refer_to_variable(name, span);
        // The bare name of a function reads a variable of that name, which is seldom meant and never
        // callable.
        let is_function = builtins::find(name, self.dialect).is_some() || Loop::named(name).is_some();
        (Op::Variable(Arc::clone(name)), if is_function { Type::Function } else { Type::Unknown })
    }

    fn pointer(&self, name: &str, span: Span) -> Checked<(Op, Type)> {
        let Some(scope) = self.loops.last() else {
            return Err(type_error(
                span,
                "`#` has a meaning only in the body of filter(), map() and the like",
            ));
        };
        match (name, scope.kind) {
            ("", _) => Ok((Op::Element, scope.element.clone())),
            ("index", Loop::Map | Loop::Reduce) => Ok((Op::Index, Type::Int)),
            ("acc", Loop::Reduce) => Ok((Op::Accumulator, Type::Unknown)),
            _ => {
                let error = type_error(
                    span,
                    format!("`#{name}` has no meaning in the body of {}()", scope.kind.name()),
                );
                Err(error.with_hint(
                    "`#index` is for map() and reduce(), `#acc` for reduce(); `#.name` reads a member",
                ))
            }
        }
    }

    fn unary(&mut self, operator: Unary, operand: &Ast, span: Span) -> Checked<(Node, Type)> {
        let (node, static_type) = self.node(operand)?;
        let fits = match operator {
            Unary::Not => static_type.may_be_bool(),
            Unary::Negate | Unary::Plus => static_type.is_unknown() || static_type.is_number(),
        };
        if !fits {
            let symbol = match operator {
                Unary::Not => "not",
                Unary::Negate => "-",
                Unary::Plus => "+",
            };
            return Err(type_error(span, format!("`{symbol}` does not work on {static_type}")));
        }
        let folded = match (operator, &node.op) {
            (Unary::Not, Op::Constant(Value { kind: Kind::Bool(value), .. })) => Some(Value::from(!value)),
            (Unary::Negate, Op::Constant(Value { kind: Kind::Int(value), .. })) => {
                Some(value.wrapping_neg().into())
            }
            (Unary::Negate, Op::Constant(Value { kind: Kind::Float(value), .. })) => {
                Some(Value::from(-value))
            }
            _ => None,
        };
        let op = match (folded, operator) {
            (Some(value), _) => Op::Constant(value),
            (None, Unary::Not) => Op::Not(Box::new(node)),
            (None, Unary::Negate) => Op::Negate(Box::new(node)),
            (None, Unary::Plus) => return Ok((Node { span, ..node }, static_type)),
        };
        let static_type = if operator == Unary::Not { Type::Bool } else { static_type };
        Ok((Node { op, span }, static_type))
    }

    fn conditional(&mut self, condition: &Ast, then: Option<&Ast>, otherwise: &Ast) -> Checked<(Op, Type)> {
        let (condition_node, condition_type) = self.node(condition)?;
        if !condition_type.may_be_bool() {
            let message = format!("a condition must be a bool, not {condition_type}");
            return Err(type_error(condition.span, message)
                .with_hint("compare it with something: x != nil, x != \"\""));
        }
        let then = then.map(|then| self.node(then)).transpose()?;
        let (otherwise, otherwise_type) = self.node(otherwise)?;
        let Some((then, then_type)) = then else {
            let static_type = joined(condition_type, otherwise_type);
            return Ok((Op::Elvis(Box::new((condition_node, otherwise))), static_type));
        };
        let branches = Branches { condition: condition_node, then, otherwise };
        Ok((Op::Conditional(Box::new(branches)), joined(then_type, otherwise_type)))
    }

    fn list(&mut self, items: &[Ast]) -> Checked<(Op, Type)> {
        let (nodes, types) = self.nodes(items)?;
        let same_kind = types.windows(2).all(|pair| pair[0].same_kind(&pair[1]));
        let element = if same_kind { types.last().cloned().unwrap_or(Type::Unknown) } else { Type::Unknown };
        let constants: Option<Vec<Value>> = nodes.iter().map(|node| scalar(node).cloned()).collect();
        let op = match constants {
            Some(values) if !values.is_empty() => Op::Constant(Value::list(values)),
            _ => Op::List(nodes),
        };
        Ok((op, Type::list_of(element)))
    }

    fn map(&mut self, entries: &[(Ast, Ast)]) -> Checked<(Op, Type)> {
        let entry = |(key, value): &(Ast, Ast)| Ok((self.node(key)?.0, self.node(value)?.0));
        Ok((Op::Map(entries.iter().map(entry).collect::<Checked<_>>()?), Type::Map))
    }

    fn declaration(&mut self, name: &Arc<str>, value: &Ast, body: &Ast, span: Span) -> Checked<(Op, Type)> {
        let taken = if builtins::find(name, self.dialect).is_some() || Loop::named(name).is_some() {
            Some("function")
        } else {
            self.local(name).map(|_| "variable")
        };
        if let Some(what) = taken {
            let message = format!("`{name}` is already the name of a {what}; `let` needs a new name");
            return Err(type_error(span, message));
        }
        let (value, static_type) = self.node(value)?;
        let slot = self.slots;
        self.slots += 1;
        self.locals.push(Local { name: Arc::clone(name), slot, static_type });
        let (body, body_type) = self.node(body)?;
        self.locals.pop();
        Ok((Op::Let { slot, value: Box::new(value), body: Box::new(body) }, body_type))
    }

    fn sequence(&mut self, all: &[Ast], span: Span) -> Checked<(Node, Type)> {
        let (mut nodes, mut types) = self.nodes(all)?;
        let last_type = types.pop().unwrap_or(Type::Nil);
        match nodes.pop() {
            Some(only) if nodes.is_empty() => Ok((only, last_type)),
            Some(last) => {
                nodes.push(last);
                Ok((Node { op: Op::Sequence(nodes), span }, last_type))
            }
            None => Ok((Node { op: Op::Constant(Value::NIL), span }, Type::Nil)),
        }
    }
}

/// The static type of a choice between two.
fn joined(a: Type, b: Type) -> Type {
    match (&a, &b) {
        (Type::Nil, _) => b,
        (_, Type::Nil) => a,
        (Type::List(_, x), Type::List(_, y)) if a.is_assignable_to(&b) => {
            let same = x.is_assignable_to(y) && y.is_assignable_to(x);
            if same { a } else { Type::any_list() }
        }
        _ if a.is_assignable_to(&b) => a,
        _ => Type::Unknown,
    }
}

/// The value of a node that is a number, string or boolean written out.
fn scalar(node: &Node) -> Option<&Value> {
    match &node.op {
        Op::Constant(value) => match value.kind {
            Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Bool(_) => Some(value),
            _ => None,
        },
        _ => None,
    }
}
