//! Outside effects in words, for whoever must find out what became of one.

use super::Call;
use crate::grant::without_user_info;

impl Call {
    /// What the call changes, as it may be shown: no query, for secrets are put there, and no user or password.
    #[must_use]
    pub fn shown_effect(&self) -> String {
        match self {
            Self::HttpSend(request) => format!("{} {}", request.method, without_query(&request.url)),
            Self::GitUpdateRef(update) => {
                format!(
                    "the change of {} to {} in {}",
                    update.reference,
                    update.new,
                    without_query(&update.url)
                )
            }
            Self::ObjectsPatch(patch) => format!("the change of {}", patch.key),
            other => other.function().to_owned(),
        }
    }
}

fn without_query(url: &str) -> String {
    url::Url::parse(url).map_or_else(
        |_| url.to_owned(),
        |mut url| {
            url.set_query(None);
            without_user_info(url.as_str())
        },
    )
}
