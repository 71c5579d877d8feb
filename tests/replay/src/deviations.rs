//! The cases in which our answer is another than the recorded one, on purpose: `deviations.yaml`, whose head says what an
//! entry may hold. An entry holds our answer as exactly as the case holds the other one.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};
use windlass_yaml::to_json;

/// Members of an entry that are for readers.
const TOLD: [&str; 3] = ["case", "reason", "answer"];

/// Members of an entry that say what differs.
const DIFFERENCES: [&str; 17] = [
    "want",
    "wantSpecial",
    "error",
    "files",
    "steps",
    "status",
    "terminal",
    "output",
    "messageContains",
    "retryAfter",
    "links",
    "emptyDirs",
    "extraFiles",
    "modes",
    "archives",
    "requests",
    "remote",
];

/// One entry.
#[derive(Debug)]
pub(crate) struct Deviation {
    /// What differs: an object with some of [`DIFFERENCES`].
    pub(crate) differences: Value,
}

/// The list, by case.
#[derive(Debug, Default)]
pub(crate) struct Deviations(BTreeMap<String, Deviation>);

impl Deviations {
    /// Reads a list.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        let text = std::fs::read_to_string(path).map_err(|e| failed(&e))?;
        Self::parse(&to_json(&text).map_err(|e| failed(&e))?).map_err(|e| failed(&e))
    }

    fn parse(list: &Value) -> Result<Self, String> {
        let mut found = BTreeMap::new();
        let none = Vec::new();
        let entries = if list.is_null() { &none } else { list.as_array().ok_or("it is no list")? };
        for entry in entries {
            let members = entry.as_object().ok_or("an entry is no mapping")?;
            for name in TOLD {
                if members.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
                    return Err(format!("an entry has no {name}: {entry}"));
                }
            }
            let case = members["case"].as_str().unwrap_or_default();
            let differs = |(name, _): &(&String, &Value)| !TOLD.contains(&name.as_str());
            let differences: Map<String, Value> =
                members.iter().filter(differs).map(|(name, value)| (name.clone(), value.clone())).collect();
            if let Some(name) = differences.keys().find(|name| !DIFFERENCES.contains(&name.as_str())) {
                return Err(format!("{case}: an entry has no member {name}"));
            }
            if differences.is_empty() {
                return Err(format!("{case}: the entry does not say what differs"));
            }
            let entry = Deviation { differences: Value::Object(differences) };
            if found.insert(case.to_owned(), entry).is_some() {
                return Err(format!("{case} is listed twice"));
            }
        }
        Ok(Self(found))
    }

    /// The verdict on a case: `recorded` where it is not listed; where it is, our answer must be another than the recorded
    /// one, and fit the entry.
    pub(crate) fn judge(
        &self,
        id: &str,
        recorded: Result<(), String>,
        ours: impl FnOnce(&Deviation) -> Result<(), String>,
    ) -> Result<(), String> {
        let Some(deviation) = self.0.get(id) else { return recorded };
        if recorded.is_ok() {
            return Err("the recorded answer is ours; take the deviation out".to_owned());
        }
        ours(deviation).map_err(|reason| format!("it is not as the deviation says: {reason}"))
    }

    /// Complaints about entries that are about none of the cases.
    pub(crate) fn of_no_case(&self, ids: &[String]) -> Vec<String> {
        let is_lost = |case: &&String| !ids.contains(*case);
        self.0
            .keys()
            .filter(is_lost)
            .map(|case| format!("{case}: a deviation is listed, and there is no such case"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list(difference: Value) -> Result<Deviations, String> {
        let mut entry = json!({"case": "tar/a", "reason": "because", "answer": "other"});
        for (name, value) in difference.as_object().unwrap() {
            entry[name] = value.clone();
        }
        Deviations::parse(&json!([entry]))
    }

    #[test]
    fn a_listed_case_passes_only_as_the_entry_says() {
        let list = list(json!({"status": "Failed"})).unwrap();
        let judge = |id: &str, recorded: Result<(), &str>, ours: Result<(), &str>| {
            let ours = ours.map_err(str::to_owned);
            list.judge(id, recorded.map_err(str::to_owned), |deviation| {
                assert_eq!(deviation.differences, json!({"status": "Failed"}));
                ours
            })
        };
        assert!(judge("tar/a", Err("no"), Ok(())).is_ok());
        assert!(judge("tar/a", Err("no"), Err("no")).is_err());
        assert!(judge("tar/a", Ok(()), Ok(())).is_err());
        assert!(judge("tar/b", Ok(()), Err("no")).is_ok());
        assert!(judge("tar/b", Err("no"), Ok(())).is_err());
        assert_eq!(list.of_no_case(&["tar/a".to_owned()]), Vec::<String>::new());
        assert_eq!(list.of_no_case(&["tar/b".to_owned()]).len(), 1);
    }

    #[test]
    fn entries_must_say_what_differs() {
        assert!(list(json!({})).is_err());
        assert!(list(json!({"sttus": "Failed"})).is_err());
        assert!(list(json!({"reason": "", "want": 1})).is_err());
        assert!(Deviations::parse(&json!(null)).is_ok());
        assert!(Deviations::parse(&json!({})).is_err());
    }
}
