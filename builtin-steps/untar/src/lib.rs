//! The promotion step `untar`: unpacks a tar archive.

mod archive;
mod names;
mod place;
mod unpack;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use windlass_step::{Context, Outcome, Step};

use archive::Archive;
use place::Destination;
use unpack::Unpacking;

/// How a file begins that is compressed with gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes of an archive that are read at once.
const BUFFER_LEN: usize = 64 << 10;

/// The step.
#[derive(Debug)]
pub struct Untar;

/// What to unpack, and where to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The archive.
    #[schemars(length(min = 1))]
    in_path: String,
    /// The directory. It is replaced if it is there already.
    #[schemars(length(min = 1))]
    out_path: String,
    /// So many directories are taken off the front of each name. What has no more parts is left out.
    #[serde(default, deserialize_with = "whole_number")]
    #[schemars(with = "u64")]
    strip_components: u64,
    /// Leaves out what has this name.
    #[serde(default)]
    #[schemars(length(min = 1))]
    ignore: String,
}

/// A number that the schema knows to be whole, be it written `1` or `1.0`.
fn whole_number<'d, D: Deserializer<'d>>(deserializer: D) -> Result<u64, D::Error> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it saturates, and is not negative"
    )]
    f64::deserialize(deserializer).map(|number| number as u64)
}

impl Step for Untar {
    type Config = Config;

    fn run(config: Config, context: &Context) -> Outcome {
        match untar(&config, context) {
            Ok(()) => Outcome::succeeded(),
            Err(message) => Outcome::errored(message),
        }
    }
}

fn untar(config: &Config, context: &Context) -> Result<(), String> {
    let resolve = |what: &str, path: &str| {
        context.resolve(path).map_err(|e| format!("could not secure join {what} {path:?}: {e}"))
    };
    let archive = resolve("inPath", &config.in_path)?;
    let destination = Destination::new(resolve("outPath", &config.out_path)?, context)?;
    let unpacked = unpack(&archive, destination.making(), config, context)
        .map_err(|reason| format!("failed to extract tar file {:?}: {reason}", config.in_path));
    match unpacked {
        Ok(()) => destination.replace(&config.out_path),
        Err(message) => {
            destination.give_up();
            Err(message)
        }
    }
}

/// Unpacks an archive into a directory that is empty.
fn unpack(path: &Path, into: &Path, config: &Config, context: &Context) -> Result<(), String> {
    let mut archive = Archive::new(open(path, &config.in_path)?);
    let mut unpacking = Unpacking::new(into, context);
    while let Some(entry) = archive.next().map_err(|e| format!("error reading tar: {e}"))? {
        let Some(name) = names::wanted(&entry.name, config.strip_components, &config.ignore) else {
            continue;
        };
        if let Some(parts) = names::parts(name) {
            unpacking.add(&parts, &entry, &mut archive)?;
        }
    }
    unpacking.finish()
}

/// What an archive holds, uncompressed.
fn open(path: &Path, text: &str) -> Result<Box<dyn Read>, String> {
    let mut file = File::open(path).map_err(|e| format!("failed to open tar file {text:?}: {e}"))?;
    let mut start = [0; GZIP.len()];
    let read = read_up_to(&mut file, &mut start).and_then(|len| file.rewind().map(|()| len));
    let unread = |reason: &dyn std::fmt::Display| format!("failed to read file header: {reason}");
    if read.map_err(|e| unread(&e))? == 0 {
        return Err(unread(&"the file is empty"));
    }
    let file = BufReader::with_capacity(BUFFER_LEN, file);
    Ok(if start == GZIP { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// Fills the buffer, as far as there is something to fill it with.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(len) => filled += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

windlass_step::export!(Untar);
