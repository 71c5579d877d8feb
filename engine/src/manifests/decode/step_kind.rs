//! Whether there is a step, and whether a configuration fits it.

use serde_json::{Map, Value};
use windlass_ports::step_catalog::CatalogError;

use super::{Decoder, Owner};
use crate::manifests::diagnostic::Diagnostic;
use crate::manifests::rule::Rule;
use crate::manifests::source::Mark;

impl Decoder<'_> {
    /// Complains about a step that cannot be run.
    fn unusable_step(&mut self, diagnostic: Diagnostic, path: &[String], mark: &Mark) {
        let owner = Owner { kind: self.source.kind.clone(), name: self.source.name.clone() };
        self.said.unusable_steps.push((owner, self.source.locate(diagnostic, path, mark)));
    }

    /// Complains if the step at `path` is of no kind that there is, or has a configuration that will not fit.
    pub(crate) fn check_step_kind(&mut self, path: &[String], uses: &str, config: Option<&Value>) {
        let below = |name: &str| [path, &[name.to_owned()]].concat();
        match self.reading.catalog.find(uses) {
            Ok(kind) => {
                let empty = Value::Object(Map::new());
                for problem in self.reading.catalog.check_written(&kind, config.unwrap_or(&empty)) {
                    let message = format!("the configuration of {uses}: {}", problem.message);
                    let diagnostic = Diagnostic::error(Rule::InvalidConfig, message);
                    let (at, mark) = match (config, problem.member) {
                        (None, _) => (below("uses"), Mark::Value),
                        (Some(_), None) => ([below("config"), problem.path].concat(), Mark::Value),
                        (Some(_), Some(member)) => {
                            ([below("config"), problem.path, vec![member]].concat(), Mark::Key)
                        }
                    };
                    self.unusable_step(diagnostic, &at, &mark);
                }
            }
            Err(CatalogError::Unknown { name, nearest }) => {
                let hint = match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => format!("these steps are there: {}", self.reading.catalog.names().join(", ")),
                };
                let message = format!("there is no step {name:?}");
                let diagnostic = Diagnostic::error(Rule::UnknownStep, message).hint(hint);
                self.unusable_step(diagnostic, &below("uses"), &Mark::Value);
            }
            // Told once, where a step is first needed.
            Err(CatalogError::Unavailable(message)) => {
                self.said.steps_unavailable.get_or_insert(message);
            }
        }
    }
}
