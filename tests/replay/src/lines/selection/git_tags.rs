//! Tags of a Git repository, as discovery selects them.

use serde::Deserialize;
use serde_json::{Value, json};
use windlass_discovery::{SelectTags, shorten_subject};
use windlass_model::digest::CommitId;
use windlass_model::manifest::warehouse::GitSubscription;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::{CommitInfo, TagChoice as _, TagInfo};

use super::super::{Answered, part};
use super::{Refused, limited, listed};

/// A tag of a case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tag {
    tag: String,
    id: CommitId,
    creator_date: Timestamp,
    #[serde(default)]
    author: String,
    #[serde(default)]
    committer: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    tagger: String,
    #[serde(default)]
    annotation: String,
    #[serde(default)]
    paths: Vec<String>,
}

pub(super) fn answer(case: &Value) -> Answered {
    let tags: Vec<Tag> = part(case, "tags")?;
    Ok(listed(select(&case["subscription"], tags)))
}

fn select(given: &Value, tags: Vec<Tag>) -> Result<Vec<Value>, Refused> {
    let mut subscription: GitSubscription =
        serde_json::from_value(given.clone()).map_err(|e| e.to_string())?;
    // In the recordings an absent key means false; in manifests the API server's default is true.
    subscription.strict_semvers.get_or_insert(false);
    let choice = SelectTags::new(&subscription)?.ok_or("the strategy is none for tags")?;
    let mut tags: Vec<TagInfo> = tags.into_iter().map(Tag::told).collect();
    tags.retain(|tag| choice.may_count(&tag.name));
    // As Git lists them.
    tags.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.name.cmp(&b.name)));
    let mut wanted = choice.choose(tags)?;
    wanted.retain(|tag| choice.keeps(&tag.commit.paths));
    let shown = |tag: TagInfo| {
        let CommitInfo { id, subject, .. } = tag.commit;
        json!({"tag": tag.name, "id": id.to_string(), "subject": shorten_subject(&subject)})
    };
    Ok(limited(wanted, given).into_iter().map(shown).collect())
}

impl Tag {
    /// As Git tells of it.
    fn told(self) -> TagInfo {
        TagInfo {
            name: self.tag,
            commit: CommitInfo {
                id: self.id,
                subject: self.subject,
                author: self.author,
                committer: self.committer,
                committed_at: self.creator_date,
                paths: self.paths,
            },
            created_at: self.creator_date,
            tagger: self.tagger,
            annotation: self.annotation,
        }
    }
}
