//! Git for steps: the host picks the credential, no guest ever sees one.

use std::sync::Arc;

use async_trait::async_trait;
use windlass_egress::Place;
use windlass_model::call::git::{Clone, Commit, ListRefs, Push, RefUpdated, SigningKeyText, Tag, UpdateRef};
use windlass_model::call::{Answer, Call, CallError, Reply};
use windlass_model::grant::Access;
use windlass_model::manifest::secret::SecretValue;
use windlass_ports::credentials::GitCredential;
use windlass_ports::git::{GitScope, ReadPermission, RefUpdater};

use super::Capabilities;
use crate::layer::Pipeline;
use crate::session::Session;

/// Lets a clone or push change a ref: as a call of its own, so that it is recorded.
struct Recorded<'p> {
    pipeline: &'p Pipeline,
    session: &'p Arc<Session>,
}

#[async_trait]
impl RefUpdater for Recorded<'_> {
    async fn update_ref(&self, update: UpdateRef) -> Result<RefUpdated, CallError> {
        match self.pipeline.call(self.session, Call::GitUpdateRef(update)).await? {
            Reply::RefUpdated(updated) => Ok(updated),
            other => Err(CallError::internal(format!("a change of a ref was answered with {other:?}"))),
        }
    }
}

/// The key itself: a guest has the token of one.
fn signing_key(session: &Session, text: Option<&SigningKeyText>) -> Option<SecretValue> {
    text.map(|SigningKeyText(text)| SecretValue::new(session.secrets.fill_in(text, Place::Raw)))
}

/// The key of whoever commits where a step does not say. It is kept with the worktree, as a step's own is.
fn default_key(session: &Session) -> Result<Option<SecretValue>, CallError> {
    let key = session.spec.git_client.as_ref().and_then(|client| client.signing_key.clone());
    key.transpose().map_err(|reason| CallError::invalid("signing-key-unreadable", reason))
}

impl Capabilities {
    /// For whom Git works.
    pub(crate) fn git_scope(&self, session: &Arc<Session>) -> GitScope {
        let identity = session.spec.git_client.as_ref().map(|client| &client.identity);
        GitScope {
            network: session.network(Access::Read),
            dir: Arc::clone(&session.spec.dir),
            started_at: session.spec.started_at,
            identity: identity.unwrap_or(&self.settings.identity).clone(),
            signing_key: None,
            seal: Arc::clone(&session.spec.seal),
            local: session.local_directories(),
            permission: Arc::clone(session) as Arc<dyn ReadPermission>,
        }
    }

    /// The credential of a repository; which it is, and whether there may be one, is decided behind the port.
    pub(crate) async fn git_credential(
        &self,
        session: &Session,
        url: &str,
    ) -> Result<Option<GitCredential>, CallError> {
        let found = self.ports.credentials.find_git(&session.spec.project, url).await;
        found.map_err(|message| CallError::invalid("credential-unreadable", message))
    }

    pub(super) async fn git_clone(
        &self,
        pipeline: &Pipeline,
        session: &Arc<Session>,
        args: &Clone,
    ) -> Answer {
        let credential = self.git_credential(session, &args.url).await?;
        let refs = Recorded { pipeline, session };
        let mut scope = self.git_scope(session);
        scope.signing_key =
            match (&args.options.author, signing_key(session, args.options.signing_key.as_ref())) {
                (None, None) => default_key(session)?,
                (_, own) => own,
            };
        self.ports.git.clone_repository(&scope, credential.as_ref(), args, &refs).await.map(Reply::Commits)
    }

    pub(super) async fn git_list_refs(&self, session: &Arc<Session>, args: &ListRefs) -> Answer {
        let credential = self.git_credential(session, &args.url).await?;
        let scope = self.git_scope(session);
        self.ports.git.list_refs(&scope, credential.as_ref(), args).await.map(Reply::Refs)
    }

    pub(super) async fn git_commit(&self, session: &Arc<Session>, args: &Commit) -> Answer {
        if session.secrets.has_token(&args.message) {
            return Err(CallError::invalid(
                "secret-in-commit",
                "the commit message holds the token of a secret; take the secret out of it",
            ));
        }
        let mut scope = self.git_scope(session);
        scope.signing_key = signing_key(session, args.options.signing_key.as_ref());
        self.ports.git.commit(&scope, args, &session.secrets.tokens()).await.map(Reply::Committed)
    }

    pub(super) async fn git_tag(&self, session: &Arc<Session>, args: &Tag) -> Answer {
        if session.secrets.has_token(&args.message) || session.secrets.has_token(&args.name) {
            return Err(CallError::invalid(
                "secret-in-commit",
                "the tag holds the token of a secret; take the secret out of its name and message",
            ));
        }
        let url = self.ports.git.worktree_url(&session.spec.dir, &args.path).await?;
        let credential = self.git_credential(session, &url).await?;
        self.ports.git.tag(&self.git_scope(session), credential.as_ref(), args).await.map(Reply::Tagged)
    }

    pub(super) async fn git_push(&self, pipeline: &Pipeline, session: &Arc<Session>, args: &Push) -> Answer {
        let url = self.ports.git.worktree_url(&session.spec.dir, &args.path).await?;
        let credential = self.git_credential(session, &url).await?;
        let refs = Recorded { pipeline, session };
        let scope = self.git_scope(session);
        self.ports.git.push(&scope, credential.as_ref(), args, &refs).await.map(Reply::Pushed)
    }

    pub(super) async fn git_update_ref(&self, session: &Arc<Session>, update: &UpdateRef) -> Answer {
        let credential = self.git_credential(session, &update.url).await?;
        let mut scope = self.git_scope(session);
        scope.network = session.network(Access::Write);
        self.ports.git.update_ref(&scope, credential.as_ref(), update).await.map(Reply::RefUpdated)
    }
}
