//! GnuPG: makes keys that commits are signed with, and verifies what was signed.

use std::path::Path;
use std::process::{Command, Output};

/// Options for a key without a passphrase.
const QUIET: [&str; 6] = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];

/// GnuPG in a home of its own, which ends with the test.
pub struct Gnupg(tempfile::TempDir);

impl Default for Gnupg {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }
}

impl Gnupg {
    /// A new key of somebody, `Ada <ada@example.com>`, armored.
    ///
    /// # Panics
    /// If GnuPG is not there or refuses.
    #[must_use]
    pub fn key(&self, owner: &str) -> String {
        // Older than any test.
        let faked = "--faked-system-time=20260101T000000!";
        let generate = ["--quick-gen-key", owner, "ed25519", "sign", "never"];
        assert!(self.run("gpg", &[&QUIET[..], &[faked], &generate].concat()).status.success());
        let key = self.run("gpg", &[&QUIET[..], &["--armor", "--export-secret-keys"]].concat()).stdout;
        String::from_utf8(key).expect("a text")
    }

    /// What GnuPG says of a commit's signature, if it is good.
    ///
    /// # Panics
    /// If Git is not there.
    #[must_use]
    pub fn verify(&self, repository: &Path, commit: &str) -> Option<String> {
        let args = ["-C", repository.to_str().expect("a path"), "verify-commit", "--raw", commit];
        let verified = self.run("git", &args);
        let said = String::from_utf8(verified.stderr).expect("a text");
        (verified.status.success() && said.contains("GOODSIG")).then_some(said)
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        Command::new(program).args(args).env("GNUPGHOME", self.0.path()).output().expect("GnuPG or Git")
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        self.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}
