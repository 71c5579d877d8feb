//! `inflation.jsonl`: the variables and steps of the promotion that a stage's template makes.

use serde_json::{Value, json};
use windlass_model::manifest::promotion_task::PromotionTask;
use windlass_model::manifest::stage::Stage;
use windlass_model::manifest::step::{TaskKind, TaskReference};
use windlass_promotion::inflate::{Tasks, inflate};

use super::{Answer, Answered, part};

pub(super) fn answer(case: &Value) -> Answered {
    // A manifest that cannot even be read is refused as well.
    let (stage, given) = match read(case) {
        Ok(read) => read,
        Err(message) => return Ok(Answer::Refused(message)),
    };
    let inflated = inflate(&stage.spec, &given);
    Ok(Answer::from_result(inflated.map(|found| json!({"vars": found.vars, "steps": found.steps}))))
}

fn read(case: &Value) -> Result<(Stage, Given), String> {
    let given = Given { tasks: part(case, "tasks")?, cluster_tasks: part(case, "clusterTasks")? };
    Ok((part(case, "stage")?, given))
}

/// The tasks that are there.
struct Given {
    tasks: Vec<PromotionTask>,
    cluster_tasks: Vec<PromotionTask>,
}

impl Tasks for Given {
    fn find(&self, reference: &TaskReference) -> Option<&PromotionTask> {
        let among = match reference.kind.unwrap_or_default() {
            TaskKind::PromotionTask => &self.tasks,
            TaskKind::ClusterPromotionTask => &self.cluster_tasks,
        };
        among.iter().find(|task| task.metadata.name == reference.name)
    }
}
