//! Keys as `ssh-keygen` writes them.

use std::path::Path;
use std::process::Command;

use super::*;

/// Makes a key; the private and the public half.
fn make(options: &[&str]) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-C", "", "-f"]).arg(&path).args(options).status();
    assert!(made.unwrap().success(), "ssh-keygen {options:?}");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    (read(&path), read(&path.with_extension("pub")))
}

fn unusable(text: &str) -> Option<Unusable> {
    Key::read(text).err()
}

#[test]
fn every_format_is_read() {
    for options in [
        &["-t", "ed25519", "-N", ""][..],
        &["-t", "ecdsa", "-b", "256", "-N", ""],
        &["-t", "ecdsa", "-b", "384", "-N", "", "-m", "PEM"],
        &["-t", "ecdsa", "-b", "521", "-N", "", "-m", "PKCS8"],
        &["-t", "rsa", "-b", "2048", "-N", ""],
        &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"],
        &["-t", "rsa", "-b", "3072", "-N", "", "-m", "PKCS8"],
    ] {
        let (private, public) = make(options);
        let key = Key::read(&private).ok().unwrap();
        assert_eq!(key.public().to_openssh().unwrap().trim(), public.trim(), "{options:?}");
        // As it looks after a walk through YAML that was not careful.
        let bent = format!("\n  {}", private.trim_end().replace('\n', "\r\n   "));
        assert_eq!(Key::read(&bent).ok().unwrap().public(), key.public(), "{options:?}");
    }
    // The example of RFC 8410.
    let pkcs8 = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                 -----END PRIVATE KEY-----";
    assert!(Key::read(pkcs8).ok().unwrap().fingerprint().starts_with("ssh-ed25519 SHA256:"));
}

#[test]
fn a_fingerprint_is_that_of_ssh_keygen() {
    let dir = tempfile::tempdir().unwrap();
    let (private, public) = make(&["-t", "rsa", "-b", "2048", "-N", ""]);
    std::fs::write(dir.path().join("key.pub"), public).unwrap();
    let told = Command::new("ssh-keygen").arg("-lf").arg(dir.path().join("key.pub")).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let fingerprint = told.split(' ').nth(1).unwrap();
    assert_eq!(Key::read(&private).ok().unwrap().fingerprint(), format!("ssh-rsa {fingerprint}"));
}

#[test]
fn an_encrypted_key_is_told_from_a_broken_one() {
    for options in [
        &["-t", "ed25519", "-N", "secret"][..],
        &["-t", "rsa", "-b", "2048", "-N", "secret"],
        &["-t", "rsa", "-b", "2048", "-N", "secret", "-m", "PEM"],
        &["-t", "ecdsa", "-N", "secret", "-m", "PKCS8"],
    ] {
        assert_eq!(unusable(&make(options).0), Some(Unusable::Encrypted), "{options:?}");
    }
}

#[test]
fn what_is_no_private_key_is_told() {
    let (private, public) = make(&["-t", "ed25519", "-N", ""]);
    let (small, _) = make(&["-t", "rsa", "-b", "1024", "-N", ""]);
    let (small_pem, _) = make(&["-t", "rsa", "-b", "1024", "-N", "", "-m", "PEM"]);
    let cut = private.lines().take(3).collect::<Vec<_>>().join("\n");
    let on_one_line = private.replace('\n', " ");
    for (text, expected) in [
        ("", Unusable::NoKey),
        ("hunter2", Unusable::NoKey),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", Unusable::NoKey),
        (&public, Unusable::Public),
        (&cut, Unusable::Damaged),
        (&on_one_line, Unusable::Damaged),
        ("-----BEGIN PRIVATE KEY-----\n%%\n-----END PRIVATE KEY-----", Unusable::Damaged),
        ("-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----", Unusable::Damaged),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", Unusable::Rsa),
        ("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----", Unusable::Type),
        (&small, Unusable::Rsa),
        (&small_pem, Unusable::Rsa),
    ] {
        assert_eq!(unusable(text), Some(expected), "{text}");
    }
}
