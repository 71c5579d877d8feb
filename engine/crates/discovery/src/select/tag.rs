//! Which tags of a Git repository count, and which of them is best: by name, by an expression, in an order, and by the
//! paths that the tagged commit changes.

use windlass_expr::{Map as Variables, Value};
use windlass_model::manifest::warehouse::{CommitSelectionStrategy, GitSubscription};
use windlass_ports::git_history::{TagChoice, TagInfo};
use windlass_versions::{Order, PathFilter, SemverRule, Strictness, TagFilter, TagSelection};

use super::expression::ExpressionFilter;

/// The choice of a Git subscription among tags.
#[derive(Debug)]
pub struct SelectTags {
    selection: TagSelection,
    expression: ExpressionFilter,
    paths: PathFilter,
}

impl SelectTags {
    /// Reads the choice of a subscription; none if it is among the commits of a branch.
    ///
    /// # Errors
    /// If a pattern, an expression or a constraint cannot be read, or a field is retired.
    pub fn new(subscription: &GitSubscription) -> Result<Option<Self>, String> {
        if !subscription.allow_tags.is_empty() || !subscription.ignore_tags.is_empty() {
            return Err(super::RETIRED.to_owned());
        }
        let order = match subscription.commit_selection_strategy {
            CommitSelectionStrategy::NewestFromBranch => return Ok(None),
            CommitSelectionStrategy::SemVer => {
                let strictness = match subscription.strict_semvers {
                    Some(false) => Strictness::Coerce,
                    None | Some(true) => Strictness::Complete,
                };
                let rule = SemverRule::new(strictness, &subscription.semver_constraint);
                Order::Semver(rule.map_err(|e| format!("semverConstraint: {e} ({})", e.hint()))?)
            }
            CommitSelectionStrategy::Lexical => Order::Lexical,
            CommitSelectionStrategy::NewestTag => Order::AsListed,
        };
        let filter = TagFilter::new(&subscription.allow_tags_regexes, &subscription.ignore_tags_regexes);
        let paths = PathFilter::new(&subscription.include_paths, &subscription.exclude_paths);
        Ok(Some(Self {
            selection: TagSelection {
                filter: filter.map_err(|e| format!("allowTagsRegexes, ignoreTagsRegexes: {e}"))?,
                order,
            },
            expression: ExpressionFilter::parse(&subscription.expression_filter)?,
            paths: paths.map_err(|e| format!("includePaths, excludePaths: {e}"))?,
        }))
    }
}

/// A tag in a selection.
struct Named(TagInfo);

impl windlass_versions::Candidate for Named {
    fn tag(&self) -> &str {
        &self.0.name
    }
}

impl TagChoice for SelectTags {
    fn may_count(&self, name: &str) -> bool {
        self.selection.matches(name)
    }

    fn choose(&self, tags: Vec<TagInfo>) -> Result<Vec<TagInfo>, String> {
        let mut kept = Vec::new();
        for tag in tags {
            if self.expression.passes(variables(&tag))? {
                kept.push(Named(tag));
            }
        }
        Ok(self.selection.select(kept).into_iter().map(|tag| tag.0).collect())
    }

    fn needs_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    fn keeps(&self, paths: &[String]) -> bool {
        self.paths.is_empty() || self.paths.matches(paths)
    }
}

/// A tag as expressions see it.
fn variables(tag: &TagInfo) -> Variables {
    let mut variables = Variables::new();
    variables.insert("tag", tag.name.as_str());
    variables.insert("id", tag.commit.id.to_string());
    variables.insert("creatorDate", Value::time(tag.created_at.to_jiff()));
    variables.insert("author", tag.commit.author.as_str());
    variables.insert("committer", tag.commit.committer.as_str());
    variables.insert("subject", tag.commit.subject.as_str());
    variables.insert("tagger", tag.tagger.as_str());
    variables.insert("annotation", tag.annotation.as_str());
    variables
}
