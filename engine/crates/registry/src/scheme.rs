//! Whether a registry speaks TLS. Every one must, except on this machine, where it is tried, as go-containerregistry
//! does: with TLS first, then without.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method};
use windlass_ports::images::RegistryError;

use crate::answer::unreachable;
use crate::reference::Repository;
use crate::session::Wire;

/// Registries of this machine that are remembered; beyond that all are tried anew.
const MAX_KNOWN: usize = 1_000;

/// How the registries of this machine speak.
#[derive(Debug, Default)]
pub(crate) struct Schemes(Mutex<HashMap<String, &'static str>>);

impl Schemes {
    /// The scheme of a repository's registry.
    pub(crate) async fn of(
        &self,
        wire: &Wire<'_>,
        repository: &Repository,
    ) -> Result<&'static str, RegistryError> {
        if !repository.is_loopback() {
            return Ok("https");
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&repository.host).copied();
        if let Some(scheme) = known {
            return Ok(scheme);
        }
        let mut failure = None;
        for scheme in ["https", "http"] {
            let url = repository.url(scheme, "")?;
            match wire.send(Method::GET, url, HeaderMap::new()).await {
                Ok(_) => {
                    let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                    if known.len() >= MAX_KNOWN {
                        known.clear();
                    }
                    known.insert(repository.host.clone(), scheme);
                    return Ok(scheme);
                }
                Err(error) => failure = Some(unreachable(&error)),
            }
        }
        Err(failure.unwrap_or_else(|| RegistryError::InvalidName(repository.name.clone())))
    }
}
