//! What a registry holds. Content is found by its digest within a repository, and tags point to manifests.

use std::collections::{BTreeMap, HashMap};

use bytes::{Bytes, BytesMut};
use windlass_model::digest::Digest;

use super::name::{is_repository, is_tag};

/// Everything together may take this many bytes.
const MAX_BYTES: usize = 1 << 30;

/// Uploads that are under way at one time.
const MAX_UPLOADS: usize = 1_000;

/// What a registry does not take or does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryRefusal {
    /// Not the name of a repository.
    #[error("{0:?} is not the name of a repository; use lower-case letters, digits, '.', '_', '-' and '/'")]
    InvalidName(String),
    /// Not a tag.
    #[error("{0:?} is not a tag; use letters, digits, '_', '.' and '-', at most 128")]
    InvalidTag(String),
    /// Not the digest of what was sent.
    #[error("the content is {actual} and not {claimed}")]
    WrongDigest {
        /// What the client says.
        claimed: String,
        /// What it is.
        actual: Digest,
    },
    /// Not a manifest.
    #[error("the manifest cannot be read: {0}")]
    InvalidManifest(String),
    /// The manifest refers to what is not here.
    #[error("the manifest refers to {0}, which is not in the repository; push that first")]
    MissingReference(String),
    /// No such repository.
    #[error("there is no repository {0:?}")]
    UnknownName(String),
    /// No such manifest.
    #[error("there is no manifest {0:?}")]
    UnknownManifest(String),
    /// No such blob.
    #[error("there is no blob {0:?}")]
    UnknownBlob(String),
    /// No such upload.
    #[error("there is no upload {0:?}; begin again")]
    UnknownUpload(String),
    /// A piece of an upload that does not go on where the last one ended.
    #[error("the upload has {has} bytes, so its next piece cannot begin at {begins}")]
    WrongRange {
        /// What is there.
        has: usize,
        /// Where the piece says it begins.
        begins: usize,
    },
    /// The registry is full, or one piece is too large.
    #[error("there is no room for more; this registry keeps everything in memory")]
    Full,
}

/// A manifest.
#[derive(Debug, Clone)]
pub(super) struct Manifest {
    pub(super) media_type: String,
    pub(super) content: Bytes,
}

#[derive(Debug, Default)]
struct Repository {
    manifests: HashMap<Digest, Manifest>,
    blobs: HashMap<Digest, Bytes>,
    tags: BTreeMap<String, Digest>,
}

/// Everything in a registry.
#[derive(Debug, Default)]
pub(super) struct Store {
    repositories: BTreeMap<String, Repository>,
    uploads: HashMap<String, BytesMut>,
    bytes: usize,
}

impl Store {
    pub(super) fn add_blob(&mut self, repository: &str, content: Bytes) -> Result<Digest, RegistryRefusal> {
        let len = content.len();
        self.reserve(len)?;
        let digest = Digest::of(&content);
        if self.repository(repository)?.blobs.insert(digest, content).is_none() {
            self.bytes += len;
        }
        Ok(digest)
    }

    pub(super) fn blob(&self, repository: &str, digest: &str) -> Option<(Digest, Bytes)> {
        let digest: Digest = digest.parse().ok()?;
        self.repositories.get(repository)?.blobs.get(&digest).map(|content| (digest, content.clone()))
    }

