//! The calls: every capability call of a step is a [`Call`] and is answered by an [`Answer`].
//!
//! Both are plain serde values without handles, streams or callbacks, so that each can be granted, metered,
//! journalled, planned and replayed. The WIT bindings and the core-module import are two skins over these types.
//! JSON form: camelCase, `{"fn":"git.clone","args":{…}}`, bytes as base64, variants as `{"case": value}`.

pub mod attempt;
mod effect;
pub mod error;
pub mod files;
pub mod git;
pub mod http;
pub mod log;
pub mod metadata;
pub mod objects;
pub mod path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use error::{CallError, ErrorKind, Retry};
pub use path::WorkPath;

/// One request of a step to its host. The names are those of the contract, `<interface>.<function>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fn", content = "args")]
pub enum Call {
    /// What kind of run this is; for messages only.
    #[serde(rename = "attempt.getMode")]
    GetMode(NoArguments),
    /// How much of the wall-clock budget is left.
    #[serde(rename = "attempt.remainingMs")]
    RemainingMs(NoArguments),
    /// Whether the attempt should stop.
    #[serde(rename = "attempt.cancelled")]
    Cancelled(NoArguments),
    /// A key that is the same after a crash and new in the next logical attempt.
    #[serde(rename = "attempt.idempotencyKey")]
    IdempotencyKey(attempt::IdempotencyKey),
    /// One line for the step's log.
    #[serde(rename = "log.write")]
    LogWrite(log::Line),
    /// How far a long piece of work has come.
    #[serde(rename = "log.progress")]
    LogProgress(log::Progress),
    /// The value behind a secret's token; needs a grant of its own.
    #[serde(rename = "secrets.reveal")]
    SecretsReveal(attempt::Reveal),
    /// One HTTP exchange.
    #[serde(rename = "http.send")]
    HttpSend(http::Request),
    /// Fetches a repository and checks revisions out into the work directory.
    #[serde(rename = "git.clone")]
    GitClone(git::Clone),
    /// The refs a remote has.
    #[serde(rename = "git.listRefs")]
    GitListRefs(git::ListRefs),
    /// What a worktree has checked out.
    #[serde(rename = "git.worktree.head")]
    GitHead(git::Worktree),
    /// Removes every tracked or addable file of a worktree.
    #[serde(rename = "git.worktree.clear")]
    GitClear(git::Worktree),
    /// What a commit made now would change.
    #[serde(rename = "git.worktree.diff")]
    GitDiff(git::Diff),
    /// Commits all changes of a worktree.
    #[serde(rename = "git.worktree.commit")]
    GitCommit(git::Commit),
    /// Makes an annotated tag at the head of a worktree.
    #[serde(rename = "git.worktree.tag")]
    GitTag(git::Tag),
    /// Sends the commits of a worktree to its remote.
    #[serde(rename = "git.worktree.push")]
    GitPush(git::Push),
    /// The host's own: the outside effect of clone (`create`) and push. No guest can name it.
    #[serde(rename = "host.git.updateRef")]
    GitUpdateRef(git::UpdateRef),
    /// Reads one Kubernetes-shaped object.
    #[serde(rename = "objects.get")]
    ObjectsGet(objects::Get),
    /// Lists Kubernetes-shaped objects by label.
    #[serde(rename = "objects.query")]
    ObjectsQuery(objects::Query),
    /// Merges a patch into one object.
    #[serde(rename = "objects.patch")]
    ObjectsPatch(objects::Patch),
    /// The permissions of files and directories.
    #[serde(rename = "files.permissions")]
    FilesPermissions(files::Look),
    /// Gives files other permissions.
    #[serde(rename = "files.setPermissions")]
    FilesSetPermissions(files::SetPermissions),
    /// Copies files.
    #[serde(rename = "files.copy")]
    FilesCopy(files::Copy),
    /// What has been noted down about a stage or freight.
    #[serde(rename = "metadata.get")]
    MetadataGet(metadata::Subject),
    /// Notes something down about a stage or freight.
    #[serde(rename = "metadata.upsert")]
    MetadataUpsert(metadata::Upsert),
    /// Gives freight another alias.
    #[serde(rename = "metadata.setAlias")]
    MetadataSetAlias(metadata::SetAlias),
}

/// What a call without arguments has in the place of arguments: `{}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoArguments {}

/// What a call brought: the reply of its function, or an error.
pub type Answer = Result<Reply, CallError>;

