//! The options that pick freight.

use crate::run::FreightChoice;

/// Which freight.
#[derive(Debug, clap::Args)]
pub(crate) struct FreightArgs {
    /// Freight: a name, the beginning of one, or an alias. Otherwise the newest.
    #[arg(long, conflicts_with_all = ["image", "commit"])]
    freight: Option<String>,
    /// An image to take in the place of the newest. Can be given more than once.
    #[arg(long, value_name = "REPOSITORY:TAG")]
    image: Vec<String>,
    /// A commit to take in the place of the newest. Can be given more than once.
    #[arg(long, value_name = "[REPOSITORY@]COMMIT")]
    commit: Vec<String>,
    /// The warehouse, if the stage requests freight of several.
    #[arg(long)]
    warehouse: Option<String>,
}

impl FreightArgs {
    /// What the user said.
    pub(crate) fn choice(&self) -> FreightChoice {
        FreightChoice {
            freight: self.freight.clone(),
            images: self.image.clone(),
            commits: self.commit.clone(),
            warehouse: self.warehouse.clone(),
        }
    }
}
