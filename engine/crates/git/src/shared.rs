//! Answers that several askers share: whoever asks while a question is under way gets its answer, and so does whoever
//! takes an answer of a certain age.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use windlass_model::call::CallError;
use windlass_model::time::Timestamp;
use windlass_ports::git_history::Freshness;

/// Questions whose answers are kept; beyond that all are asked anew.
const MAX_KEPT: usize = 1_000;

/// Answers by what was asked.
pub(crate) struct Shared<K, V>(Mutex<HashMap<K, Arc<Question<V>>>>);

/// One question.
struct Question<V> {
    /// Questions that have come to an end.
    ended: AtomicU64,
    /// Held while it is asked.
    last: tokio::sync::Mutex<Option<Answer<V>>>,
}

/// What came of it.
struct Answer<V> {
    /// When it was asked, if the asker knows the time.
    asked_at: Option<Timestamp>,
    result: Result<V, CallError>,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Shared<K, V> {
    /// The answer to `key`: a shared one, else that of `ask`. Failures are shared only with those who waited for them.
    pub(crate) async fn get<F: Future<Output = Result<V, CallError>>>(
        &self,
        key: K,
        freshness: Option<Freshness>,
        ask: impl FnOnce() -> F,
    ) -> Result<V, CallError> {
        let question = self.question(key);
        let ended_before = question.ended.load(Ordering::Acquire);
        let (mut last, waited) = match question.last.try_lock() {
            Ok(last) => (last, false),
            Err(_) => (question.last.lock().await, true),
        };
        if let Some(answer) = last.as_ref() {
            let came_meanwhile = waited && question.ended.load(Ordering::Acquire) > ended_before;
            let is_fresh = freshness
                .is_some_and(|f| answer.result.is_ok() && answer.asked_at.is_some_and(|at| at >= f.since));
            // Somebody else's cancellation is not ours.
            let is_theirs = answer.result.as_ref().is_err_and(|e| e.code == CallError::cancelled().code);
            if (came_meanwhile || is_fresh) && !is_theirs {
                return answer.result.clone();
            }
        }
        let result = ask().await;
        *last = Some(Answer { asked_at: freshness.map(|f| f.now), result: result.clone() });
        question.ended.fetch_add(1, Ordering::Release);
        result
    }

    fn question(&self, key: K) -> Arc<Question<V>> {
        let mut questions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if questions.len() >= MAX_KEPT && !questions.contains_key(&key) {
            questions.clear();
        }
        let new = || Arc::new(Question { ended: AtomicU64::new(0), last: tokio::sync::Mutex::new(None) });
        Arc::clone(questions.entry(key).or_insert_with(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64, since: i64) -> Option<Freshness> {
        let time = |second: i64| Timestamp::from_micros(second * 1_000_000);
        Some(Freshness { now: time(second), since: time(since) })
    }

    #[tokio::test]
    async fn an_answer_is_shared_as_long_as_it_is_fresh() {
        let shared: Shared<&str, u32> = Shared::default();
        let ask = async |freshness, value| shared.get("url", freshness, async || Ok(value)).await.unwrap();
        assert_eq!(ask(at(10, 10), 1).await, 1);
        assert_eq!(ask(at(12, 10), 2).await, 1);
        assert_eq!(ask(at(13, 11), 3).await, 3);
        assert_eq!(ask(None, 4).await, 4);
        assert_eq!(shared.get("other", at(10, 0), async || Ok(5)).await.unwrap(), 5);
    }

    #[tokio::test]
    async fn whoever_comes_meanwhile_gets_the_same_even_a_failure() {
        let shared: Arc<Shared<&str, u32>> = Arc::default();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let first = shared.get("url", None, async || {
            wait.await.unwrap();
            Err(CallError::unavailable("down", "the server is down"))
        });
        let second = shared.get("url", None, async || Ok(2));
        let release = async { go.send(()).unwrap() };
        let (first, second, ()) = tokio::join!(first, second, release);
        assert_eq!((first.unwrap_err().code, second.unwrap_err().code), ("down".into(), "down".into()));
        assert_eq!(shared.get("url", at(1, 0), async || Ok(3)).await.unwrap(), 3);
    }
}
