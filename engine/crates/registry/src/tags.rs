//! Every tag of a repository. Registries give them in pages and say where the next one is; a list that ends early would
//! let the newest tag be missed, so it is an error.

use std::collections::HashSet;

use http::{Method, header};
use serde::Deserialize;
use url::Url;
use windlass_egress::Inbound;
use windlass_ports::images::RegistryError;

use crate::answer::refusal;
use crate::link::next_link;
use crate::session::Session;

/// Pages that are asked for. Registries that give 100 tags a page reach 100,000 with that.
const MAX_PAGES: usize = 1_000;

/// One page is at most this long, in bytes.
const MAX_PAGE: u64 = 8 << 20;

/// All pages together are at most this long, in bytes.
const MAX_TOTAL: u64 = 64 << 20;

/// How many tags to ask for at once; Amazon's registry refuses more.
const PAGE: &str = "1000";

#[derive(Deserialize)]
struct Page {
    /// Some registries say null for none.
    tags: Option<Vec<String>>,
}

impl Session<'_> {
    /// Every tag, over all pages.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, RegistryError> {
        let mut url = self.url("tags/list")?;
        url.query_pairs_mut().append_pair("n", PAGE);
        let mut tags = Vec::new();
        let mut seen = HashSet::new();
        let mut total = 0;
        while seen.insert(url.clone()) {
            if seen.len() > MAX_PAGES {
                return Err(self.endless(&format!("has more than {MAX_PAGES} pages of tags")));
            }
            let response = self.ask(Method::GET, &url, "application/json", &self.repository.name).await?;
            if !response.status.is_success() {
                return Err(refusal(response, &self.repository.name).await);
            }
            let next = self.next_page(&url, &response)?;
            let body = response.bytes(MAX_PAGE).await.map_err(|e| self.unreadable(&e.message))?;
            total += body.len() as u64;
            if total > MAX_TOTAL {
                return Err(self.endless("has more tags than can be read"));
            }
            let page: Page = serde_json::from_slice(&body).map_err(|e| self.unreadable(&e.to_string()))?;
            tags.extend(page.tags.unwrap_or_default());
            match next {
                Some(next) => url = next,
                None => return Ok(tags),
            }
        }
        Err(self.endless("links its pages of tags in a circle"))
    }

    /// Where the next page is. It must be at the same registry, which else could send the credentials anywhere.
    fn next_page(&self, url: &Url, response: &Inbound) -> Result<Option<Url>, RegistryError> {
        let links = response.headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
        let Some(target) = links.filter_map(next_link).next() else { return Ok(None) };
        let next = url.join(target).map_err(|_| self.unreadable("the link to the next page is no URL"))?;
        if !is_same_place(url, &next) {
            let elsewhere = next.origin().ascii_serialization();
            return Err(
                self.unreadable(&format!("the next page is said to be at another place, {elsewhere}"))
            );
        }
        // A registry behind a proxy may not know that it is reached over TLS: what we know of it stays.
        let mut here = url.clone();
        here.set_path(next.path());
        here.set_query(next.query());
        Ok(Some(here))
    }

    fn unreadable(&self, why: &str) -> RegistryError {
        RegistryError::Unavailable(format!("the tags of {} cannot be read: {why}", self.repository))
    }

    fn endless(&self, why: &str) -> RegistryError {
        RegistryError::Unavailable(format!(
            "{} {why}; what is beyond would be missed. Remove old tags, or use another repository",
            self.repository
        ))
    }
}

/// Whether two URLs are of one host and one port, where the port of the scheme counts as none.
fn is_same_place(one: &Url, other: &Url) -> bool {
    one.host() == other.host()
        && (one.port() == other.port() || one.port_or_known_default() == other.port_or_known_default())
}
