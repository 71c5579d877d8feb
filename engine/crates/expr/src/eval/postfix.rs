//! Members, indices, slices and method calls, with optional chaining.

use std::sync::Arc;

use super::{At, Evaluation, Evaluator, LONG_NAME, runtime_error};
use crate::error::{ExprError, Span};
use crate::methods;
use crate::ops;
use crate::program::{Access, Node, Op, Step};
use crate::suggest;
use crate::value::{Kind, Map, Value};

/// How to allow for nil.
const ALLOW: &str = "`?.` gives nil instead of an error, and `?? value` replaces nil";

impl Evaluator<'_> {
    /// Reads one member after another. A nil before `?.` makes the members after it nil too, up to the next
    /// index or slice, which is where expr-lang ends the chain.
    pub(super) fn postfix(&mut self, base: &Node, steps: &[Step]) -> Evaluation<Value> {
        let mut value = self.eval(base)?;
        let mut parent: Option<Value> = None;
        let mut is_skipping = false;
        for (index, step) in steps.iter().enumerate() {
            let continues_chain = matches!(step.access, Access::Field(_) | Access::Method(..));
            is_skipping = is_skipping && continues_chain || step.optional && value.is_nil_like();
            if is_skipping {
                continue;
            }
            let name = match &step.access {
                Access::Field(name) | Access::Method(name, _) => name.len() as u64,
                Access::Index(_) | Access::Slice(..) => 0,
            };
            self.meter.steps(1 + name / LONG_NAME).at(step.span)?;
            if value.is_nil() {
                return Err(self.nil_error(base, parent.as_ref(), steps, index));
            }
            let next = self.access(&value, step)?;
            parent = Some(std::mem::replace(&mut value, next));
        }
        let is_optional = steps.iter().any(|step| step.optional);
        if is_optional && value.is_nil_like() {
            value.kind = Kind::Nil;
        }
        Ok(value)
    }

    fn access(&mut self, value: &Value, step: &Step) -> Evaluation<Value> {
        match &step.access {
            Access::Field(name) => ops::field(value, name).at(step.span),
            Access::Index(index) => {
                let index = self.eval(index)?;
                self.meter.key(&index).at(step.span)?;
                ops::index(value, &index).map_err(|fault| fault.without_secrets([&index])).at(step.span)
            }
            Access::Slice(from, to) => {
                let to = to.as_ref().map(|to| self.eval(to)).transpose()?;
                let from = from.as_ref().map(|from| self.eval(from)).transpose()?;
                ops::slice(value, from.as_ref(), to.as_ref(), self.meter).at(step.span)
            }
            Access::Method(name, args) => {
                let args = args.iter().map(|arg| self.eval(arg)).collect::<Evaluation<Vec<_>>>()?;
                self.method(value, name, &args, step.span)
            }
        }
    }

    fn method(&mut self, value: &Value, name: &Arc<str>, args: &[Value], span: Span) -> Evaluation<Value> {
        if methods::has(value, name) {
            return self.call_method(value, name, args, span);
        }
        let callee = ops::field(value, name).at(span)?;
        if callee.is_nil() {
            return Err(runtime_error(span, format!("there is no method `{name}` here to call")));
        }
        self.call_value(&callee, args, span)
    }

    /// The error for reading a member of nil, with the likeliest reason why it is nil.
    fn nil_error(&self, base: &Node, parent: Option<&Value>, steps: &[Step], index: usize) -> ExprError {
        let step = &steps[index];
        let what = match &step.access {
            Access::Field(name) => format!("cannot read `{name}` of nil"),
            Access::Method(name, _) => format!("cannot call `{name}` of nil"),
            Access::Index(_) => "cannot index nil".to_owned(),
            Access::Slice(..) => "cannot slice nil".to_owned(),
        };
        let mut reason = None;
        match (index.checked_sub(1).map(|before| &steps[before].access), &base.op) {
            (None, Op::Variable(name))
                if self.scope.variables().is_some_and(|all| all.get(name).is_none()) =>
            {
                let names = self.scope.variables().into_iter().flat_map(Map::keys);
                let hint = suggest::hint(name, "variables", names);
                reason = Some((format!("there is no variable `{}`", suggest::clip(name)), hint));
            }
            (Some(Access::Field(name)), _) => reason = missing_key(parent, name),
            (Some(Access::Index(Node { op: Op::Constant(key), .. })), _) => {
                reason = key.as_str().and_then(|name| missing_key(parent, name));
            }
            _ => {}
        }
        runtime_error(step.span, what).with_hint(match reason {
            Some((reason, Some(hint))) => format!("{reason}; {hint} {ALLOW}"),
            Some((reason, None)) => format!("{reason}; {ALLOW}"),
            None => ALLOW.to_owned(),
        })
    }
}

/// Why a member is nil: the map it was read from has no such key.
fn missing_key(parent: Option<&Value>, name: &str) -> Option<(String, Option<String>)> {
    let map = parent?.as_map()?;
    if map.get(name).is_some() {
        return None;
    }
    let hint = suggest::nearest(name, map.keys()).map(|near| format!("did you mean `{near}`?"));
    Some((format!("there is no `{}` in the map before it", suggest::clip(name)), hint))
}
