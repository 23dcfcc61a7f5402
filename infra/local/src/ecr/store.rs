//! Repositories, their images and tags.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::ResolvedImage;
use super::reference::{Reference, Version};
use crate::wire::AwsError;

/// One image of a repository.
#[derive(Clone, Debug)]
pub(super) struct Image {
    pub(super) digest: String,
    pub(super) manifest: Bytes,
    pub(super) media_type: String,
    pub(super) pushed_ms: i64,
    pub(super) pulled_ms: Option<i64>,
    pub(super) size_bytes: i64,
    pub(super) scan: Option<Scan>,
    /// What a scan finds.
    pub(super) findings: Vec<Finding>,
}

/// A scan that is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan {
    pub(super) completed_ms: i64,
    /// By StartImageScan, which AWS allows once a day for each image.
    pub(super) asked_for: bool,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// One weakness that a scan tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// For example a CVE number.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where more is told.
    pub uri: String,
    /// How bad it is.
    pub severity: Severity,
    /// The package it was found in.
    pub package_name: String,
    /// The version of that package.
    pub package_version: String,
}

/// One repository. Images are kept in the order in which they were pushed.
#[derive(Clone, Debug)]
pub(super) struct Repository {
    pub(super) created_ms: i64,
    pub(super) immutable_tags: bool,
    pub(super) scan_on_push: bool,
    pub(super) images: Vec<Image>,
    /// Digests by tag of an image.
    pub(super) tags: BTreeMap<String, String>,
    /// Tags of the repository itself.
    pub(super) resource_tags: BTreeMap<String, String>,
    pub(super) lifecycle_policy: Option<LifecyclePolicy>,
    /// Who may pull, as JSON text.
    pub(super) policy: Option<String>,
}

/// Which images AWS would expire, as JSON text.
#[derive(Clone, Debug)]
pub(super) struct LifecyclePolicy {
    pub(super) text: String,
    pub(super) put_ms: i64,
}

/// All repositories by name.
#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) repositories: BTreeMap<String, Repository>,
}

impl Registry {
    pub(super) fn ensure_repository(&mut self, name: &str, now_ms: i64) -> &mut Repository {
        self.repositories.entry(name.to_owned()).or_insert_with(|| Repository {
            created_ms: now_ms,
            immutable_tags: false,
            scan_on_push: false,
            images: Vec::new(),
            tags: BTreeMap::new(),
            resource_tags: BTreeMap::new(),
            lifecycle_policy: None,
            policy: None,
        })
    }

    pub(super) fn put_image(
        &mut self,
        name: &str,
        manifest: &[u8],
        tag: Option<&str>,
        pushed_ms: i64,
        size_bytes: i64,
    ) -> Result<String, AwsError> {
        let repository = self.repositories.get_mut(name).ok_or_else(|| repository_not_found(name))?;
        let digest = digest_of(manifest);
        if let Some(tag) = tag {
            repository.move_tag(name, tag, &digest)?;
        }
        if repository.image(&digest).is_none() {
            repository.images.push(Image {
                digest: digest.clone(),
                manifest: Bytes::copy_from_slice(manifest),
                media_type: media_type(manifest),
                pushed_ms,
                pulled_ms: None,
                size_bytes,
                scan: repository.scan_on_push.then_some(Scan { completed_ms: pushed_ms, asked_for: false }),
                findings: Vec::new(),
            });
        }
        Ok(digest)
    }

    pub(super) fn repository(&mut self, name: &str) -> Result<&mut Repository, AwsError> {
        self.repositories.get_mut(name).ok_or_else(|| repository_not_found(name))
    }

    pub(super) fn seed_findings(&mut self, name: &str, digest: &str, findings: Vec<Finding>, now_ms: i64) {
        let image = self.repositories.get_mut(name).and_then(|repository| repository.image_mut(digest));
        if let Some(image) = image {
            image.findings = findings;
            image.scan = Some(Scan { completed_ms: now_ms, asked_for: false });
        }
    }

    pub(super) fn pull(&mut self, reference: &Reference, now_ms: i64) -> Option<ResolvedImage> {
        let repository = self.repositories.get_mut(&reference.repository)?;
        let digest = match &reference.version {
            Version::Tag(tag) => repository.tags.get(tag)?.clone(),
            Version::Digest(digest) => digest.clone(),
        };
        let image = repository.images.iter_mut().find(|image| image.digest == digest)?;
        image.pulled_ms = Some(now_ms);
        Some(ResolvedImage { digest, manifest: image.manifest.clone() })
    }
}

impl Image {
    /// The media type of what the manifest configures.
    pub(super) fn artifact_type(&self) -> Option<String> {
        let tree: serde_json::Value = serde_json::from_slice(&self.manifest).ok()?;
        tree.pointer("/config/mediaType")?.as_str().map(ToOwned::to_owned)
    }
}

impl Repository {
    pub(super) fn image(&self, digest: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.digest == digest)
    }

    pub(super) fn image_mut(&mut self, digest: &str) -> Option<&mut Image> {
        self.images.iter_mut().find(|image| image.digest == digest)
    }

    /// The tags of an image, in order.
    pub(super) fn tags_of<'a>(&'a self, digest: &'a str) -> impl Iterator<Item = &'a str> {
        self.tags.iter().filter(move |(_, tagged)| *tagged == digest).map(|(tag, _)| tag.as_str())
    }

    fn move_tag(&mut self, name: &str, tag: &str, digest: &str) -> Result<(), AwsError> {
        let taken = self.tags.get(tag).is_some_and(|known| known != digest);
        if self.immutable_tags && taken {
            return Err(AwsError::client(
                "ImageTagAlreadyExistsException",
                format!(
                    "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because \
                     the tag is immutable."
                ),
            ));
        }
        self.tags.insert(tag.to_owned(), digest.to_owned());
        Ok(())
    }
}

/// AWS's words for a repository that is not there.
pub(super) fn repository_not_found(name: &str) -> AwsError {
    AwsError::client(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{}'",
            crate::wire::arn::ACCOUNT
        ),
    )
}

/// `sha256:` and the hexadecimal digest of the manifest's bytes.
pub(super) fn digest_of(manifest: &[u8]) -> String {
    let mut digest = String::from("sha256:");
    for byte in Sha256::digest(manifest) {
        // Writing to a string cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// The media type that a manifest names; OCI's when it names none.
pub(super) fn media_type(manifest: &[u8]) -> String {
    let tree: serde_json::Value = serde_json::from_slice(manifest).unwrap_or_default();
    tree.get("mediaType")
        .and_then(serde_json::Value::as_str)
        .unwrap_or("application/vnd.oci.image.manifest.v1+json")
        .to_owned()
}
