//! `windlass backup`: everything that a server must not lose, in one file.

use std::path::PathBuf;

use crate::backup::back_up;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct BackupArgs {
    /// The file to write. It holds secrets and the key of the installation: keep it as safe as those.
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// Where the server keeps everything. It may be running.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
}

impl BackupArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        let held = back_up(&self.data, &self.to).await?;
        let size = held.bytes.div_ceil(1024);
        anstream::println!("{}: the database and {} texts, {size} KiB", self.to.display(), held.blobs);
        Ok(0)
    }
}
