//! The permissions of files in the work directory. The host follows no symbolic link on its way to them.

use std::sync::Arc;

use windlass_model::call::files::{Look, Permissions, SetPermissions};
use windlass_model::call::{Answer, CallError, Reply, WorkPath};
use windlass_workdir::{AttemptDir, Follow};

use super::files::{blocking, failed, place};
use crate::session::Session;

pub(crate) async fn look(session: &Arc<Session>, args: Look) -> Answer {
    let dir = Arc::clone(&session.spec.dir);
    blocking(move || {
        let found: Result<Vec<Permissions>, CallError> =
            args.paths.iter().map(|path| permissions(&dir, path)).collect();
        Ok(Reply::Permissions(found?))
    })
    .await
}

fn permissions(dir: &AttemptDir, path: &WorkPath) -> Result<Permissions, CallError> {
    let stat = if path.is_root() {
        dir.work.stat_dir(dir.work.root())
    } else {
        let (parent, name) = place(dir, path)?;
        dir.work.stat(&parent, &name, Follow::No)
    };
    let bits = stat.map_err(|e| failed(path, &e))?.permissions;
    Permissions::try_from(bits).map_err(|e| CallError::internal(e.to_string()))
}

/// Sets them one by one: what comes before one that fails stays, as with any other change of files.
pub(crate) async fn set(session: &Arc<Session>, args: SetPermissions) -> Answer {
    let dir = Arc::clone(&session.spec.dir);
    blocking(move || {
        for (path, permissions) in &args.changes {
            let (parent, name) = place(&dir, path)?;
            let changed = dir.work.set_permissions(&parent, &name, permissions.bits());
            changed.map_err(|e| failed(path, &e))?;
        }
        Ok(Reply::Done(()))
    })
    .await
}
