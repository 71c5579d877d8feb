//! Who may pull and push: passwords in each request, or tokens from the token endpoint.

use std::collections::HashMap;
use std::sync::PoisonError;

use axum::http::{HeaderMap, StatusCode, request::Parts};
use axum::response::Response;
use serde_json::json;
use windlass_model::time::Timestamp;

use super::{OciRegistry, RegistryAuth, answer};
use crate::login::{Login, bearer_of_request};

/// The path of the token endpoint. No repository can have this name.
pub(super) const TOKEN_PATH: &str = "/v2/_token";

/// What tokens are for.
const SERVICE: &str = "windlass-testkit";

/// Tokens at one time; when there are more, all are taken back.
const MAX_TOKENS: usize = 10_000;

/// What a token allows.
#[derive(Debug, Clone)]
struct Grant {
    /// Each `repository:<name>:<action>`.
    allows: Vec<String>,
    expires: Timestamp,
}

/// The tokens that were given.
#[derive(Debug, Default)]
pub(super) struct Tokens(HashMap<String, Grant>);

/// What a request wants to do with a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Pull,
    Push,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
        }
    }
}

impl OciRegistry {
    /// Lets a request through, or answers with the challenge that it has to meet. Without a repository it is about the
    /// registry as such.
    pub(super) fn authorize(
        &self,
        headers: &HeaderMap,
        url: &str,
        wanted: Option<(&str, Action)>,
    ) -> Result<(), Box<Response>> {
        match &self.0.config.auth {
            RegistryAuth::Open => Ok(()),
            RegistryAuth::Basic(login) if Login::of_request(headers).as_ref() == Some(login) => Ok(()),
            RegistryAuth::Basic(_) => Err(challenge("Basic realm=\"registry\"".to_owned())),
            RegistryAuth::Bearer { .. } => self.authorize_token(headers, url, wanted),
        }
    }

    fn authorize_token(
        &self,
        headers: &HeaderMap,
        url: &str,
        wanted: Option<(&str, Action)>,
    ) -> Result<(), Box<Response>> {
        let tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let grant = bearer_of_request(headers).and_then(|token| tokens.0.get(token));
        let live = grant.filter(|grant| grant.expires > self.0.config.clock.now());
        let allowed = match wanted {
            None => live.is_some(),
            Some((name, action)) => live
                .is_some_and(|grant| grant.allows.contains(&format!("repository:{name}:{}", action.name()))),
        };
        if allowed {
            return Ok(());
        }
        let scope = wanted.map_or_else(String::new, |(name, action)| {
            let actions = if action == Action::Push { "pull,push" } else { "pull" };
            format!(",scope=\"repository:{name}:{actions}\"")
        });
        let error = if live.is_some() { ",error=\"insufficient_scope\"" } else { "" };
        Err(challenge(format!("Bearer realm=\"{url}{TOKEN_PATH}\",service=\"{SERVICE}\"{scope}{error}")))
    }

    /// The token endpoint: what is asked for and allowed goes into a token.
    pub(super) fn give_token(&self, head: &Parts) -> Response {
        let RegistryAuth::Bearer { login, anonymous_pull } = &self.0.config.auth else {
            return answer::error(StatusCode::NOT_FOUND, "UNSUPPORTED", "this registry gives no tokens");
        };
        let may_push = match Login::of_request(&head.headers) {
            Some(given) if given == *login => true,
            None if *anonymous_pull => false,
            Some(_) | None => {
                return answer::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "unknown user or password");
            }
        };
        let query = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
        let scopes = query.filter(|(key, _)| key == "scope").map(|(_, scope)| scope.into_owned());
        let allows = scopes.flat_map(|scope| allowed_by(&scope, may_push)).collect();
        let config = &self.0.config;
        let lifetime = std::time::Duration::from_secs(u64::from(config.token_seconds));
        let grant = Grant { allows, expires: config.clock.now().plus(lifetime) };
        let token = uuid::Uuid::new_v4().to_string();
        let mut tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.0.len() >= MAX_TOKENS {
            tokens.0.clear();
        }
        tokens.0.insert(token.clone(), grant);
        answer::json(StatusCode::OK, &json!({"token": token, "expires_in": config.token_seconds}))
    }
}

/// What of a scope (`repository:a/b:pull,push`) is allowed, one action each.
fn allowed_by(scope: &str, may_push: bool) -> Vec<String> {
    let Some((name, actions)) = scope.strip_prefix("repository:").and_then(|rest| rest.rsplit_once(':'))
    else {
        return Vec::new();
    };
    let allowed = |action: &&str| *action == "pull" || (may_push && *action == "push");
    actions.split(',').filter(allowed).map(|action| format!("repository:{name}:{action}")).collect()
}

fn challenge(value: String) -> Box<Response> {
    let mut response = answer::error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication is required");
    answer::set(&mut response, &[("www-authenticate", value)]);
    Box::new(response)
}
