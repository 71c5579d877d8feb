//! A folder of recorded answers: which files of cases it holds, and where its deviations are listed.

use std::path::{Path, PathBuf};

/// The list of deviations, in a folder.
const DEVIATIONS: &str = "deviations.yaml";

/// A folder.
pub(crate) struct Folder {
    dir: PathBuf,
}

/// A file with a case a line.
pub(crate) struct LineFile {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl Folder {
    /// The folder that somebody names, or else the project's own.
    pub(crate) fn find(given: Option<&Path>) -> Result<Self, String> {
        let dir = given.map_or_else(own, Path::to_owned);
        if dir.is_dir() { Ok(Self { dir }) } else { Err(format!("{} is no directory", dir.display())) }
    }

    pub(crate) fn shown(&self) -> std::path::Display<'_> {
        self.dir.display()
    }

    /// Where the deviations are listed: in the folder, or else in the project's own.
    pub(crate) fn deviations(&self) -> PathBuf {
        let here = self.dir.join(DEVIATIONS);
        if self.owns_deviations() { here } else { own().join(DEVIATIONS) }
    }

    /// Whether it has a list of its own, all of which must be about its cases.
    pub(crate) fn owns_deviations(&self) -> bool {
        self.dir.join(DEVIATIONS).exists()
    }

    /// Where the cases of steps are.
    pub(crate) fn steps(&self) -> PathBuf {
        self.dir.join("steps")
    }

    /// The files of JSON Lines, by name.
    pub(crate) fn line_files(&self) -> Result<Vec<LineFile>, String> {
        let is_lines = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jsonl");
        let files = sorted(&self.dir)?.into_iter().filter(is_lines);
        Ok(files.map(|path| LineFile { name: name_of(&path), path }).collect())
    }
}

/// The recorded answers that belong to the project.
fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("vectors")
}

/// What is in a directory, by name.
pub(crate) fn sorted(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", dir.display());
    let entries = std::fs::read_dir(dir).map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
