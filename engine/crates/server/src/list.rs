//! Lists, put together from documents as they are stored.

use axum::http::StatusCode;
use axum::response::Response;
use windlass_ports::records::{Document, Listing, ResourceVersion};

use crate::answer::text;

/// The documents as the items of a JSON array.
pub(crate) fn items<'a>(documents: impl IntoIterator<Item = &'a Document>) -> String {
    let mut items = String::from("[");
    for document in documents {
        if items.len() > 1 {
            items.push(',');
        }
        items.push_str(&document.text);
    }
    items.push(']');
    items
}

/// A list in the form of those of stages, warehouses and promotions.
pub(crate) fn list(listing: &Listing) -> Response {
    let version = listing.version;
    let items = items(&listing.documents);
    text(StatusCode::OK, format!("{{\"metadata\":{{\"resourceVersion\":\"{version}\"}},\"items\":{items}}}"))
}

/// A list in the form of those that Kargo reads from a cache.
pub(crate) fn cached(listing: &Listing) -> Response {
    let items = items(&listing.documents);
    text(
        StatusCode::OK,
        format!("{{\"metadata\":{{\"continue\":\"continue-not-supported\"}},\"items\":{items}}}"),
    )
}

/// Groups of freight.
pub(crate) fn groups(groups: &[(String, Vec<&Document>)], version: ResourceVersion) -> Response {
    let groups: Vec<String> = groups
        .iter()
        .map(|(name, documents)| {
            let items = items(documents.iter().copied());
            format!("{}:{{\"items\":{items}}}", serde_json::Value::from(name.as_str()))
        })
        .collect();
    let groups = groups.join(",");
    text(StatusCode::OK, format!("{{\"groups\":{{{groups}}},\"resourceVersion\":\"{version}\"}}"))
}
