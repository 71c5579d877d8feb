//! Finding out what a request beneath `/api` or `/apis` is about, and answering it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::Response;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::query::ListQuery;
use super::resource::Resource;
use super::status::ApiStatus;
use super::store::{ObjectId, Store};
use super::{KubernetesApi, discovery, list, verb, watch};
use crate::login::bearer_of_request;

/// The largest body that is taken: what etcd's default allows, and some.
const MAX_BODY: usize = 3 << 20;

const MERGE_PATCH: &str = "application/merge-patch+json";

/// An API, and what fires when its server stops.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) api: KubernetesApi,
    pub(super) stop: CancellationToken,
}

/// What a path names.
enum Place {
    Collection(Arc<Resource>, Option<String>),
    Object(ObjectId),
}

impl Place {
    fn of(store: &Store, path: &str) -> Option<Self> {
        let mut parts = path.trim_matches('/').split('/');
        let group = match parts.next()? {
            "api" => "",
            "apis" => parts.next()?,
            _ => return None,
        };
        let version = parts.next()?;
        let rest: Vec<&str> = parts.collect();
        let (namespace, rest) = match rest.as_slice() {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
            rest => (None, rest),
        };
        let (plural, rest) = rest.split_first()?;
        let resource = store.by_plural(group, version, plural)?;
        match (namespace, rest) {
            (namespace, []) => Some(Self::Collection(resource, namespace.map(ToOwned::to_owned))),
            (Some(namespace), [name]) => Some(Self::Object(ObjectId {
                resource,
                namespace: namespace.to_owned(),
                name: (*name).to_owned(),
            })),
            _ => None,
        }
    }
}

/// Serves a request beneath `/api` or `/apis`.
pub(super) async fn serve(State(door): State<Door>, request: Request) -> Response {
    match answer(&door, request).await {
        Ok(response) => response,
        Err(status) => document(
            StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            &status.to_json(),
        ),
    }
}

async fn answer(door: &Door, request: Request) -> Result<Response, ApiStatus> {
    let (head, body) = request.into_parts();
    let api = &door.api;
    if let Some(token) = &api.0.config.token
        && bearer_of_request(&head.headers) != Some(token.expose())
    {
        return Err(ApiStatus::unauthorized());
    }
    let body = axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| {
        ApiStatus::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "the body is too large")
    })?;
    if let Some(found) = discovery::answer(api.store().resources(), head.uri.path()) {
        return Ok(document(StatusCode::OK, &found));
    }
    let place = Place::of(&api.store(), head.uri.path()).ok_or_else(ApiStatus::no_such_resource)?;
    if head.uri.query().is_some_and(|query| query.contains("dryRun")) {
        return Err(ApiStatus::bad_request("this server has no dry run"));
    }
    match place {
        Place::Collection(resource, namespace) => {
            on_collection(door, &head, &body, &resource, namespace.as_deref())
        }
        Place::Object(id) => on_object(api, &head, &body, &id),
    }
}

fn on_collection(
    door: &Door,
    head: &Parts,
    body: &[u8],
    resource: &Arc<Resource>,
    namespace: Option<&str>,
) -> Result<Response, ApiStatus> {
    let api = &door.api;
    match head.method {
        Method::GET => {
            let query = ListQuery::parse(head.uri.query().unwrap_or_default())?;
            if query.watch {
                let body = watch::body(api, resource, namespace, query, &door.stop);
                return Ok(json_response(StatusCode::OK, body));
            }
            let list = list::list(&api.store(), resource, namespace, &query)?;
            Ok(document(StatusCode::OK, &list))
        }
        Method::POST => {
            let namespace = namespace.ok_or_else(ApiStatus::method_not_allowed)?;
            let object = read(body)?;
            let made = verb::create(&mut api.store(), resource, namespace, object, api.now())?;
            Ok(document(StatusCode::CREATED, &made))
        }
        _ => Err(ApiStatus::method_not_allowed()),
    }
}

fn on_object(api: &KubernetesApi, head: &Parts, body: &[u8], id: &ObjectId) -> Result<Response, ApiStatus> {
    let object = match head.method {
        Method::GET => api.object(id).ok_or_else(|| ApiStatus::not_found(id))?,
        Method::PUT => verb::replace(&mut api.store(), id, read(body)?)?,
        Method::PATCH => {
            let given = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let given = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
            if given != MERGE_PATCH {
                return Err(ApiStatus::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "UnsupportedMediaType",
                    format!(
                        "the body of the request was in an unknown format - accepted media types include: {MERGE_PATCH}"
                    ),
                ));
            }
            verb::patch(&mut api.store(), id, &read(body)?)?
        }
        Method::DELETE => {
            let removed = api.store().remove(id)?;
            json!({
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Success",
                "details": {
                    "name": id.name,
                    "group": id.resource.group,
                    "kind": id.resource.plural,
                    "uid": removed["metadata"]["uid"],
                },
            })
        }
        _ => return Err(ApiStatus::method_not_allowed()),
    };
    Ok(document(StatusCode::OK, &object))
}

fn read(body: &[u8]) -> Result<Value, ApiStatus> {
    serde_json::from_slice(body).map_err(|e| ApiStatus::bad_request(format!("the body is not JSON: {e}")))
}

fn document(status: StatusCode, document: &Value) -> Response {
    json_response(status, Body::from(document.to_string()))
}

fn json_response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
