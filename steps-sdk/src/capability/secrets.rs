//! Secrets. A secret arrives as a token; the host puts the value in where a granted request carries the token. A step
//! that must have the value itself asks for the grant `secrets.reveal`.

use crate::Error;
use crate::context::Context;

impl Context {
    /// The value behind a token.
    ///
    /// # Errors
    /// If the step has no grant for it, or the text is no token of this attempt.
    pub fn reveal(&self, token: &str) -> Result<String, Error> {
        self.host.reveal(token)
    }
}
