//! One request to a repository: who asks, and what `git http-backend` (gitprotocol-http) is told of it.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use tokio::process::Command;

use super::{GitServer, GitService, cgi};
use crate::login::Login;
use crate::percent;

/// Serves a request beneath `/git/`.
pub(super) async fn serve(State(server): State<GitServer>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let user = match server.who(&head) {
        Ok(user) => user,
        Err(refusal) => return *refusal,
    };
    let Some(path) = decoded_path(&head) else {
        return (StatusCode::BAD_REQUEST, "the path is not UTF-8\n").into_response();
    };
    let command = server.backend(&head, &path, user.as_deref());
    match cgi::run(command, body).await {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

impl GitServer {
    /// The user who asks; none if nobody needs to say who they are.
    fn who(&self, head: &Parts) -> Result<Option<String>, Box<Response>> {
        let config = &self.0.config;
        let Some(login) = &config.login else { return Ok(None) };
        match Login::of_request(&head.headers) {
            Some(given) if given == *login => Ok(Some(given.username)),
            None if config.anonymous_read && !writes(head) => Ok(None),
            Some(_) | None => Err(Box::new(unauthorized())),
        }
    }

    fn backend(&self, head: &Parts, path: &str, user: Option<&str>) -> Command {
        let config = &self.0.config;
        let text = |name: &str| header_text(&head.headers, name);
        let mut command = self.0.program.command(&config.root, &["http-backend"]);
        command
            .env("GIT_PROJECT_ROOT", &config.root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("REQUEST_METHOD", head.method.as_str())
            .env("PATH_INFO", path)
            .env("QUERY_STRING", head.uri.query().unwrap_or_default())
            .env("CONTENT_TYPE", text("content-type"))
            .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
            .env("REMOTE_ADDR", "127.0.0.1");
        // Without a length the program reads to the end, as chunked requests need it.
        match head.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()) {
            Some(length) => command.env("CONTENT_LENGTH", length),
            None => command.env_remove("CONTENT_LENGTH"),
        };
        match text("git-protocol") {
            "" => command.env_remove("GIT_PROTOCOL"),
            protocol => command.env("GIT_PROTOCOL", protocol),
        };
        match user {
            Some(user) => command.env("REMOTE_USER", user),
            None => command.env_remove("REMOTE_USER"),
        };
        command
    }
}

/// Whether a request is part of a push.
fn writes(head: &Parts) -> bool {
    let service = GitService::ReceivePack.name();
    head.uri.path().ends_with(service)
        || head.uri.query().is_some_and(|query| query.contains(&format!("service={service}")))
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The path below `/git`, decoded. The program itself refuses what would lead out of the directory.
fn decoded_path(head: &Parts) -> Option<String> {
    let decoded = percent::decoded(head.uri.path().strip_prefix("/git")?);
    // An end of text within would cut the variable that carries it.
    decoded.filter(|path| !path.contains('\0'))
}

fn unauthorized() -> Response {
    let mut response = Response::new(Body::from("who are you?\n"));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic realm=\"git\""));
    response
}