/// The good answer of each function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fn", content = "ok")]
pub enum Reply {
    /// `attempt.getMode`
    #[serde(rename = "attempt.getMode")]
    Mode(attempt::Mode),
    /// `attempt.remainingMs`, in milliseconds.
    #[serde(rename = "attempt.remainingMs")]
    RemainingMs(u64),
    /// `attempt.cancelled`
    #[serde(rename = "attempt.cancelled")]
    Cancelled(bool),
    /// `attempt.idempotencyKey`
    #[serde(rename = "attempt.idempotencyKey")]
    IdempotencyKey(String),
    /// Of functions that answer nothing: `log.write`, `log.progress`, `git.worktree.clear`, `files.setPermissions`, `files.copy`,
    /// `metadata.upsert`.
    #[serde(rename = "none")]
    Done(()),
    /// `secrets.reveal`: the real value. Never stored.
    #[serde(rename = "secrets.reveal")]
    Revealed(attempt::Revealed),
    /// `http.send`
    #[serde(rename = "http.send")]
    Http(http::Response),
    /// `git.clone`: one commit for each checkout.
    #[serde(rename = "git.clone")]
    Commits(Vec<crate::digest::CommitId>),
    /// `git.listRefs`: name and commit of each.
    #[serde(rename = "git.listRefs")]
    Refs(Vec<(String, crate::digest::CommitId)>),
    /// `git.worktree.head`
    #[serde(rename = "git.worktree.head")]
    Head(git::Head),
    /// `git.worktree.diff`
    #[serde(rename = "git.worktree.diff")]
    Diff(git::Changes),
    /// `git.worktree.commit`
    #[serde(rename = "git.worktree.commit")]
    Committed(git::Committed),
    /// `git.worktree.tag`: the tag's commit.
    #[serde(rename = "git.worktree.tag")]
    Tagged(crate::digest::CommitId),
    /// `git.worktree.push`
    #[serde(rename = "git.worktree.push")]
    Pushed(git::Pushed),
    /// `host.git.updateRef`
    #[serde(rename = "host.git.updateRef")]
    RefUpdated(git::RefUpdated),
    /// `objects.get`, `objects.patch`: the object.
    #[serde(rename = "objects.get")]
    Object(Value),
    /// `objects.query`: the list of objects.
    #[serde(rename = "objects.query")]
    Objects(Vec<Value>),
    /// `files.permissions`: those of each path.
    #[serde(rename = "files.permissions")]
    Permissions(Vec<files::Permissions>),
    /// `metadata.get`: values by name.
    #[serde(rename = "metadata.get")]
    Metadata(Map<String, Value>),
    /// `metadata.setAlias`: the alias that the freight had.
    #[serde(rename = "metadata.setAlias")]
    FormerAlias(String),
}

impl Call {
    /// The function's name in the contract.
    #[must_use]
    pub fn function(&self) -> &'static str {
        match self {
            Self::GetMode(_) => "attempt.getMode",
            Self::RemainingMs(_) => "attempt.remainingMs",
            Self::Cancelled(_) => "attempt.cancelled",
            Self::IdempotencyKey(_) => "attempt.idempotencyKey",
            Self::LogWrite(_) => "log.write",
            Self::LogProgress(_) => "log.progress",
            Self::SecretsReveal(_) => "secrets.reveal",
            Self::HttpSend(_) => "http.send",
            Self::GitClone(_) => "git.clone",
            Self::GitListRefs(_) => "git.listRefs",
            Self::GitHead(_) => "git.worktree.head",
            Self::GitClear(_) => "git.worktree.clear",
            Self::GitDiff(_) => "git.worktree.diff",
            Self::GitCommit(_) => "git.worktree.commit",
            Self::GitTag(_) => "git.worktree.tag",
            Self::GitPush(_) => "git.worktree.push",
            Self::GitUpdateRef(_) => "host.git.updateRef",
            Self::ObjectsGet(_) => "objects.get",
            Self::ObjectsQuery(_) => "objects.query",
            Self::ObjectsPatch(_) => "objects.patch",
            Self::FilesPermissions(_) => "files.permissions",
            Self::FilesSetPermissions(_) => "files.setPermissions",
            Self::FilesCopy(_) => "files.copy",
            Self::MetadataGet(_) => "metadata.get",
            Self::MetadataUpsert(_) => "metadata.upsert",
            Self::MetadataSetAlias(_) => "metadata.setAlias",
        }
    }

    /// Reads the JSON form that a core module sends: `{"fn":"http.send","args":{…}}`.
    ///
    /// # Errors
    /// Returns an `invalid` error naming what does not fit: JSON, function, or argument. A function of the host's
    /// own is as unknown as one that does not exist.
    pub fn from_guest_json(text: &[u8]) -> Result<Self, CallError> {
        let value: Value = serde_json::from_slice(text)
            .map_err(|e| CallError::invalid("call-not-json", format!("a call must be JSON: {e}")))?;
        let function = value.get("fn").and_then(Value::as_str).unwrap_or_default().to_owned();
        if function.starts_with("host.") {
            return Err(CallError::invalid("unknown-function", format!("there is no function {function:?}")));
        }
        serde_json::from_value(value).map_err(|e| {
            // The list of functions that there are is of use to a guest, the host's own is not.
            let message = format!("the call {function:?}: {e}").replace("`host.git.updateRef`, ", "");
            CallError::invalid("call-not-understood", message)
        })
    }

    /// True for calls that are the host's own: no guest may make them.
    #[must_use]
    pub fn is_hosts_own(&self) -> bool {
        matches!(self, Self::GitUpdateRef(_))
    }

    /// True for calls that use the network or work on files for a while: refused once the attempt is over.
    #[must_use]
    pub fn reaches_out(&self) -> bool {
        match self {
            Self::GetMode(_)
            | Self::RemainingMs(_)
            | Self::Cancelled(_)
            | Self::IdempotencyKey(_)
            | Self::LogWrite(_)
            | Self::LogProgress(_)
            | Self::SecretsReveal(_) => false,
            Self::HttpSend(_)
            | Self::GitClone(_)
            | Self::GitListRefs(_)
            | Self::GitHead(_)
            | Self::GitClear(_)
            | Self::GitDiff(_)
            | Self::GitCommit(_)
            | Self::GitTag(_)
            | Self::GitPush(_)
            | Self::GitUpdateRef(_)
            | Self::ObjectsGet(_)
            | Self::ObjectsQuery(_)
            | Self::ObjectsPatch(_)
            | Self::FilesPermissions(_)
            | Self::FilesSetPermissions(_)
            | Self::FilesCopy(_)
            | Self::MetadataGet(_)
            | Self::MetadataUpsert(_)
            | Self::MetadataSetAlias(_) => true,
        }
    }

    /// True for calls that change something outside and so are journalled before and after.
    #[must_use]
    pub fn is_outside_effect(&self) -> bool {
        match self {
            Self::HttpSend(request) => request.effect == http::Effect::Write,
            Self::GitUpdateRef(_) | Self::ObjectsPatch(_) => true,
            Self::GetMode(_)
            | Self::RemainingMs(_)
            | Self::Cancelled(_)
            | Self::IdempotencyKey(_)
            | Self::LogWrite(_)
            | Self::LogProgress(_)
            | Self::SecretsReveal(_)
            | Self::GitClone(_)
            | Self::GitListRefs(_)
            | Self::GitHead(_)
            | Self::GitClear(_)
            | Self::GitDiff(_)
            | Self::GitCommit(_)
            | Self::GitTag(_)
            | Self::GitPush(_)
            | Self::ObjectsGet(_)
            | Self::ObjectsQuery(_)
            | Self::FilesPermissions(_)
            | Self::FilesSetPermissions(_)
            | Self::FilesCopy(_)
            | Self::MetadataGet(_)
            // Windlass' own records change in the transaction that tells of it.
            | Self::MetadataUpsert(_)
            | Self::MetadataSetAlias(_) => false,
        }
    }
}

