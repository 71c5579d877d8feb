//! `always`, `success`, `failure` and `status`: how the earlier steps went.

use windlass_expr::{FunctionError, Value};
use windlass_model::promotion::StepStatus;

use super::super::variables::status_text;
use super::{Called, HostFunctions, text};

impl HostFunctions<'_> {
    pub(super) fn status(&self, name: &str, args: &[Value]) -> Option<Called> {
        Some(match name {
            "always" => Ok(true.into()),
            "success" => Ok((!self.any_failed()).into()),
            "failure" => Ok(self.any_failed().into()),
            "status" => self.status_of(args),
            _ => return None,
        })
    }

    fn any_failed(&self) -> bool {
        self.view.metas.iter().any(|meta| {
            !meta.continue_on_error && matches!(meta.status, Some(StepStatus::Failed | StepStatus::Errored))
        })
    }

    /// A step of a task sees its own task's short aliases, any other step sees those that belong to no task.
    fn status_of(&self, args: &[Value]) -> Called {
        let alias = text("status", args, 0)?;
        if alias.is_empty() {
            return Err(FunctionError::new("status: the alias is empty"));
        }
        let full = match self.view.task() {
            Some(task) => format!("{task}::{alias}"),
            None if alias.contains("::") => return Ok("".into()),
            None => alias.to_owned(),
        };
        let found = self.view.metas.iter().find(|meta| meta.alias == full).and_then(|meta| meta.status);
        Ok(found.map(status_text).unwrap_or_default().into())
    }
}
