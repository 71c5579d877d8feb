//! How Rust guests are compiled: with rustup's target, or with the compiler that Debian packages for WebAssembly.

use std::path::{Path, PathBuf};

use crate::command::Run;
use crate::workspace;

/// A way to compile Rust to components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// `rustup target add wasm32-wasip2` has been done.
    Rustup,
    /// Debian's `rustc-web` with the sources of the standard library, and our own `wasm-component-ld`.
    Debian,
}

/// The target of all Rust guests.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Where Debian's wasi-libc has its libraries.
const WASI_LIBRARIES: &str = "/usr/lib/wasm32-wasi";

impl Toolchain {
    /// The way that is there; none before setup.
    pub(crate) fn find() -> Option<Self> {
        if has_rustup_target() {
            return Some(Self::Rustup);
        }
        let debian = debian_rustc().exists()
            && wasm_ld().is_some()
            && Path::new(WASI_LIBRARIES).exists()
            && component_linker().exists();
        debian.then_some(Self::Debian)
    }

    /// `cargo build` for guests, with nothing chosen yet.
    pub(crate) fn cargo_build(&self) -> Run {
        let target_dir = workspace::target().join("guests");
        let run = match self {
            Self::Rustup => Run::new("cargo").arg("build"),
            Self::Debian => debian_cargo_build(),
        };
        run.dir(workspace::root())
            .args(["--profile", "guest", "--target", TARGET, "--target-dir"])
            .arg(target_dir)
    }

    /// Where it puts what it made.
    pub(crate) fn built() -> PathBuf {
        workspace::target().join("guests").join(TARGET).join("guest")
    }
}

/// Debian's standard library for the target lacks what components need, so it is built from its sources, and the linker
/// comes from elsewhere.
fn debian_cargo_build() -> Run {
    #[expect(clippy::disallowed_methods, reason = "the linker is put before the developer's own PATH")]
    let path = std::env::var("PATH").unwrap_or_default();
    let tools = workspace::tools().join("bin");
    Run::new("/usr/bin/cargo")
        .arg("build")
        .env("PATH", format!("{}:{path}", tools.display()))
        .env("RUSTC", debian_rustc())
        .without_env("RUSTUP_TOOLCHAIN")
        .without_env("CARGO")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", format!("-Clink-self-contained=no -L native={WASI_LIBRARIES}"))
        .env("CARGO_TARGET_WASM32_WASIP2_LINKER", component_linker())
        .arg("-Zbuild-std=std,panic_abort")
}

fn has_rustup_target() -> bool {
    let listed = Run::new("rustup").args(["target", "list", "--installed"]);
    listed.output().is_ok_and(|targets| targets.lines().any(|target| target == TARGET))
}

pub(crate) fn debian_rustc() -> PathBuf {
    PathBuf::from("/usr/bin/rustc")
}

/// The linker that makes components.
pub(crate) fn component_linker() -> PathBuf {
    workspace::tools().join("bin/wasm-component-ld")
}

/// The linker that it calls.
pub(crate) fn wasm_ld() -> Option<PathBuf> {
    ["/usr/bin/wasm-ld-19", "/usr/bin/wasm-ld-14"].map(PathBuf::from).into_iter().find(|path| path.exists())
}

/// C for WASI: Debian's or LLVM's clang with wasi-libc.
pub(crate) fn clang() -> Option<&'static str> {
    ["clang-14", "clang-19", "clang"].into_iter().find(|name| Run::new(name).arg("--version").succeeds())
}