/// The JSON form of an answer that a core module reads: `{"ok":…}` or `{"err":{…}}`.
#[must_use]
pub fn answer_to_guest_json(answer: &Answer) -> Value {
    match answer {
        Ok(reply) => {
            let mut tagged = serde_json::to_value(reply).unwrap_or_default();
            let ok = tagged.get_mut("ok").map(Value::take).unwrap_or_default();
            serde_json::json!({ "ok": ok })
        }
        Err(error) => serde_json::json!({ "err": error }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_core_modules_call_is_read() {
        let call = Call::from_guest_json(
            br#"{"fn":"http.send","args":{"method":"GET","url":"http://x/","headers":[["a","b"]],
                "body":{"none":null},"effect":"read","options":{"timeoutMs":5}}}"#,
        )
        .unwrap();
        let Call::HttpSend(request) = &call else { panic!("{call:?}") };
        assert_eq!(request.headers, [("a".to_owned(), "b".to_owned())]);
        assert_eq!(request.options.timeout_ms, Some(5));
        assert_eq!(call.function(), "http.send");
        assert!(!call.is_outside_effect());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (text, code) in [
            ("[", "call-not-json"),
            ("{}", "call-not-understood"),
            (r#"{"fn":"http.fetch","args":{}}"#, "call-not-understood"),
            (r#"{"fn":"attempt.cancelled","args":{"x":1}}"#, "call-not-understood"),
            (r#"{"fn":"host.git.updateRef","args":{}}"#, "unknown-function"),
        ] {
            let error = Call::from_guest_json(text.as_bytes()).unwrap_err();
            assert_eq!(error.code, code, "{text}");
            assert_eq!(error.kind, ErrorKind::Invalid);
            assert!(text.contains("host.") || !error.message.contains("host."), "{}", error.message);
        }
    }

    #[test]
    fn answers_have_the_form_of_the_contract() {
        let reply = Reply::Http(http::Response { status: 200, headers: vec![], body: b"hi".to_vec() });
        assert_eq!(
            answer_to_guest_json(&Ok(reply)),
            json!({"ok": {"status": 200, "headers": [], "body": "aGk="}})
        );
        assert_eq!(answer_to_guest_json(&Ok(Reply::Done(()))), json!({"ok": null}));
        let denied = CallError::denied("http", "no grant");
        assert_eq!(answer_to_guest_json(&Err(denied))["err"]["kind"], "denied");
    }
}
