//! What users type wrongly, and what they are told: one clear error that names the place, a hint, an exit code, and a remote
//! that is as it was.

mod eval;
mod lint;
mod manifests;
mod remotes;
mod step_inspect;
mod step_run;
