//! `windlass step build`: the manifest of a step, from `step.toml` and from what the step says of itself, into the binary.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use windlass_catalog::{IndexEntry, StepIndex, check_schema};
use windlass_model::digest::Digest;
use windlass_model::step_manifest::StepManifest;
use windlass_sandbox::{ManifestError, add_manifest, describe};

use super::scratch::Scratch;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct BuildArgs {
    /// The binary: a component, or a preview1 module.
    wasm: PathBuf,
    /// The step's description.
    #[arg(long, default_value = "step.toml", value_name = "FILE")]
    manifest: PathBuf,
    /// The directory to put the finished step into, named by its digest, with an entry in the directory's index.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

impl BuildArgs {
    pub(crate) fn run(&self) -> Result<u8, Failure> {
        let binary = read(&self.wasm)?;
        let manifest = self.manifest(&binary)?;
        let finished = add_manifest(&binary, &manifest).map_err(|e| wrong(&self.wasm, &e))?;
        let digest = Digest::of(&finished);
        let file = format!("{}-{}.wasm", manifest.name, &digest.hex()[..16]);
        let failed = |e: std::io::Error| Failure::environment(format!("{}: {e}", self.into.display()));
        std::fs::create_dir_all(&self.into).map_err(failed)?;
        std::fs::write(self.into.join(&file), finished).map_err(failed)?;
        let mut index = StepIndex::read(&self.into).unwrap_or_default();
        index.v = 1;
        let name = manifest.name.clone();
        let replaced = index.steps.insert(name.clone(), IndexEntry { file: file.clone(), digest, manifest });
        index.write(&self.into).map_err(failed)?;
        if let Some(old) = replaced.filter(|old| old.file != file) {
            // Left over from the last build; nobody names it any more.
            let _ = std::fs::remove_file(self.into.join(old.file));
        }
        anstream::println!("{name} {digest}");
        Ok(0)
    }

    /// `step.toml`, in which schemas may be files, over what the component says of itself.
    fn manifest(&self, binary: &[u8]) -> Result<StepManifest, Failure> {
        let text = String::from_utf8(read(&self.manifest)?).map_err(|e| wrong(&self.manifest, &e))?;
        let written: Map<String, Value> = toml::from_str(&text).map_err(|e| wrong(&self.manifest, &e))?;
        let is_component = binary.get(4..8) == Some(&[0x0d, 0, 1, 0]);
        let mut manifest = if is_component { self.described(binary)? } else { Map::new() };
        let dir = self.manifest.parent().unwrap_or_else(|| Path::new("."));
        for (key, value) in written {
            let value = match (&value, key.as_str()) {
                (Value::String(file), "configSchema" | "outputSchema") => {
                    let path = dir.join(file);
                    serde_json::from_slice(&read(&path)?).map_err(|e| wrong(&path, &e))?
                }
                _ => value,
            };
            manifest.insert(key, value);
        }
        for key in ["configSchema", "outputSchema"] {
            if let Some(schema) = manifest.get(key).filter(|schema| !schema.is_null()) {
                check_schema(schema).map_err(|e| wrong(&self.manifest, &format!("{key}: {e}")))?;
            }
        }
        serde_json::from_value(Value::Object(manifest)).map_err(|e| wrong(&self.manifest, &e))
    }

    /// What a component says of itself. A plain WASI command says nothing: its step.toml says everything.
    fn described(&self, binary: &[u8]) -> Result<Map<String, Value>, Failure> {
        match describe(binary, Scratch::make()?.dir()) {
            Err(ManifestError::Undescribed) => Ok(Map::new()),
            described => described.map_err(|e| wrong(&self.wasm, &e)),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::input(format!("{}: {e}", path.display())))
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::input(format!("{}: {error}", path.display()))
}
