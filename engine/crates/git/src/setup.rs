//! What is set once for the whole process before libgit2 is used.

use std::sync::Once;

static ONCE: Once = Once::new();

/// Makes libgit2 read no configuration but that of repositories the host made, and speak HTTP only through us.
pub(crate) fn once() {
    ONCE.call_once(|| {
        for level in [
            git2::ConfigLevel::System,
            git2::ConfigLevel::Global,
            git2::ConfigLevel::XDG,
            git2::ConfigLevel::ProgramData,
        ] {
            #[expect(unsafe_code, reason = "libgit2's options are global; git2 offers no safe way")]
            // SAFETY: runs once, before any other use of libgit2 in this process.
            let _ = unsafe { git2::opts::set_search_path(level, "") };
        }
        git2::opts::strict_hash_verification(false);
        crate::transport::register();
    });
}
