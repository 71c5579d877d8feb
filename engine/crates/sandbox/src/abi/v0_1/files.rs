//! The interface `files`.

use windlass_model::call::files::{Copy, Look, Permissions, SetPermissions};
use windlass_model::call::{Call, CallError, Reply, WorkPath};

use super::bindings::windlass::step::files;
use super::convert::{Told, error, tell};
use crate::guest::Guest;

impl files::Host for Guest {
    fn permissions(&mut self, paths: Vec<String>) -> Told<Vec<u32>> {
        let paths = paths.into_iter().map(WorkPath::from).collect();
        tell(self.call(Call::FilesPermissions(Look { paths })), |reply| match reply {
            Reply::Permissions(found) => Some(found.into_iter().map(Permissions::bits).collect()),
            _ => None,
        })
    }

    fn copy(&mut self, copies: Vec<(String, String)>) -> Told<()> {
        let copies =
            copies.into_iter().map(|(from, to)| (WorkPath::from(from), WorkPath::from(to))).collect();
        tell(self.call(Call::FilesCopy(Copy { copies })), |reply| match reply {
            Reply::Done(()) => Some(()),
            _ => None,
        })
    }

    fn set_permissions(&mut self, changes: Vec<(String, u32)>) -> Told<()> {
        let change = |(path, bits)| Ok((WorkPath::from(path), Permissions::try_from(bits)?));
        let changes: Result<Vec<_>, windlass_model::call::files::InvalidPermissions> =
            changes.into_iter().map(change).collect();
        match changes {
            Ok(changes) => {
                tell(self.call(Call::FilesSetPermissions(SetPermissions { changes })), |reply| match reply {
                    Reply::Done(()) => Some(()),
                    _ => None,
                })
            }
            Err(wrong) => {
                Ok(Err(error(CallError::invalid("argument-not-understood", format!("changes: {wrong}")))))
            }
        }
    }
}
