//! Telling a step the value of a secret: only with a grant of its own, and never unnoticed.

use windlass_model::call::attempt::Revealed;
use windlass_model::call::{Answer, CallError, Reply};

use crate::session::Session;

pub(crate) fn reveal(session: &Session, token: &str) -> Answer {
    let value = session.secrets.reveal(token).ok_or_else(|| {
        CallError::not_found("unknown-token", "the text is not the token of a secret of this attempt")
    })?;
    session.mark_revealed();
    Ok(Reply::Revealed(Revealed(value)))
}
