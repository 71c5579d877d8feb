//! Small images, made on the spot: an empty layer, a configuration, a manifest, and an index if they are for several
//! platforms. The same description gives the same digests.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};
use windlass_model::digest::Digest;
use windlass_model::time::Timestamp;

use super::store::{RegistryRefusal, Store};

/// An archive with nothing in it.
const EMPTY_TAR: [u8; 1_024] = [0; 1_024];

/// Which media types an image has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImageFormat {
    /// Those of the OCI image-spec.
    #[default]
    Oci,
    /// Docker's, version 2 schema 2. These have no annotations.
    Docker,
}

/// What an image runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
}

impl Platform {
    /// The platform of these names.
    #[must_use]
    pub fn new(os: impl Into<String>, architecture: impl Into<String>) -> Self {
        Self { os: os.into(), architecture: architecture.into() }
    }
}

/// An image to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewImage {
    /// The media types.
    pub format: ImageFormat,
    /// Labels in the configuration.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the manifest, or of the index.
    pub annotations: BTreeMap<String, String>,
    /// When it was built, in the configuration.
    pub created: Option<Timestamp>,
    /// What it runs on: none means one manifest for linux/amd64, several make an index.
    pub platforms: Vec<Platform>,
}

/// What was made of a [`NewImage`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedImage {
    /// The digest of the manifest or index behind the tag.
    pub digest: Digest,
    /// The digest of the manifest for each platform.
    pub manifests: Vec<Digest>,
}

impl ImageFormat {
    fn manifest(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.manifest.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.v2+json",
        }
    }

    fn index(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.index.v1+json",
            Self::Docker => "application/vnd.docker.distribution.manifest.list.v2+json",
        }
    }

    fn config(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.config.v1+json",
            Self::Docker => "application/vnd.docker.container.image.v1+json",
        }
    }

    fn layer(self) -> &'static str {
        match self {
            Self::Oci => "application/vnd.oci.image.layer.v1.tar",
            Self::Docker => "application/vnd.docker.image.rootfs.diff.tar",
        }
    }
}

impl NewImage {
    /// The same image with one more label.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// The same image with one more annotation.
    #[must_use]
    pub fn annotation(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }

    /// The same image, for one more platform.
    #[must_use]
    pub fn platform(mut self, os: &str, architecture: &str) -> Self {
        self.platforms.push(Platform::new(os, architecture));
        self
    }

    pub(super) fn add_to(
        &self,
        store: &mut Store,
        repository: &str,
        tag: &str,
    ) -> Result<AddedImage, RegistryRefusal> {
        let default = [Platform::new("linux", "amd64")];
        let platforms = if self.platforms.is_empty() { &default[..] } else { &self.platforms[..] };
        if let [platform] = platforms {
            let digest = self.add_manifest(store, repository, Some(tag), platform, &self.annotations)?.0;
            return Ok(AddedImage { digest, manifests: vec![digest] });
        }
        let mut manifests = Vec::new();
        let mut entries = Vec::new();
        for platform in platforms {
            let (digest, size) = self.add_manifest(store, repository, None, platform, &BTreeMap::new())?;
            manifests.push(digest);
            let mut entry = descriptor(self.format.manifest(), digest, size);
            entry["platform"] = json!({"architecture": platform.architecture, "os": platform.os});
            entries.push(entry);
        }
        let mut index = json!({"schemaVersion": 2, "mediaType": self.format.index(), "manifests": entries});
        self.annotate(&mut index, &self.annotations);
        let digest =
            store.add_manifest(repository, Some(tag), self.format.index(), Bytes::from(index.to_string()))?;
        Ok(AddedImage { digest, manifests })
    }

    fn add_manifest(
        &self,
        store: &mut Store,
        repository: &str,
        tag: Option<&str>,
        platform: &Platform,
        annotations: &BTreeMap<String, String>,
    ) -> Result<(Digest, usize), RegistryRefusal> {
        let layer = store.add_blob(repository, Bytes::from_static(&EMPTY_TAR))?;
        let mut config = json!({
            "architecture": platform.architecture,
            "os": platform.os,
            "config": {"Labels": self.labels},
            "rootfs": {"type": "layers", "diff_ids": [layer]},
        });
        if let Some(created) = self.created {
            config["created"] = json!(created);
        }
        let config = config.to_string();
        let config_size = config.len();
        let config = store.add_blob(repository, Bytes::from(config))?;
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": self.format.manifest(),
            "config": descriptor(self.format.config(), config, config_size),
            "layers": [descriptor(self.format.layer(), layer, EMPTY_TAR.len())],
        });
        self.annotate(&mut manifest, annotations);
        let manifest = manifest.to_string();
        let size = manifest.len();
        let digest = store.add_manifest(repository, tag, self.format.manifest(), Bytes::from(manifest))?;
        Ok((digest, size))
    }

    fn annotate(&self, document: &mut Value, annotations: &BTreeMap<String, String>) {
        if self.format == ImageFormat::Oci && !annotations.is_empty() {
            document["annotations"] = json!(annotations);
        }
    }
}

fn descriptor(media_type: &str, digest: Digest, size: usize) -> Value {
    json!({"mediaType": media_type, "digest": digest, "size": size})
}
