//! Promotions that were begun and have not ended.

use windlass_model::ids::{ProjectName, TenantId};
use windlass_model::promotion::Phase;
use windlass_ports::journal::{Journal, UnitKey, UnitKind, UnitSummary};

use crate::failure::Failure;

/// A promotion that has not ended.
#[derive(Debug, Clone)]
pub(crate) struct Unfinished {
    /// Its unit.
    pub(crate) unit: UnitKey,
    /// Its name.
    pub(crate) name: String,
    /// Its stage.
    pub(crate) stage: String,
}

/// All of them, oldest first.
pub(crate) async fn all(journal: &dyn Journal) -> Result<Vec<Unfinished>, Failure> {
    let tenant = TenantId::default();
    let units = journal.units(&tenant, UnitKind::Promotion).await;
    let units = units.map_err(|e| Failure::environment(e.to_string()))?;
    let mut found: Vec<Unfinished> = units.into_iter().filter_map(|unit| unfinished(&tenant, unit)).collect();
    // Names begin with the stage and go on with the time.
    found.sort_by(|a, b| time_part(&a.name).cmp(time_part(&b.name)));
    Ok(found)
}

/// The one called `name`, or the only one.
///
/// # Errors
/// If there is no such promotion, none at all, or more than one and no name.
pub(crate) async fn find(journal: &dyn Journal, name: Option<&str>) -> Result<Unfinished, Failure> {
    let mut found = all(journal).await?;
    let names = found.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = name {
        let wanted = found.into_iter().find(|unit| unit.name == name);
        return wanted.ok_or_else(|| {
            let hint = if names.is_empty() {
                "every promotion under --data has ended".to_owned()
            } else {
                format!("these have not ended: {names}")
            };
            Failure::input(format!("there is no unfinished promotion {name:?}")).hint(hint)
        });
    }
    match (found.len(), found.pop()) {
        (1, Some(only)) => Ok(only),
        (_, None) => Err(Failure::input("there is no unfinished promotion").hint(
            "every promotion under --data has ended; name another directory with --data, or promote anew",
        )),
        _ => {
            Err(Failure::input("there is more than one unfinished promotion")
                .hint(format!("say which: {names}")))
        }
    }
}

/// The one of a stage.
pub(crate) async fn of_stage(
    journal: &dyn Journal,
    project: &ProjectName,
    stage: &str,
) -> Result<Option<Unfinished>, Failure> {
    Ok(all(journal).await?.into_iter().find(|found| found.unit.project == *project && found.stage == stage))
}

fn unfinished(tenant: &TenantId, unit: UnitSummary) -> Option<Unfinished> {
    let phase: Phase = serde_json::from_value(unit.summary["phase"].clone()).ok()?;
    if phase.is_terminal() {
        return None;
    }
    Some(Unfinished {
        name: unit.summary["name"].as_str()?.to_owned(),
        stage: unit.summary["stage"].as_str()?.to_owned(),
        unit: UnitKey {
            tenant: tenant.clone(),
            project: unit.project,
            kind: UnitKind::Promotion,
            id: unit.id,
        },
    })
}

fn time_part(name: &str) -> &str {
    name.rsplit('.').nth(1).unwrap_or(name)
}
