//! GnuPG: makes keys that commits are signed with, and verifies what was signed.

use std::path::Path;
use std::process::{Command, Output};

/// Options for a key without a passphrase.
const QUIET: [&str; 6] = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];

/// GnuPG in a home of its own, which ends with the test.
pub struct Gnupg(tempfile::TempDir);

impl Default for Gnupg {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Gnupg {
    /// A new key of somebody, `Ada <ada@example.com>`, armored.
    #[must_use]
    pub fn key(&self, owner: &str) -> String {
        // Older than any test.
        let faked = "--faked-system-time=20260101T000000!";
        let generate = ["--quick-gen-key", owner, "ed25519", "sign", "never"];
        assert!(self.run("gpg", &[&QUIET[..], &[faked], &generate].concat()).status.success());
        let key = self.run("gpg", &[&QUIET[..], &["--armor", "--export-secret-keys"]].concat()).stdout;
        String::from_utf8(key).unwrap()
    }

    /// What GnuPG says of a commit's signature, if it is good.
    #[must_use]
    pub fn verify(&self, repository: &Path, commit: &str) -> Option<String> {
        let args = ["-C", repository.to_str().unwrap(), "verify-commit", "--raw", commit];
        let verified = self.run("git", &args);
        let said = String::from_utf8(verified.stderr).unwrap();
        (verified.status.success() && said.contains("GOODSIG")).then_some(said)
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        Command::new(program).args(args).env("GNUPGHOME", self.0.path()).output().unwrap()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        self.run("gpgconf", &["--kill", "gpg-agent"]);
    }
}
