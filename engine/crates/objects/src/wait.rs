//! Waiting for a change: a watch tells of it; where the watch cannot go back so far, or ends, the object is looked at and
//! watched from there, so that no change is missed.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;
use windlass_model::call::objects::Key;
use windlass_model::call::{CallError, ErrorKind, Retry};

use crate::client::{ClusterObjects, collection, text};
use crate::events::{Event, Events};
use crate::exchange::Ask;
use crate::refusal::{Status, Wanted};

/// How long one watch lasts before it is begun anew.
const WATCH_TIME: Duration = Duration::from_secs(240);

/// The cluster is given so much longer to end it itself.
const GRACE: Duration = Duration::from_secs(30);

/// A round that lasted so long was a good one.
const GOOD_ROUND: Duration = Duration::from_secs(30);

/// Failures one after the other until waiting is given up.
const MAX_FAILURES: u32 = 5;

/// The longest pause between two rounds.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The largest list of one object.
const MAX_LIST: u64 = 16 << 20;

/// What a round found.
enum Found {
    /// It has changed.
    Change,
    /// It has not; a watch can go on from this version.
    Same(String),
    /// The watch ended without telling of a change.
    Nothing,
}

impl ClusterObjects {
    /// Returns when an object is no more at a version; an empty version: when it is there at all.
    pub(crate) async fn wait_for_change(&self, key: &Key, version: &str) -> Result<(), CallError> {
        let mut from = Some(version.to_owned()).filter(|version| !version.is_empty());
        let (mut quick_rounds, mut failures) = (0, 0);
        loop {
            let began = self.clock.now();
            let round = match &from {
                Some(from) => self.watch(key, from, version).await,
                None => self.look(key, version).await,
            };
            from = None;
            match round {
                Ok(Found::Change) => return Ok(()),
                Ok(Found::Same(current)) => {
                    from = Some(current);
                    continue;
                }
                Ok(Found::Nothing) => failures = 0,
                Err(error) if error.retry == Retry::Later && failures < MAX_FAILURES => failures += 1,
                Err(error) => return Err(error),
            }
            let lasted = self.clock.now().since(began);
            quick_rounds = if lasted >= GOOD_ROUND { 0 } else { quick_rounds + 1 };
            self.pause(quick_rounds).await?;
        }
    }

    /// Waits a while after rounds that ended quickly; after the first not at all.
    async fn pause(&self, quick_rounds: u32) -> Result<(), CallError> {
        if quick_rounds < 2 {
            return Ok(());
        }
        let pause = Duration::from_secs(1_u64 << (quick_rounds - 2).min(5)).min(MAX_PAUSE);
        tokio::select! {
            biased;
            () = self.scope.cancel.cancelled() => Err(CallError::cancelled()),
            () = self.clock.sleep(pause) => Ok(()),
        }
    }

    /// Looks at the object as it is now.
    async fn look(&self, key: &Key, version: &str) -> Result<Found, CallError> {
        let mut url = collection(key).url(&self.cluster.server, None)?;
        url.query_pairs_mut().append_pair("fieldSelector", &format!("metadata.name={}", key.name));
        let wanted = Wanted { verb: "list", what: &key.to_string() };
        let list = self.ask_document(Ask::get(url, wanted), MAX_LIST).await?;
        let items = list.get("items").and_then(Value::as_array);
        let now = items.into_iter().flatten().find(|item| text(item, "/metadata/name") == key.name);
        let now = now.map_or("", |object| text(object, "/metadata/resourceVersion"));
        if now == version {
            Ok(Found::Same(text(&list, "/metadata/resourceVersion").to_owned()))
        } else {
            Ok(Found::Change)
        }
    }

    /// Watches the object from a version on.
    async fn watch(&self, key: &Key, from: &str, version: &str) -> Result<Found, CallError> {
        let mut url = collection(key).url(&self.cluster.server, None)?;
        url.query_pairs_mut()
            .append_pair("watch", "true")
            .append_pair("fieldSelector", &format!("metadata.name={}", key.name))
            .append_pair("resourceVersion", from)
            .append_pair("timeoutSeconds", &WATCH_TIME.as_secs().to_string());
        let what = key.to_string();
        let wanted = Wanted { verb: "watch", what: &what };
        let ask = Ask { time: WATCH_TIME + GRACE, ..Ask::get(url, wanted) };
        match self.listen(ask, key, version).await {
            // A cluster that forgets to end a watch is as good as one that ends it.
            Err(error) if error.kind == ErrorKind::TimedOut => Ok(Found::Nothing),
            heard => heard,
        }
    }

    async fn listen(&self, ask: Ask<'_>, key: &Key, version: &str) -> Result<Found, CallError> {
        let wanted = ask.wanted;
        let mut events = Events::new(self.ask(ask).await?);
        while let Some(event) = events.next().await? {
            if is_change(&event, key, version, wanted)? {
                return Ok(Found::Change);
            }
        }
        Ok(Found::Nothing)
    }
}

/// Whether an event tells that the object is no more at the version.
fn is_change(event: &Event, key: &Key, version: &str, wanted: Wanted<'_>) -> Result<bool, CallError> {
    match event.kind.as_str() {
        "ERROR" => {
            let status: Status = serde_json::from_value(event.object.clone()).unwrap_or_default();
            let code = StatusCode::from_u16(status.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Err(status.to_error(code, wanted))
        }
        "ADDED" | "MODIFIED" => Ok(text(&event.object, "/metadata/name") == key.name
            && text(&event.object, "/metadata/resourceVersion") != version),
        "DELETED" => Ok(text(&event.object, "/metadata/name") == key.name),
        _ => Ok(false),
    }
}
