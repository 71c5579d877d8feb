//! Installs what is needed to build guests and to run the tests: the WebAssembly target by rustup, or where rustup reaches
//! none, Debian's packages; for the rest Debian's packages.

use std::path::Path;

use crate::Failed;
use crate::command::{Run, say};
use crate::toolchain::{TARGET, Toolchain, clang, component_linker, wasm_ld};
use crate::workspace;

/// rustup gets this long, in seconds: behind a closed network it waits for ever.
const RUSTUP_SECONDS: &str = "120";

/// What compiles Rust to components where rustup cannot.
const RUST_PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "lld-19", "wasi-libc", "ca-certificates"];

/// What compiles the C guest of the tests.
const C_PACKAGES: [&str; 4] = ["clang-14", "lld-14", "wasi-libc", "libclang-rt-14-dev-wasm32"];

/// Where systems keep the server; testkit looks there as well.
const SSHD: [&str; 3] = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];

/// Makes sure that guests can be built; how.
pub(crate) fn setup() -> Result<Toolchain, Failed> {
    for (program, argument) in [("git", "--version"), ("go", "version")] {
        if !Run::new(program).arg(argument).succeeds() {
            return Err(format!("{program} is needed and cannot be run; install it first"));
        }
    }
    if let Some(toolchain) = Toolchain::find() {
        return Ok(toolchain);
    }
    say(&format!("setup: asking rustup for {TARGET}"));
    let added = Run::new("timeout").args([RUSTUP_SECONDS, "rustup", "target", "add", TARGET]).run();
    if added.is_err() {
        say("setup: rustup cannot install it, so Debian's packages are used");
        install(&RUST_PACKAGES)?;
        install_component_linker()?;
    }
    Toolchain::find().ok_or_else(|| {
        format!("{TARGET} still cannot be built; run `rustup target add {TARGET}` and see what it says")
    })
}

/// Makes sure that the C guest can be built; the compiler.
pub(crate) fn setup_c() -> Result<&'static str, Failed> {
    let has_libc = Path::new("/usr/lib/wasm32-wasi/libc.a").exists();
    let has_runtime = ["/usr/lib/llvm-14", "/usr/lib/clang"].iter().any(|dir| Path::new(dir).exists());
    if clang().is_none() || !has_libc || !has_runtime || wasm_ld().is_none() {
        install(&C_PACKAGES)?;
    }
    clang().ok_or_else(|| "clang is needed for the C guest of the tests and cannot be run".to_owned())
}

/// Makes sure that tests can serve Git over SSH.
pub(crate) fn setup_sshd() -> Result<(), Failed> {
    let there = || SSHD.iter().any(|path| Path::new(path).exists());
    if !there() {
        install(&["openssh-server"])?;
        say(
            "setup: Debian's openssh-server may start a server of its own; `systemctl disable --now ssh` ends it",
        );
    }
    if there() {
        Ok(())
    } else {
        Err("sshd is needed for the tests of Git over SSH and is not there".to_owned())
    }
}

/// Makes sure that tests can make keys and verify signatures.
pub(crate) fn setup_gpg() -> Result<(), Failed> {
    let there = || ["gpg", "gpgconf"].iter().all(|program| Run::new(program).arg("--version").succeeds());
    if !there() {
        install(&["gnupg"])?;
    }
    if there() {
        Ok(())
    } else {
        Err("gpg is needed for the tests of signed commits and is not there".to_owned())
    }
}

fn install(packages: &[&str]) -> Result<(), Failed> {
    let wanted = packages.join(" ");
    let apt = |run: Run| {
        run.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages)
    };
    let is_root = Run::new("id").arg("-u").output().is_ok_and(|id| id == "0");
    say(&format!("setup: installing {wanted}"));
    let get = || if is_root { Run::new("apt-get") } else { Run::new("sudo").args(["-n", "-E", "apt-get"]) };
    if apt(get()).run().is_ok() {
        return Ok(());
    }
    // A fresh machine has no lists of packages yet.
    get().arg("update").run().and_then(|()| apt(get()).run()).map_err(|error| {
        format!("{error}\nThe packages {wanted} are needed. Install them with your package manager, then run this again.")
    })
}

/// The program that wraps modules into components; its caller looks for a `wasm-ld` beside it.
fn install_component_linker() -> Result<(), Failed> {
    let tools = workspace::tools();
    if !component_linker().exists() {
        Run::new("cargo").args(["install", "wasm-component-ld", "--locked", "--root"]).arg(&tools).run()?;
    }
    let link = tools.join("bin/wasm-ld");
    let ld = wasm_ld().ok_or("wasm-ld was not installed with lld-19")?;
    if !link.exists() {
        std::os::unix::fs::symlink(&ld, &link).map_err(|e| format!("{}: {e}", link.display()))?;
    }
    Ok(())
}
