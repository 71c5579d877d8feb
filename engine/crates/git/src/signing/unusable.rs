//! Why nothing can be signed with a key.

/// Why nothing can be signed with a key. It says nothing of what the key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    /// It is not in the form in which keys are exported.
    #[error(
        "it is not an OpenPGP private key in ASCII armor (-----BEGIN PGP PRIVATE KEY BLOCK-----), as `gpg --armor \
         --export-secret-keys` writes it"
    )]
    NotArmored,
    /// It has the form, and not the content.
    #[error("it is damaged, or not a key of version 4; export it anew")]
    Damaged,
    /// It is encrypted.
    #[error("it has a passphrase, for which nobody can be asked; export a copy of it without one")]
    Locked,
    /// Only the public half is there.
    #[error("the half that signs is not in it; export it from where it is kept")]
    Absent,
    /// No key of it may sign, or may still sign.
    #[error("none of its keys may sign: they are for other uses, expired or revoked")]
    MayNotSign,
    /// An algorithm that is not known here.
    #[error(
        "its algorithm cannot be used here (OpenPGP's number {0}); RSA of 2048 bits or more, Ed25519 and NIST's curves can"
    )]
    Algorithm(u8),
}
