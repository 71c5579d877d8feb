//! Where people look at a commit: the page of a forge.

use url::Url;
use windlass_model::call::git::Provider;
use windlass_model::digest::CommitId;
use windlass_model::freight::address::normalize_git;

/// The page of a commit; none if the forge is not known, or the repository is not served by a host.
pub(crate) fn commit_page(url: &str, provider: Option<Provider>, commit: &CommitId) -> Option<String> {
    if url.starts_with("file:") {
        return None;
    }
    let url = Url::parse(&normalize_git(url)).ok()?;
    let host = url.host_str()?;
    let provider = provider.or_else(|| known(host))?;
    let site = match (url.scheme(), url.port()) {
        // Of SSH the port says nothing about the pages.
        ("https", None) | ("ssh", _) => format!("https://{host}"),
        (scheme @ ("http" | "https"), Some(port)) => format!("{scheme}://{host}:{port}"),
        ("http", None) => format!("http://{host}"),
        _ => return None,
    };
    let path = url.path().trim_end_matches('/');
    let page = match provider {
        Provider::GitHub | Provider::Gitea => "commit",
        Provider::GitLab => "-/commit",
        Provider::Bitbucket => "commits",
        Provider::Azure => return Some(azure_page(&site, path, commit)),
    };
    Some(format!("{site}{path}/{page}/{commit}"))
}

/// The forges that are known by their host.
fn known(host: &str) -> Option<Provider> {
    match host {
        "github.com" => Some(Provider::GitHub),
        "gitlab.com" => Some(Provider::GitLab),
        "bitbucket.org" => Some(Provider::Bitbucket),
        "gitea.com" => Some(Provider::Gitea),
        "dev.azure.com" | "ssh.dev.azure.com" => Some(Provider::Azure),
        _ => host.ends_with(".visualstudio.com").then_some(Provider::Azure),
    }
}

/// Azure DevOps has other paths over SSH, `/v3/organisation/project/repository`, and another host.
fn azure_page(site: &str, path: &str, commit: &CommitId) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["", "v3", organisation, project, repository] => {
            format!("https://dev.azure.com/{organisation}/{project}/_git/{repository}/commit/{commit}")
        }
        _ => format!("{site}{path}/commit/{commit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn page(url: &str, provider: Option<Provider>) -> Option<String> {
        let page = commit_page(url, provider, &COMMIT.parse().unwrap())?;
        Some(page.replace(COMMIT, "X"))
    }

    #[test]
    fn forges_are_known_by_their_host() {
        for (url, expected) in [
            ("https://github.com/acme/app.git", "https://github.com/acme/app/commit/X"),
            ("https://ada:secret@github.com/acme/app", "https://github.com/acme/app/commit/X"),
            ("git@github.com:acme/app.git", "https://github.com/acme/app/commit/X"),
            ("https://gitlab.com/acme/deep/app.git", "https://gitlab.com/acme/deep/app/-/commit/X"),
            ("ssh://git@bitbucket.org:22/acme/app.git", "https://bitbucket.org/acme/app/commits/X"),
            ("https://gitea.com/acme/app", "https://gitea.com/acme/app/commit/X"),
            ("https://dev.azure.com/acme/shop/_git/app", "https://dev.azure.com/acme/shop/_git/app/commit/X"),
            ("git@ssh.dev.azure.com:v3/acme/shop/app", "https://dev.azure.com/acme/shop/_git/app/commit/X"),
            (
                "https://acme.visualstudio.com/shop/_git/app",
                "https://acme.visualstudio.com/shop/_git/app/commit/X",
            ),
        ] {
            assert_eq!(page(url, None).as_deref(), Some(expected), "{url}");
        }
        assert_eq!(page("https://git.example.com/acme/app.git", None), None);
    }

    #[test]
    fn a_provider_is_believed() {
        let url = "http://git.example.com:3000/acme/app.git";
        assert_eq!(
            page(url, Some(Provider::Gitea)).as_deref(),
            Some("http://git.example.com:3000/acme/app/commit/X")
        );
        assert_eq!(
            page("https://git.example.com/acme/app", Some(Provider::GitLab)).as_deref(),
            Some("https://git.example.com/acme/app/-/commit/X")
        );
        assert_eq!(page("file:///srv/git/app.git", Some(Provider::GitHub)), None);
    }
}
