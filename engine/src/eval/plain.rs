//! The context of variables alone. Of the functions that Kargo adds to the language it has those that need nothing but
//! their arguments.

use std::sync::Arc;

use serde_json::Map as Members;
use windlass_expr::{FunctionError, Functions, Scope, Value};
use windlass_model::freight::FreightCollection;
use windlass_ports::clock::Clock;
use windlass_promotion::evaluate::functions::{Allowed, HostFunctions, NoData, SIGNATURES};
use windlass_promotion::evaluate::{StepView, TargetFreight, Templates};
use windlass_promotion::sealed::SealKey;

use super::environment::Environment;

/// The functions that need no promotion.
const FREE: [&str; 3] = ["semverDiff", "semverParse", "warehouse"];

/// Variables, and the time.
pub(crate) struct PlainContext {
    environment: Environment,
    clock: Arc<dyn Clock>,
}

impl PlainContext {
    /// With these variables.
    pub(crate) fn new(environment: Environment, clock: Arc<dyn Clock>) -> Self {
        Self { environment, clock }
    }

    pub(super) fn scoped<T>(&self, work: impl FnOnce(&Scope<'_>) -> T) -> T {
        let (outputs, freight, key) = (Members::new(), FreightCollection::default(), SealKey::new(&[0; 32]));
        let (templates, now) = (Templates::default(), self.clock.now().to_jiff());
        let view = StepView {
            project: "",
            stage: "",
            promotion: "",
            actor: "",
            rollback: false,
            ui_base_url: "",
            target_freight: TargetFreight::default(),
            target: None,
            vars: &[],
            alias: "",
            step_vars: &[],
            outputs: &outputs,
            metas: &[],
            seal_key: &key,
            freight_requests: &[],
            freight: &freight,
            data: &NoData,
            templates: &templates,
            now,
        };
        let functions = FreeFunctions(view.functions(Allowed::ALL));
        work(&Scope::new(self.environment.variables(), &functions, now))
    }
}

/// The functions of promotions, of which most say what they need.
struct FreeFunctions<'a>(HostFunctions<'a>);

impl Functions for FreeFunctions<'_> {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>> {
        if FREE.contains(&name) {
            return self.0.call(name, args);
        }
        SIGNATURES.iter().find(|signature| signature.name == name)?;
        let error = FunctionError::new(format!("{name}() works in a promotion only"));
        Some(Err(error.with_hint("--stage NAME -f PATH evaluates as a promotion to that stage does")))
    }

    fn names(&self) -> &[&'static str] {
        self.0.names()
    }
}
