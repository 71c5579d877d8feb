//! What a step asks for, in words.

use windlass_model::grant::Access;
use windlass_model::step_manifest::{Ask, Source};

/// An ask; none if it asks nothing of the host.
pub(super) fn words(ask: &Ask) -> Option<String> {
    let words = match ask {
        Ask::Http { url, access } => format!("HTTP {} {}", requests(*access), place(url, "any origin")),
        Ask::Git { url, access, when } => {
            let when = when.as_ref().map(|when| format!(", where `{}` is true", field(when)));
            let what = place(url, "any repository");
            format!("{} {what}{}", verb(*access), when.unwrap_or_default())
        }
        Ask::Worktree { path, access } => {
            format!("{} the repository of the worktree at {}", verb(*access), place(path, "any path"))
        }
        Ask::Objects { kind, each, default_namespace, access, .. } => {
            let verb = if *access == Access::Write { "reading and patching" } else { "reading" };
            format!(
                "{verb} each {kind} that `{}` names; in `{default_namespace}` where it names no namespace",
                field(each)
            )
        }
        Ask::SecretsReveal {} => "the values of the secrets in its configuration".to_owned(),
        Ask::Metadata { access: Access::Read } => "reading metadata of stages and freight".to_owned(),
        Ask::Metadata { access: Access::Write } => {
            "reading and changing metadata of stages and freight, and aliases".to_owned()
        }
        Ask::TaskOutputPropagation {} => return None,
    };
    Some(words)
}

fn requests(access: Access) -> &'static str {
    match access {
        Access::Read => "requests that change nothing, to",
        Access::Write => "requests to",
    }
}

fn verb(access: Access) -> &'static str {
    match access {
        Access::Read => "reading",
        Access::Write => "reading and pushing to",
    }
}

fn place(source: &Source, any: &str) -> String {
    match source {
        Source::Any => any.to_owned(),
        Source::Config(pointer) => format!("what `{}` names", field(pointer)),
        Source::Literal(text) => format!("`{text}`"),
    }
}

/// A JSON pointer as fields are written: `/checkout/*/path` is `checkout[].path`.
fn field(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace("/*", "[]").replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_are_told_in_words() {
        let url = Source::Config("/checkout/*/url".to_owned());
        let git = Ask::Git { url, access: Access::Write, when: Some("/create".to_owned()) };
        let says = "reading and pushing to what `checkout[].url` names, where `create` is true";
        assert_eq!(words(&git).as_deref(), Some(says));
        let http = Ask::Http { url: Source::Any, access: Access::Read };
        assert_eq!(words(&http).as_deref(), Some("HTTP requests that change nothing, to any origin"));
        assert_eq!(words(&Ask::TaskOutputPropagation {}), None);
    }
}
