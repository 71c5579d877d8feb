//! Evaluates programs. Recursion follows the program, whose height the parser bounds; all other work is
//! metered.

mod chain;
mod loops;
mod postfix;

use std::sync::Arc;

use loops::Frame;

use crate::budget::{MAX_VALUE_DEPTH, Meter, too_deep};
use crate::builtins::{self, Builtin, Dialect, TaintRule};
use crate::error::{ErrorClass, ExprError, Fault, Outcome, Span};
use crate::go::pattern::Pattern;
use crate::ops;
use crate::program::{Node, Op, Program};
use crate::scope::Scope;
use crate::suggest;
use crate::taint::Taint;
use crate::value::{Function, Kind, Map, Value};

type Evaluation<T> = Result<T, ExprError>;

/// Names take a step more for each so many bytes.
const LONG_NAME: u64 = 32;
/// What a call of a function of the host takes at least: most look something up.
const HOST_CALL_STEPS: u64 = 20;
/// What a method takes at least: most go through the calendar.
const METHOD_STEPS: u64 = 20;
/// How many patterns that are computed are kept for the next element.
const MAX_PATTERNS: usize = 8;

/// Evaluates a program in a scope; what it spends is taken from the meter.
///
/// # Errors
/// A runtime or budget error at the part that failed.
pub(crate) fn run(program: &Program, scope: &Scope<'_>, meter: &mut Meter) -> Evaluation<Value> {
    meter.start_expression();
    let locals = vec![Value::NIL; program.slots];
    Evaluator { scope, meter, locals, loops: Vec::new(), patterns: Vec::new() }.eval(&program.root)
}

struct Evaluator<'a> {
    scope: &'a Scope<'a>,
    meter: &'a mut Meter,
    locals: Vec<Value>,
    loops: Vec<Frame>,
    patterns: Vec<(Arc<str>, Pattern)>,
}

/// Gives an error of an operator its place.
trait At<T> {
    fn at(self, span: Span) -> Evaluation<T>;
}

impl<T> At<T> for Outcome<T> {
    fn at(self, span: Span) -> Evaluation<T> {
        self.map_err(|fault| fault.at(span))
    }
}

fn runtime_error(span: Span, message: impl Into<String>) -> ExprError {
    ExprError::new(ErrorClass::Runtime, span, message)
}

