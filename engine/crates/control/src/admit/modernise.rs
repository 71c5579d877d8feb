//! Fields of older manifests, in today's words: they mean what they meant.

use serde_json::{Value, json};

/// The subscriptions of a warehouse.
pub(super) fn subscriptions(document: &mut Value) {
    let subscriptions = document.pointer_mut("/spec/subscriptions").and_then(Value::as_array_mut);
    for subscription in subscriptions.into_iter().flatten() {
        for kind in ["git", "image"] {
            if let Some(own) = subscription.get_mut(kind) {
                tags(own);
            }
        }
        if let Some(image) = subscription.get_mut("image") {
            rename(image, "semverConstraint", "constraint");
        }
    }
}

/// `allowTags` was one regular expression, `ignoreTags` a list of whole tags.
fn tags(subscription: &mut Value) {
    let Some(members) = subscription.as_object_mut() else { return };
    if let Some(Value::String(pattern)) = members.shift_remove("allowTags")
        && !pattern.is_empty()
    {
        append(members, "allowTagsRegexes", vec![pattern]);
    }
    if let Some(Value::Array(tags)) = members.shift_remove("ignoreTags") {
        let exact = |tag: &Value| Some(format!("^{}$", escape(tag.as_str()?)));
        append(members, "ignoreTagsRegexes", tags.iter().filter_map(exact).collect());
    }
}

fn append(members: &mut serde_json::Map<String, Value>, name: &str, more: Vec<String>) {
    if more.is_empty() {
        return;
    }
    let list = members.entry(name.to_owned()).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(more.into_iter().map(Value::String));
    }
}

/// A text that a regular expression matches as it is.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_alphanumeric() && !"-_".contains(character) && character.is_ascii() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Another name for a member, unless the new one is there.
fn rename(value: &mut Value, old: &str, new: &str) {
    let Some(members) = value.as_object_mut() else { return };
    if let Some(moved) = members.shift_remove(old) {
        members.entry(new.to_owned()).or_insert(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_fields_mean_what_they_meant() {
        let mut document = json!({ "spec": { "subscriptions": [
            { "git": { "repoURL": "r", "allowTags": "^v", "ignoreTags": ["v1.0"] } },
            { "image": { "repoURL": "i", "semverConstraint": "^1.24.0", "ignoreTags": [] } },
            { "image": { "repoURL": "j", "semverConstraint": "^1", "constraint": "^2" } },
        ] } });
        subscriptions(&mut document);
        assert_eq!(
            document["spec"]["subscriptions"],
            json!([
                { "git": { "repoURL": "r", "allowTagsRegexes": ["^v"], "ignoreTagsRegexes": ["^v1\\.0$"] } },
                { "image": { "repoURL": "i", "constraint": "^1.24.0" } },
                { "image": { "repoURL": "j", "constraint": "^2" } },
            ])
        );
    }
}
