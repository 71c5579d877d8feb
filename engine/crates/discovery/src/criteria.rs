//! Whether what was found may become freight (`freightCreationCriteria.expression`): an expression without delimiters
//! over the newest of each repository.

use windlass_expr::{
    ExprError, Expression, FunctionError, Functions, JsonName, Map as Variables, Object, Scope, Value,
    parse_bool,
};
use windlass_model::discovered::{DiscoveredArtifacts, DiscoveredCommit, DiscoveredImage};
use windlass_model::freight::address::{normalize_chart, normalize_git, normalize_image};
use windlass_model::time::Timestamp;

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum CriteriaError {
    /// The expression cannot be read or fails.
    #[error("freightCreationCriteria.expression: {0}")]
    Expression(#[from] ExprError),
    /// It is neither true nor false.
    #[error("freightCreationCriteria.expression: {0:?} is neither true nor false")]
    NotBoolean(String),
}

/// Whether the expression holds. Where nothing was found there is nothing to object to.
///
/// # Errors
/// If the expression cannot be read, fails, or is neither true nor false.
pub fn criteria_met(
    expression: &str,
    found: &DiscoveredArtifacts,
    now: Timestamp,
) -> Result<bool, CriteriaError> {
    if found.git.is_empty() && found.images.is_empty() && found.charts.is_empty() {
        return Ok(true);
    }
    let expression = Expression::parse(expression)?;
    let functions = Newest(found);
    let value = expression.evaluate(&Scope::new(Variables::new(), &functions, now.to_jiff()))?;
    match value.as_bool().or_else(|| parse_bool(&value.print())) {
        Some(met) => Ok(met),
        None => Err(CriteriaError::NotBoolean(value.print())),
    }
}

/// The newest of each repository, compared by its normalised address.
struct Newest<'a>(&'a DiscoveredArtifacts);

const NAMES: &[&str] = &["chartFrom", "commitFrom", "imageFrom"];

impl Functions for Newest<'_> {
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, FunctionError>> {
        let most = match name {
            "commitFrom" | "imageFrom" => 1,
            "chartFrom" => 2,
            _ => return None,
        };
        Some(texts(name, args, most).map(|args| self.find(name, &args)))
    }

    fn names(&self) -> &[&'static str] {
        NAMES
    }
}

impl Newest<'_> {
    fn find(&self, name: &str, args: &[&str]) -> Value {
        let url = args.first().copied().unwrap_or_default();
        let found = match name {
            "commitFrom" => {
                let same = |repository: &str| normalize_git(repository) == normalize_git(url);
                self.0.git.iter().find(|d| same(&d.repo_url)).and_then(|d| d.commits.first()).map(commit)
            }
            "imageFrom" => {
                let same = |repository: &str| normalize_image(repository) == normalize_image(url);
                self.0.images.iter().find(|d| same(&d.repo_url)).and_then(|d| d.references.first()).map(image)
            }
            _ => {
                let chart_name = args.get(1).copied().unwrap_or_default();
                let found =
                    self.0.charts.iter().find(|d| {
                        d.name == chart_name && normalize_chart(&d.repo_url) == normalize_chart(url)
                    });
                found.and_then(|d| chart(&normalize_chart(url), &d.name, d.versions.first()?))
            }
        };
        found.map_or(Value::NIL, Value::from)
    }
}

fn texts<'v>(function: &str, args: &'v [Value], most: usize) -> Result<Vec<&'v str>, FunctionError> {
    if args.is_empty() || args.len() > most {
        let expected = if most == 1 { "1 argument".to_owned() } else { format!("1 to {most} arguments") };
        return Err(FunctionError::new(format!("{function}: expected {expected}, got {}", args.len())));
    }
    let text = |arg: &'v Value| {
        arg.as_str().ok_or_else(|| {
            FunctionError::new(format!("{function}: arguments must be strings, got {}", arg.type_name()))
        })
    };
    args.iter().map(text).collect()
}

fn time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::NIL, |at| Value::time(at.to_jiff()))
}

fn commit(commit: &DiscoveredCommit) -> Object {
    Object::new("v1alpha1.DiscoveredCommit")
        .field("ID", JsonName::OmitEmpty("id"), commit.id.as_str())
        .field("Branch", JsonName::OmitEmpty("branch"), commit.branch.as_str())
        .field("Tag", JsonName::OmitEmpty("tag"), commit.tag.as_str())
        .field("Subject", JsonName::OmitEmpty("subject"), commit.subject.as_str())
        .field("Author", JsonName::OmitEmpty("author"), commit.author.as_str())
        .field("Committer", JsonName::OmitEmpty("committer"), commit.committer.as_str())
        .field("CreatorDate", JsonName::OmitEmpty("creatorDate"), time(commit.creator_date))
}

fn image(image: &DiscoveredImage) -> Object {
    let annotations: Variables =
        image.annotations.iter().map(|(key, value)| (key.as_str(), Value::from(value.as_str()))).collect();
    Object::new("v1alpha1.DiscoveredImageReference")
        .field("Tag", JsonName::Always("tag"), image.tag.as_str())
        .field("Digest", JsonName::Always("digest"), image.digest.as_str())
        .field("Annotations", JsonName::OmitEmpty("annotations"), annotations)
        .field("CreatedAt", JsonName::OmitEmpty("createdAt"), time(image.created_at))
}

fn chart(url: &str, name: &str, version: &str) -> Option<Object> {
    let chart = Object::new("v1alpha1.Chart")
        .field("RepoURL", JsonName::OmitEmpty("repoURL"), url)
        .field("Name", JsonName::OmitEmpty("name"), name)
        .field("Version", JsonName::OmitEmpty("version"), version);
    Some(chart)
}
