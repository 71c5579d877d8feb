//! Who asks, and whether he may. Every route goes through here.

use axum::http::HeaderMap;
use windlass_ports::control_plane::Actor;

use crate::answer::Refusal;

/// How callers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone who can reach the server is its admin. Only for servers on loopback.
    Development,
}

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Nothing: also those may use it whom nobody knows.
    Anyone,
    /// To be known.
    Known,
    /// To do something with a kind of resource.
    Verb(&'static str, &'static str),
    /// What it is about decides, document by document.
    EachDocument,
}

impl Access {
    /// Who asks, if he may use a route with this permission.
    pub(crate) fn check(self, permission: Permission, _headers: &HeaderMap) -> Result<Actor, Refusal> {
        match (self, permission) {
            (Self::Development, Permission::Anyone) => Ok(Actor(String::new())),
            (Self::Development, Permission::Known | Permission::Verb(..) | Permission::EachDocument) => {
                Ok(Actor("admin".to_owned()))
            }
        }
    }
}
