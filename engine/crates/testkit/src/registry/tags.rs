//! The list of tags, in pages: as many as asked for, at most as many as the registry gives, with a link to the rest.

use axum::http::{StatusCode, header, request::Parts};
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::store::{RegistryRefusal, Store};

pub(super) fn list(
    store: &Store,
    name: &str,
    head: &Parts,
    page_size: usize,
) -> Result<Response, RegistryRefusal> {
    let all = store.tags(name).ok_or_else(|| RegistryRefusal::UnknownName(name.to_owned()))?;
    let query = head.uri.query().unwrap_or_default();
    let (mut asked, mut last) = (page_size, String::new());
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*key {
            "n" => asked = value.parse().unwrap_or(page_size),
            "last" => last = value.into_owned(),
            _ => {}
        }
    }
    let rest = all.iter().skip_while(|tag| !last.is_empty() && **tag <= last);
    let page: Vec<&String> = rest.clone().take(asked.min(page_size)).collect();
    let mut response = answer::json(StatusCode::OK, &json!({"name": name, "tags": page}));
    let more = rest.count() > page.len();
    if let (true, Some(end)) = (more, page.last()) {
        let link = format!("</v2/{name}/tags/list?n={}&last={end}>; rel=\"next\"", page.len());
        answer::set(&mut response, &[(header::LINK.as_str(), link)]);
    }
    Ok(response)
}
