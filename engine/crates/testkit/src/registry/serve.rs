//! Finding out what a request beneath `/v2/` is about. Names of repositories have slashes, so what follows a name is
//! looked for from the end.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, request::Parts};
use axum::response::Response;
use bytes::Bytes;

use super::auth::{Action, TOKEN_PATH};
use super::name::is_repository;
use super::store::RegistryRefusal;
use super::{OciRegistry, answer, blob, manifest, tags, upload};

/// The largest body that is taken.
const MAX_BODY: usize = 256 << 20;

/// A registry and the URL at which it is reached.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) registry: OciRegistry,
    pub(super) url: String,
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
enum Place<'p> {
    Root,
    Tags(&'p str),
    Manifest(&'p str, &'p str),
    Blob(&'p str, &'p str),
    Uploads(&'p str),
    Upload(&'p str, &'p str),
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Option<Self> {
        let path = path.strip_prefix("/v2")?;
        if matches!(path, "" | "/") {
            return Some(Self::Root);
        }
        let path = path.strip_prefix('/')?;
        if let Some(name) = path.strip_suffix("/tags/list") {
            return Some(Self::Tags(name));
        }
        if let Some(name) =
            path.strip_suffix("/blobs/uploads/").or_else(|| path.strip_suffix("/blobs/uploads"))
        {
            return Some(Self::Uploads(name));
        }
        let (front, last) = path.rsplit_once('/')?;
        let of = |kind: &str| front.strip_suffix(kind);
        (of("/manifests").map(|name| Self::Manifest(name, last)))
            .or_else(|| of("/blobs/uploads").map(|name| Self::Upload(name, last)))
            .or_else(|| of("/blobs").map(|name| Self::Blob(name, last)))
    }

    fn repository(&self) -> Option<&'p str> {
        match self {
            Self::Root => None,
            Self::Tags(name)
            | Self::Uploads(name)
            | Self::Manifest(name, _)
            | Self::Blob(name, _)
            | Self::Upload(name, _) => Some(name),
        }
    }
}

/// Serves a request beneath `/v2/`.
pub(super) async fn serve(State(door): State<Door>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let registry = &door.registry;
    if head.uri.path() == TOKEN_PATH {
        return registry.give_token(&head);
    }
    let Some(place) = Place::of(head.uri.path()) else {
        return answer::error(StatusCode::NOT_FOUND, "UNSUPPORTED", "there is nothing here");
    };
    if let Some(name) = place.repository().filter(|name| !is_repository(name)) {
        return RegistryRefusal::InvalidName(name.to_owned()).into_response();
    }
    let reads = matches!(head.method, Method::GET | Method::HEAD)
        && !matches!(place, Place::Upload(..) | Place::Uploads(_));
    let action = if reads { Action::Pull } else { Action::Push };
    let wanted = place.repository().map(|name| (name, action));
    if let Err(challenge) = registry.authorize(&head.headers, &door.url, wanted) {
        return *challenge;
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let answered = dispatch(registry, &head, &place, body);
    let mut response = answered.unwrap_or_else(RegistryRefusal::into_response);
    answer::set(&mut response, &[("docker-distribution-api-version", "registry/2.0".to_owned())]);
    response
}

async fn read(body: Body) -> Result<Bytes, RegistryRefusal> {
    axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| RegistryRefusal::Full)
}

fn dispatch(
    registry: &OciRegistry,
    head: &Parts,
    place: &Place<'_>,
    body: Bytes,
) -> Result<Response, RegistryRefusal> {
    let method = &head.method;
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let mut store = registry.store();
    match *place {
        Place::Root if reads => Ok(answer::json(StatusCode::OK, &serde_json::json!({}))),
        Place::Tags(name) if reads => tags::list(&store, name, head, registry.0.config.page_size),
        Place::Manifest(name, reference) => match *method {
            Method::GET | Method::HEAD => {
                manifest::get(&store, name, reference, registry.0.config.omit_digest_header)
            }
            Method::PUT => manifest::put(&mut store, name, reference, head, body),
            Method::DELETE => manifest::delete(&mut store, name, reference),
            _ => Ok(not_allowed()),
        },
        Place::Blob(name, digest) => match *method {
            Method::GET | Method::HEAD => blob::get(&store, name, digest),
            Method::DELETE => blob::delete(&mut store, name, digest),
            _ => Ok(not_allowed()),
        },
        Place::Uploads(name) if *method == Method::POST => upload::begin(&mut store, name, head, body),
        Place::Upload(name, id) => match *method {
            Method::GET => upload::status(&store, name, id),
            Method::PATCH => upload::append(&mut store, name, id, head, &body),
            Method::PUT => upload::finish(&mut store, name, id, head, &body),
            Method::DELETE => upload::cancel(&mut store, id),
            _ => Ok(not_allowed()),
        },
        Place::Root | Place::Tags(_) | Place::Uploads(_) => Ok(not_allowed()),
    }
}

fn not_allowed() -> Response {
    answer::error(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "the registry does not do this here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_look_like_anything_else() {
        assert_eq!(Place::of("/v2/"), Some(Place::Root));
        assert_eq!(Place::of("/v2/a/b/tags/list"), Some(Place::Tags("a/b")));
        assert_eq!(Place::of("/v2/tags/manifests/list"), Some(Place::Manifest("tags", "list")));
        assert_eq!(Place::of("/v2/a/blobs/uploads/x"), Some(Place::Upload("a", "x")));
        assert_eq!(Place::of("/v2/a/blobs/uploads/"), Some(Place::Uploads("a")));
        assert_eq!(Place::of("/v2/a/blobs/sha256:0"), Some(Place::Blob("a", "sha256:0")));
        assert_eq!(Place::of("/v2/a"), None);
        assert_eq!(Place::of("/v2x"), None);
    }
}
