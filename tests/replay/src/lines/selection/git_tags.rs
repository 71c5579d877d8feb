//! Tags of a Git repository. What discovery of tags will be made of is there, and is put together here in Kargo's order:
//! name, version, expression, order, paths, limit.

use serde::Deserialize;
use serde_json::{Value, json};
use windlass_discovery::{ExpressionFilter, shorten_subject};
use windlass_expr::{Map, Value as Variable};
use windlass_model::time::Timestamp;
use windlass_versions::{Candidate, Order, TagSelection};

use super::super::{Answer, Answered, part, text};
use super::patterns::path_filter;
use super::{Refused, by_version, limited, listed, strictness, tag_filter};

/// A tag of a case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tag {
    tag: String,
    id: String,
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

impl Candidate for Tag {
    fn tag(&self) -> &str {
        &self.tag
    }
}

pub(super) fn answer(case: &Value) -> Answered {
    let subscription = &case["subscription"];
    if ["allowTags", "ignoreTags"].iter().any(|field| subscription.get(field).is_some()) {
        return Ok(Answer::NotThere("the retired fields of Git subscriptions"));
    }
    let tags: Vec<Tag> = part(case, "tags")?;
    Ok(listed(select(subscription, tags)))
}

fn select(subscription: &Value, mut tags: Vec<Tag>) -> Result<Vec<Value>, Refused> {
    // As Git lists them.
    tags.sort_by(|a, b| b.creator_date.cmp(&a.creator_date).then_with(|| a.tag.cmp(&b.tag)));
    let order = match text(subscription, "commitSelectionStrategy") {
        "SemVer" => {
            let constraint = text(subscription, "semverConstraint");
            by_version(strictness(subscription, "strictSemvers"), constraint)?
        }
        "Lexical" => Order::Lexical,
        "NewestTag" => Order::AsListed,
        other => return Err(format!("{other:?} is no strategy for tags")),
    };
    let selection = TagSelection { filter: tag_filter(subscription)?, order };
    let expression = ExpressionFilter::parse(text(subscription, "expressionFilter"))?;
    let paths = path_filter(subscription)?;
    let mut wanted = Vec::new();
    for tag in tags.into_iter().filter(|tag| selection.matches(&tag.tag)) {
        if expression.passes(variables(&tag))? {
            wanted.push(tag);
        }
    }
    wanted = selection.select(wanted);
    wanted.retain(|tag| paths.is_empty() || paths.matches(&tag.paths));
    let shown = |tag: Tag| json!({"tag": tag.tag, "id": tag.id, "subject": shorten_subject(&tag.subject)});
    Ok(limited(wanted, subscription).into_iter().map(shown).collect())
}

/// A tag as expressions see it.
fn variables(tag: &Tag) -> Map {
    let mut variables = Map::new();
    variables.insert("creatorDate", Variable::time(tag.creator_date.to_jiff()));
    let texts = [
        ("tag", &tag.tag),
        ("id", &tag.id),
        ("author", &tag.author),
        ("committer", &tag.committer),
        ("subject", &tag.subject),
        ("tagger", &tag.tagger),
        ("annotation", &tag.annotation),
    ];
    for (name, text) in texts {
        variables.insert(name, text.as_str());
    }
    variables
}