impl Evaluator<'_> {
    fn eval(&mut self, node: &Node) -> Evaluation<Value> {
        let span = node.span;
        self.meter.steps(1).at(span)?;
        match &node.op {
            Op::Constant(value) => Ok(value.clone()),
            Op::Variable(name) => self.variable(name, span),
            Op::Local(slot) => Ok(self.locals[*slot].clone()),
            Op::Env => Ok(self.scope.environment.clone()),
            Op::Element => self.element(span),
            Op::Index => Ok(self.index()),
            Op::Accumulator => Ok(self.accumulator()),
            Op::Not(operand) => self.not(operand),
            Op::Negate(operand) => {
                let value = self.eval(operand)?;
                ops::negate(&value).at(span)
            }
            Op::Chain { first, links } => self.chain(first, links),
            Op::Conditional(branches) => {
                let (condition, holds) = self.condition(&branches.condition)?;
                let chosen = self.eval(if holds { &branches.then } else { &branches.otherwise })?;
                // Which one it is tells what the condition was. Comparisons are never tainted.
                Ok(chosen.with_taint(&condition.taint))
            }
            Op::Elvis(both) => {
                let (value, holds) = self.condition(&both.0)?;
                if holds { Ok(value) } else { Ok(self.eval(&both.1)?.with_taint(&value.taint)) }
            }
            Op::Postfix { base, steps } => self.postfix(base, steps),
            Op::Builtin(builtin, args) => self.builtin(builtin, args, span),
            Op::Call(name, args) => self.call(name, args, span),
            Op::CallLocal(slot, args) => self.call_local(*slot, args, span),
            Op::Loop(node) => {
                let value = self.loop_node(node, span)?;
                self.bounded(value, span)
            }
            Op::SumOf(items) => self.sum_of(items),
            Op::List(items) => self.list(items, span),
            Op::Map(entries) => self.map(entries, span),
            Op::Let { slot, value, body } => {
                self.locals[*slot] = self.eval(value)?;
                self.eval(body)
            }
            Op::Sequence(all) => self.sequence(all),
        }
    }

    fn eval_all(&mut self, nodes: &[Node]) -> Evaluation<Vec<Value>> {
        nodes.iter().map(|node| self.eval(node)).collect()
    }

    fn variable(&mut self, name: &Arc<str>, span: Span) -> Evaluation<Value> {
        let environment = &self.scope.environment;
        match &environment.kind {
            Kind::Map(variables) => {
                self.meter.steps(name.len() as u64 / LONG_NAME).at(span)?;
                Ok(variables.fetch(name).with_taint(&environment.taint))
            }
            Kind::Object(_) => ops::field(environment, name).at(span),
            _ => {
                let (name, kind) = (suggest::clip(name), environment.type_name());
                let message = format!("there is no variable `{name}`: the environment is {kind}");
                Err(runtime_error(span, message).with_hint("`$env` is all of it"))
            }
        }
    }

    fn not(&mut self, operand: &Node) -> Evaluation<Value> {
        let value = self.eval(operand)?;
        let negated = value.as_bool().map(|value| Value::from(!value));
        let negated = negated.ok_or_else(|| {
            runtime_error(operand.span, format!("`not` works on a bool, not on {}", value.type_name()))
        });
        Ok(negated?.with_taint(&value.taint))
    }

    /// A condition, as the value it is and as a boolean.
    fn condition(&mut self, node: &Node) -> Evaluation<(Value, bool)> {
        let value = self.eval(node)?;
        let Some(holds) = value.as_bool() else {
            let error =
                runtime_error(node.span, format!("a condition must be a bool, not {}", value.type_name()));
            return Err(error.with_hint("compare it with something: x != nil, x != \"\", x == true"));
        };
        Ok((value, holds))
    }

    fn list(&mut self, items: &[Node], span: Span) -> Evaluation<Value> {
        self.meter.elements(items.len()).at(span)?;
        let items = self.eval_all(items)?;
        self.bounded(Value::list(items), span)
    }

    fn map(&mut self, entries: &[(Node, Node)], span: Span) -> Evaluation<Value> {
        self.meter.elements(entries.len()).at(span)?;
        let mut map = Map::new();
        let mut key_taint = Taint::NONE;
        for (key_node, value) in entries {
            let key = self.eval(key_node)?;
            let value = self.eval(value)?;
            self.meter.key(&key).at(span)?;
            key_taint.join(&key.taint);
            let Kind::Str(name) = key.kind else {
                let message = format!("the key of a map must be a string, not {}", key.type_name());
                return Err(runtime_error(key_node.span, message).with_hint("string(x) makes one"));
            };
            map.insert(name, value);
        }
        self.bounded(Value::from(map).with_taint(&key_taint), span)
    }

    fn sequence(&mut self, all: &[Node]) -> Evaluation<Value> {
        let mut last = Value::NIL;
        for node in all {
            last = self.eval(node)?;
        }
        Ok(last)
    }

    fn sum_of(&mut self, items: &[Node]) -> Evaluation<Value> {
        let mut values = self.eval_all(items)?;
        let mut sum = values.pop().unwrap_or(Value::NIL);
        let mut span = items.last().map_or(Span::default(), |item| item.span);
        for (value, item) in values.iter().zip(items).rev() {
            span = span.cover(item.span);
            sum = ops::add(value, &sum, self.meter).at(span)?;
        }
        Ok(sum)
    }

    fn builtin(&mut self, builtin: &'static Builtin, args: &[Node], span: Span) -> Evaluation<Value> {
        let args = self.eval_all(args)?;
        self.read(&args).at(span)?;
        let mut call = builtins::Call { args: &args, meter: self.meter, now: self.scope.now };
        let found = (builtin.run)(&mut call);
        let mut value = found.map_err(|fault| builtin.explain(fault.without_secrets(&args))).at(span)?;
        for arg in &args {
            match builtin.taint {
                TaintRule::Joins => value.taint.join(&arg.taint()),
                TaintRule::Keeps => value.taint.join(&arg.taint),
                TaintRule::Clears => {}
            }
        }
        self.bounded(value, span)
    }

    /// A function of the host.
    fn call(&mut self, name: &str, args: &[Node], span: Span) -> Evaluation<Value> {
        let args = self.eval_all(args)?;
        self.meter.steps(HOST_CALL_STEPS).at(span)?;
        self.read(&args).at(span)?;
        let Some(result) = self.scope.functions.call(name, &args) else {
            return match self.scope.variables().and_then(|variables| variables.get(name)) {
                Some(callee @ Value { kind: Kind::Function(_), .. }) => self.call_value(callee, &args, span),
                _ => Err(self.unknown_function(name, span)),
            };
        };
        let value = result.map_err(|error| Fault::from(error).without_secrets(&args)).at(span)?;
        self.made(&value).at(span)?;
        self.bounded(tainted_by(value, &args), span)
    }

    fn unknown_function(&self, name: &str, span: Span) -> ExprError {
        let error = runtime_error(span, format!("there is no function `{}` here", suggest::clip(name)));
        if builtins::find(name, Dialect::Template).is_some() {
            return error.with_hint("only templates have it");
        }
        let names = builtins::names().chain(self.scope.functions.names().iter().copied());
        match suggest::nearest(name, names) {
            Some(near) => error.with_hint(format!("did you mean `{near}`?")),
            None => error,
        }
    }

    fn call_local(&mut self, slot: usize, args: &[Node], span: Span) -> Evaluation<Value> {
        let args = self.eval_all(args)?;
        let callee = self.locals[slot].clone();
        self.call_value(&callee, &args, span)
    }

    /// Calls a value that should be a function.
    fn call_value(&mut self, callee: &Value, args: &[Value], span: Span) -> Evaluation<Value> {
        let Kind::Function(function) = &callee.kind else {
            return Err(runtime_error(span, format!("{} is no function", callee.type_name())));
        };
        match &**function {
            Function::Method { receiver, name } => self.call_method(receiver, name, args, span),
            Function::Host(call) => {
                self.meter.steps(HOST_CALL_STEPS).at(span)?;
                self.read(args).at(span)?;
                let found = call(args).map_err(|error| Fault::from(error).without_secrets(args)).at(span)?;
                self.made(&found).at(span)?;
                self.bounded(tainted_by(found, args).with_taint(&callee.taint), span)
            }
        }
    }

    fn call_method(&mut self, receiver: &Value, name: &str, args: &[Value], span: Span) -> Evaluation<Value> {
        // The longest result of a method of the language is a time in a layout that was given as text.
        let text: usize = args.iter().filter_map(Value::as_str).map(str::len).sum();
        self.meter.text(text.saturating_mul(4)).at(span)?;
        self.meter.steps(METHOD_STEPS).at(span)?;
        let found = crate::methods::call(receiver, name, args);
        let value = found.map_err(|fault| fault.without_secrets(args.iter().chain([receiver]))).at(span)?;
        let value = tainted_by(value, args).with_taint(&receiver.taint());
        self.bounded(value, span)
    }

    /// Steps for a function to read the texts among its arguments once, whatever else it charges.
    fn read(&mut self, args: &[Value]) -> Outcome<()> {
        let bytes: usize = args.iter().filter_map(Value::as_str).map(str::len).sum();
        self.meter.scan(bytes)
    }

    /// Steps for what a function of the host has made.
    fn made(&mut self, value: &Value) -> Outcome<()> {
        let size = value.contents().map_or(0, |contents| contents.size);
        self.meter.scan(value.as_str().map_or(size, str::len))
    }

    /// Refuses a collection that is too much to walk: what is made here may be the same part many times over.
    fn bounded(&self, value: Value, span: Span) -> Evaluation<Value> {
        if let Some(contents) = value.contents() {
            if contents.depth > MAX_VALUE_DEPTH {
                return Err(too_deep().at(span));
            }
            self.meter.check_size(contents.size).at(span)?;
        }
        Ok(value)
    }
}

/// The value with all the taints of the arguments that made it.
fn tainted_by(mut value: Value, args: &[Value]) -> Value {
    for arg in args {
        value.taint.join(&arg.taint());
    }
    value
}
