//! `windlass demo`: a whole pipeline on loopback, from the newest commit to production.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::demo::Demo;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// End when everything is promoted, instead of waiting for Ctrl-C.
    #[arg(long)]
    exit: bool,
    /// Where to put the repository, the manifests and the record; must be empty or absent. Otherwise a new temporary
    /// directory.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Where the servers listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    listen: SocketAddr,
}

impl DemoArgs {
    pub(crate) async fn run(&self) -> Result<u8, Failure> {
        if !self.listen.ip().is_loopback() {
            return Err(Failure::input(format!("{} is no address of loopback", self.listen))
                .hint("the demo's servers let everyone in; name an address such as 127.0.0.1:8417"));
        }
        Demo::start(self.dir.clone(), self.listen).await?.run(self.exit).await
    }
}
