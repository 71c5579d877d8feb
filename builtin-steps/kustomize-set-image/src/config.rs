//! The configuration of `kustomize-set-image`.

use schemars::JsonSchema;
use serde::Deserialize;

/// What to set, and where.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The directory of the kustomization file.
    #[schemars(length(min = 1))]
    pub(crate) path: String,
    /// The images; those of the freight if there is none.
    #[serde(default)]
    pub(crate) images: Vec<ImageUpdate>,
}

/// One image. `*` for the new name, the tag or the digest keeps what the file has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("allOf" = [windlass_step::exactly_one(&["tag", "digest"])]))]
pub struct ImageUpdate {
    /// The image, as the manifests name it.
    #[schemars(length(min = 1))]
    pub(crate) image: String,
    /// How the kustomization file names it, if otherwise.
    #[serde(default)]
    pub(crate) name: String,
    /// What to use in its place.
    #[serde(default)]
    pub(crate) new_name: String,
    /// The tag.
    #[serde(default)]
    pub(crate) tag: String,
    /// The digest, `sha256:…`.
    #[serde(default)]
    pub(crate) digest: String,
}
