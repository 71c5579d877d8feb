//! Lets a call pass only if the step asks for what it needs and its project grants that.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_model::call::git::{Checkout, Target};
use windlass_model::call::http::{Effect, Request};
use windlass_model::call::{Answer, Call, CallError, WorkPath, objects};
use windlass_model::grant::{Access, Need};
use windlass_ports::git::Git;
use windlass_ports::objects::Objects;

use super::{Layer, Next};
use crate::capability::http::{real_proxy, real_url};
use crate::capability::objects::check_stage;
use crate::session::Session;

/// The grants layer.
pub(crate) struct Grants {
    pub(crate) git: Arc<dyn Git>,
    pub(crate) objects: Option<Arc<dyn Objects>>,
}

#[async_trait]
impl Layer for Grants {
    async fn call(&self, session: &Arc<Session>, call: Call, next: Next<'_>) -> Answer {
        self.check(session, &call).await?;
        next.call(session, call).await
    }
}

impl Grants {
    async fn check(&self, session: &Arc<Session>, call: &Call) -> Result<(), CallError> {
        match call {
            // The attempt's own affairs, and what is granted with the call it is part of.
            Call::GetMode(_)
            | Call::RemainingMs(_)
            | Call::Cancelled(_)
            | Call::IdempotencyKey(_)
            | Call::LogWrite(_)
            | Call::LogProgress(_)
            | Call::FilesPermissions(_)
            | Call::FilesSetPermissions(_)
            | Call::FilesCopy(_)
            | Call::GitUpdateRef(_) => Ok(()),
            Call::MetadataGet(_) => session.require(&Need::Metadata { access: Access::Read }),
            Call::MetadataUpsert(_) | Call::MetadataSetAlias(_) => {
                session.require(&Need::Metadata { access: Access::Write })
            }
            Call::SecretsReveal(_) => session.require(&Need::SecretsReveal),
            Call::HttpSend(request) => check_http(session, request),
            Call::GitClone(args) => {
                let creates = |checkout: &Checkout| checkout.create;
                let access = if args.checkouts.iter().any(creates) { Access::Write } else { Access::Read };
                check_repository(session, &args.url, access)
            }
            Call::GitListRefs(args) => check_repository(session, &args.url, Access::Read),
            Call::GitHead(args) | Call::GitClear(args) => {
                self.worktree(session, &args.path, Access::Read).await
            }
            Call::GitDiff(args) => self.worktree(session, &args.path, Access::Read).await,
            // A commit and a tag stay here until they are pushed.
            Call::GitCommit(args) => self.worktree(session, &args.path, Access::Read).await,
            Call::GitTag(args) => self.worktree(session, &args.path, Access::Read).await,
            Call::GitPush(args) => match &args.to {
                Target::Current | Target::Branch(_) | Target::Tag(_) => {
                    self.worktree(session, &args.path, Access::Write).await
                }
            },
            Call::ObjectsGet(args) => session.require(&object(&args.key, Access::Read)),
            Call::ObjectsQuery(query) => session.require(&Need::Objects {
                api_version: query.api_version.clone(),
                kind: query.kind.clone(),
                namespace: query.namespace.clone(),
                name: "*".to_owned(),
                access: Access::Read,
            }),
            Call::ObjectsPatch(patch) => {
                session.require(&object(&patch.key, Access::Write))?;
                check_stage(session, self.objects.as_ref(), &patch.key).await
            }
        }
    }

    async fn worktree(
        &self,
        session: &Arc<Session>,
        path: &WorkPath,
        access: Access,
    ) -> Result<(), CallError> {
        let url = self.git.worktree_url(&session.spec.dir, path).await?;
        session.require_worktree(path, &url, access)
    }
}

fn check_http(session: &Session, request: &Request) -> Result<(), CallError> {
    for need in http_needs(&real_url(session, request)?, &request.method, request.effect)? {
        session.require(&need)?;
    }
    // A proxy looks names up itself, so that the rules about addresses are in its hands.
    if let Some(url) = real_proxy(session, request)? {
        session.require(&Need::Http { url, method: "CONNECT".to_owned(), access: request.effect.into() })?;
    }
    Ok(())
}

/// What a request needs. A method that changes something cannot be declared a read, but for POST with a grant of its own.
pub(crate) fn http_needs(url: &url::Url, method: &str, effect: Effect) -> Result<Vec<Need>, CallError> {
    let method = method.to_ascii_uppercase();
    let need = Need::Http { url: url.clone(), method: method.clone(), access: effect.into() };
    match (effect, method.as_str()) {
        (_, "CONNECT" | "TRACE") => {
            Err(CallError::invalid("http-method-refused", format!("no step may send {method}")))
        }
        (Effect::Write, _)
        | (Effect::Read, "GET" | "HEAD" | "OPTIONS" | "PROPFIND" | "REPORT" | "SEARCH" | "QUERY") => {
            Ok(vec![need])
        }
        (Effect::Read, "POST") => Ok(vec![need, Need::HttpReadPost { url: url.clone() }]),
        (Effect::Read, _) => Err(CallError::invalid(
            "http-effect-wrong",
            format!("a {method} request changes something: declare its effect as write"),
        )),
    }
}

fn check_repository(session: &Session, url: &str, access: Access) -> Result<(), CallError> {
    if session.secrets.has_token(url) {
        return Err(CallError::invalid(
            "secret-in-git-url",
            "the URL of a Git repository holds a secret; put the user and the password into a Secret with the label \
             kargo.akuity.io/cred-type: git instead",
        ));
    }
    session.require(&Need::Git { url: url.to_owned(), access })
}

fn object(key: &objects::Key, access: Access) -> Need {
    Need::Objects {
        api_version: key.api_version.clone(),
        kind: key.kind.clone(),
        namespace: key.namespace.clone(),
        name: key.name.clone(),
        access,
    }
}
