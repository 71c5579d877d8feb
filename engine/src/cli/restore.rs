//! `windlass restore`: a data directory out of a backup.

use std::path::PathBuf;

use crate::backup::restore;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArgs {
    /// The file that `windlass backup` has written.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// The directory to make. It must not be there, or be empty.
    #[arg(long, default_value = ".windlass", value_name = "DIR")]
    data: PathBuf,
}

impl RestoreArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        restore(&self.from, &self.data).await?;
        let data = self.data.display();
        anstream::println!("{data} is as it was. Start it with\n  windlass serve --data {data}");
        Ok(0)
    }
}