    /// Puts a manifest where its digest says, and behind a tag if there is one.
    pub(super) fn add_manifest(
        &mut self,
        repository: &str,
        tag: Option<&str>,
        media_type: &str,
        content: Bytes,
    ) -> Result<Digest, RegistryRefusal> {
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(RegistryRefusal::InvalidTag(tag.to_owned()));
        }
        let len = content.len();
        self.reserve(len)?;
        let digest = Digest::of(&content);
        let manifest = Manifest { media_type: media_type.to_owned(), content };
        let entry = self.repository(repository)?;
        let is_new = entry.manifests.insert(digest, manifest).is_none();
        if let Some(tag) = tag {
            entry.tags.insert(tag.to_owned(), digest);
        }
        if is_new {
            self.bytes += len;
        }
        Ok(digest)
    }

    /// The manifest behind a tag or a digest.
    pub(super) fn find_manifest(&self, repository: &str, reference: &str) -> Option<(Digest, &Manifest)> {
        let repository = self.repositories.get(repository)?;
        let digest = match reference.parse() {
            Ok(digest) => digest,
            Err(_) => *repository.tags.get(reference)?,
        };
        repository.manifests.get(&digest).map(|manifest| (digest, manifest))
    }

    pub(super) fn has_repository(&self, name: &str) -> bool {
        self.repositories.contains_key(name)
    }

    /// Every tag in byte order; none if there is no such repository.
    pub(super) fn tags(&self, repository: &str) -> Option<Vec<String>> {
        Some(self.repositories.get(repository)?.tags.keys().cloned().collect())
    }

    /// Removes a tag, or a manifest with the tags that point to it. False if there is none.
    pub(super) fn remove_manifest(&mut self, repository: &str, reference: &str) -> bool {
        let Some(repository) = self.repositories.get_mut(repository) else { return false };
        let Ok(digest) = reference.parse::<Digest>() else {
            return repository.tags.remove(reference).is_some();
        };
        repository.tags.retain(|_, target| *target != digest);
        let removed = repository.manifests.remove(&digest);
        self.bytes -= removed.as_ref().map_or(0, |manifest| manifest.content.len());
        removed.is_some()
    }

    /// Removes a blob. False if there is none.
    pub(super) fn remove_blob(&mut self, repository: &str, digest: &str) -> bool {
        let found = self.repositories.get_mut(repository).zip(digest.parse::<Digest>().ok());
        let removed = found.and_then(|(repository, digest)| repository.blobs.remove(&digest));
        self.bytes -= removed.as_ref().map_or(0, Bytes::len);
        removed.is_some()
    }

    /// Begins an upload under an id.
    pub(super) fn begin_upload(&mut self, repository: &str, id: String) -> Result<(), RegistryRefusal> {
        if self.uploads.len() >= MAX_UPLOADS {
            return Err(RegistryRefusal::Full);
        }
        self.repository(repository)?;
        self.uploads.insert(id, BytesMut::new());
        Ok(())
    }

    /// Adds a piece to an upload that says where it begins, or goes on at the end; the length now.
    pub(super) fn append(
        &mut self,
        id: &str,
        begins: Option<usize>,
        piece: &[u8],
    ) -> Result<usize, RegistryRefusal> {
        self.reserve(piece.len())?;
        let upload = self.uploads.get_mut(id).ok_or_else(|| RegistryRefusal::UnknownUpload(id.to_owned()))?;
        if let Some(begins) = begins.filter(|begins| *begins != upload.len()) {
            return Err(RegistryRefusal::WrongRange { has: upload.len(), begins });
        }
        upload.extend_from_slice(piece);
        self.bytes += piece.len();
        Ok(upload.len())
    }

    /// How much of an upload is there.
    pub(super) fn upload_len(&self, id: &str) -> Option<usize> {
        self.uploads.get(id).map(BytesMut::len)
    }

    /// Ends an upload without keeping it; what it had.
    pub(super) fn take_upload(&mut self, id: &str) -> Option<Bytes> {
        let upload = self.uploads.remove(id)?;
        self.bytes -= upload.len();
        Some(upload.freeze())
    }

    fn repository(&mut self, name: &str) -> Result<&mut Repository, RegistryRefusal> {
        if !is_repository(name) {
            return Err(RegistryRefusal::InvalidName(name.to_owned()));
        }
        Ok(self.repositories.entry(name.to_owned()).or_default())
    }

    fn reserve(&self, bytes: usize) -> Result<(), RegistryRefusal> {
        if self.bytes.saturating_add(bytes) > MAX_BYTES { Err(RegistryRefusal::Full) } else { Ok(()) }
    }
}
