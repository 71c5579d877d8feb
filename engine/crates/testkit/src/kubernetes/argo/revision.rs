//! Which commit a source means now. Repositories of this very server are looked into; of others, and of charts, the
//! revision is taken as it is written.

use serde_json::Value;
use windlass_model::freight::address::normalize_git;

use super::application::PerSource;
use crate::git::GitServer;

/// Finds revisions.
#[derive(Debug, Clone)]
pub(super) struct Revisions {
    git: Option<GitServer>,
    /// How URLs of this server's repositories begin, normalised: by its address, and by the name `localhost`.
    prefixes: Vec<String>,
}

impl Revisions {
    pub(super) fn new(git: Option<GitServer>, url: &str) -> Self {
        let by_name = url::Url::parse(url).ok().and_then(|mut parsed| {
            let is_loopback = matches!(parsed.host(), Some(url::Host::Ipv4(ip)) if ip.is_loopback());
            (is_loopback && parsed.set_host(Some("localhost")).is_ok())
                .then(|| parsed.as_str().trim_end_matches('/').to_owned())
        });
        let prefixes = std::iter::once(url.to_owned()).chain(by_name);
        Self { git, prefixes: prefixes.map(|url| format!("{}/git/", url.to_lowercase())).collect() }
    }

    /// The revisions that sources mean, where `wanted` are written in the place of their own; a message for people if
    /// one of them cannot be found.
    pub(super) async fn of(
        &self,
        sources: &PerSource<Value>,
        wanted: &[Option<&str>],
    ) -> Result<PerSource<String>, String> {
        let mut revisions = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            revisions.push(self.of_one(source, wanted.get(index).copied().flatten()).await?);
        }
        sources.with(revisions).ok_or_else(|| "the application has no source".to_owned())
    }

    async fn of_one(&self, source: &Value, wanted: Option<&str>) -> Result<String, String> {
        let text = |name: &str| source.get(name).and_then(Value::as_str).unwrap_or_default();
        let revision = wanted.filter(|wanted| !wanted.is_empty()).unwrap_or_else(|| text("targetRevision"));
        let is_chart = !text("chart").is_empty();
        let own = if is_chart { None } else { self.own_repository(text("repoURL")) };
        let Some((git, name)) = own else {
            return Ok(if revision.is_empty() { "HEAD".to_owned() } else { revision.to_owned() });
        };
        let unresolved = || format!("unable to resolve {revision:?} to a commit SHA");
        let repository = existing(&git, &name).ok_or_else(unresolved)?;
        match repository.resolve(revision).await {
            Ok(Some(commit)) => Ok(commit.to_string()),
            Ok(None) => Err(unresolved()),
            Err(error) => Err(format!("{}: {error}", unresolved())),
        }
    }

    /// The name of a repository of this server.
    fn own_repository(&self, url: &str) -> Option<(GitServer, String)> {
        let git = self.git.clone()?;
        let normalized = normalize_git(url);
        let name = self.prefixes.iter().find_map(|prefix| normalized.strip_prefix(prefix.as_str()))?;
        Some((git, name.to_owned()))
    }
}

/// The repository of a name, which may lack its `.git`.
fn existing(git: &GitServer, name: &str) -> Option<crate::git::Repository> {
    let candidates = [format!("{name}.git"), name.to_owned()];
    candidates.iter().filter_map(|name| git.repository(name).ok()).find(|found| found.path().exists())
}
