//! Hooks of a repository: scripts that run when somebody pushes.

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    /// Before any ref changes; a failure refuses the whole push.
    PreReceive,
    /// Before each ref changes; a failure refuses that ref.
    Update,
    /// After all refs have changed.
    PostReceive,
}

impl Hook {
    /// The name of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
            Self::PostReceive => "post-receive",
        }
    }
}
