//! What a document is: a kind that is known, one that is written wrongly, or nothing of ours.

use serde_json::Value;
use windlass_catalog::nearest;
use windlass_model::manifest::{KARGO_API_VERSION, WINDLASS_API_VERSION};

use super::decode::Audience;
use super::diagnostic::Diagnostic;
use super::kinds::{KINDS, KindInfo, Use};
use super::rule::Rule;

/// What a document is.
pub(super) enum Recognised {
    Known(&'static KindInfo),
    /// It cannot be used as it is; the key that is at fault.
    Wrong(Box<Diagnostic>, Option<&'static str>),
    /// Nothing that concerns Windlass.
    Other,
}

/// Recognises a document by its `apiVersion` and `kind`.
pub(super) fn recognise(json: &Value, audience: Audience) -> Recognised {
    let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    match (KindInfo::find(api_version, kind), audience) {
        (Some(info), Audience::Lint) => Recognised::Known(info),
        (Some(info), Audience::Promotion) if info.use_ != Use::Refused => Recognised::Known(info),
        (_, Audience::Promotion) => refused(api_version, kind),
        (None, Audience::Lint) => unknown(api_version, kind),
    }
}

/// For those who promote, everything that is not used is out of place.
fn refused(api_version: &str, kind: &str) -> Recognised {
    if kind.is_empty() || api_version.is_empty() {
        let message = "this is no manifest: it has no apiVersion and kind";
        let diagnostic = Diagnostic::error(Rule::IncompleteManifest, message)
            .hint("remove the file from the directory, or name the files with -f");
        return Recognised::Wrong(Box::new(diagnostic), None);
    }
    let used = || KINDS.iter().filter(|info| info.use_ != Use::Refused);
    let same_name = used().find(|info| info.name == kind);
    let message = format!("manifests of kind {kind} ({api_version}) are not known");
    let (rule, hint) = match (same_name, nearest(kind, used().map(|info| info.name))) {
        (Some(info), _) => (Rule::WrongApiVersion, format!("{kind} has the apiVersion {}", info.api_version)),
        (None, Some(similar)) => (Rule::UnknownKind, format!("did you mean {similar}?")),
        (None, None) => {
            let names: Vec<&str> = used().map(|info| info.name).collect();
            (Rule::UnknownKind, format!("these kinds are known: {}", names.join(", ")))
        }
    };
    let key = if same_name.is_some() { "apiVersion" } else { "kind" };
    Recognised::Wrong(Box::new(Diagnostic::error(rule, message).hint(hint)), Some(key))
}

/// For those who lint, what belongs to others is none of our business; what was meant to be ours is.
fn unknown(api_version: &str, kind: &str) -> Recognised {
    let wrong = |rule, message: String, hint: String, key| {
        Recognised::Wrong(Box::new(Diagnostic::error(rule, message).hint(hint)), Some(key))
    };
    match (api_version.is_empty(), kind.is_empty()) {
        (true, true) => return Recognised::Other,
        (false, false) => {}
        (is_version, _) => {
            let missing = if is_version { "apiVersion" } else { "kind" };
            let message = format!("the manifest has no {missing}");
            return wrong(Rule::IncompleteManifest, message, "every manifest has both".to_owned(), missing);
        }
    }
    let of_version = KINDS.iter().filter(|info| info.api_version == api_version).map(|info| info.name);
    let is_ours = [KARGO_API_VERSION, WINDLASS_API_VERSION].contains(&api_version);
    let same_name = KINDS.iter().find(|info| info.name == kind);
    if let Some(info) = same_name.filter(|info| is_ours || is_like(api_version, info.api_version)) {
        let message = format!("{api_version} has no kind {kind}");
        let hint = format!("{kind} has the apiVersion {}", info.api_version);
        return wrong(Rule::WrongApiVersion, message, hint, "apiVersion");
    }
    if let Some(similar) = nearest(kind, of_version.clone()) {
        let message = format!("{api_version} has no kind {kind}");
        return wrong(Rule::UnknownKind, message, format!("did you mean {similar}?"), "kind");
    }
    if is_ours {
        let hint = format!("its kinds are {}", of_version.collect::<Vec<_>>().join(", "));
        return wrong(Rule::UnknownKind, format!("{api_version} has no kind {kind}"), hint, "kind");
    }
    Recognised::Other
}

/// Whether one API version was meant to be another: of the same group or almost, or of none.
fn is_like(written: &str, known: &str) -> bool {
    let group = |version: &str| version.split_once('/').map(|(group, _)| group.to_owned());
    match (group(written), group(known)) {
        (Some(written), Some(known)) => nearest(&written, [known.as_str()]).is_some(),
        (None, _) => true,
        (Some(_), None) => false,
    }
}
