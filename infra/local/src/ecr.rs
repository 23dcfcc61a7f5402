//! Amazon ECR: repositories, image manifests by digest, tags, scan findings. Layers are never stored: an image here is
//! a manifest that names what to run.

mod authorization;
mod batch_delete_image;
mod batch_get_image;
mod checks;
mod create_repository;
mod delete_repository;
mod describe_images;
mod describe_repositories;
mod lifecycle_policy;
mod list_images;
mod put_image;
mod reference;
mod repository_policy;
mod scan;
mod settings;
mod store;
mod tags;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

pub use reference::PullError;
pub use store::{Finding, Severity};

use crate::clock::Clock;
use crate::wire::{AwsError, Input, Output, Place, Reply, Service, ServiceId};

/// The image registry of one account and region.
#[derive(Debug)]
pub struct Ecr {
    clock: Clock,
    place: Place,
    state: Mutex<store::Registry>,
}

/// What an image reference stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedImage {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The manifest as it was pushed.
    pub manifest: Bytes,
}

impl Ecr {
    /// A registry without repositories.
    #[must_use]
    pub fn new(clock: Clock, place: Place) -> Self {
        Self { clock, place, state: Mutex::default() }
    }

    /// Creates the repository when it is missing; its tags are mutable.
    pub fn ensure_repository(&self, name: &str) {
        let now_ms = self.clock.now_ms();
        self.state().ensure_repository(name, now_ms);
    }

    /// Pushes a manifest and moves `tag` to it. `size_bytes` is the size that DescribeImages tells. Pushing the same
    /// manifest again keeps its first push time. Returns the digest.
    ///
    /// # Errors
    /// `RepositoryNotFoundException`, and `ImageTagAlreadyExistsException` where tags are immutable.
    pub fn put_image(
        &self,
        repository: &str,
        manifest: &[u8],
        tag: Option<&str>,
        pushed_at_ms: i64,
        size_bytes: i64,
    ) -> Result<String, AwsError> {
        self.state().put_image(repository, manifest, tag, pushed_at_ms, size_bytes)
    }

    /// Lets scans of this image find these; it counts as scanned now. Unknown images are passed over.
    pub fn seed_findings(&self, repository: &str, digest: &str, findings: Vec<Finding>) {
        let now_ms = self.clock.now_ms();
        self.state().seed_findings(repository, digest, findings, now_ms);
    }

    /// Finds the manifest of `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG` or `…@sha256:DIGEST`, and notes the
    /// pull.
    ///
    /// # Errors
    /// A [`PullError`] whose text is what ECS tells after `CannotPullContainerError: `.
    pub fn resolve(&self, image_reference: &str) -> Result<ResolvedImage, PullError> {
        let reference = reference::Reference::parse(image_reference, &self.place.registry_host())?;
        let now_ms = self.clock.now_ms();
        self.state().pull(&reference, now_ms).ok_or_else(|| reference.not_found())
    }

    fn state(&self) -> MutexGuard<'_, store::Registry> {
        // The registry is consistent after every call; a panic elsewhere must not take it down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, operation: &str, input: Input) -> Result<Output, AwsError> {
        let now_ms = self.clock.now_ms();
        let place = &self.place;
        let registry = &mut *self.state();
        match operation {
            "BatchDeleteImage" => batch_delete_image::call(registry, &input.parse()?),
            "BatchGetImage" => batch_get_image::call(registry, &input.parse()?, now_ms),
            "CreateRepository" => create_repository::call(registry, place, &input.parse()?, now_ms),
            "DeleteLifecyclePolicy" => lifecycle_policy::delete(registry, &input.parse()?),
            "DeleteRepository" => delete_repository::call(registry, place, &input.parse()?),
            "DeleteRepositoryPolicy" => repository_policy::delete(registry, &input.parse()?),
            "DescribeImageScanFindings" => scan::describe(registry, &input.parse()?),
            "DescribeImages" => describe_images::call(registry, &input.parse()?),
            "DescribeRepositories" => describe_repositories::call(registry, place, &input.parse()?),
            "GetAuthorizationToken" => Ok(authorization::call(place, now_ms)),
            "GetLifecyclePolicy" => lifecycle_policy::get(registry, &input.parse()?),
            "GetRepositoryPolicy" => repository_policy::get(registry, &input.parse()?),
            "ListImages" => list_images::call(registry, &input.parse()?),
            "ListTagsForResource" => tags::list(registry, place, &input.parse()?),
            "PutImage" => put_image::call(registry, &input.parse()?, now_ms),
            "PutImageScanningConfiguration" => settings::put_scanning(registry, &input.parse()?),
            "PutImageTagMutability" => settings::put_mutability(registry, &input.parse()?),
            "PutLifecyclePolicy" => lifecycle_policy::put(registry, &input.parse()?, now_ms),
            "SetRepositoryPolicy" => repository_policy::set(registry, &input.parse()?),
            "StartImageScan" => scan::start(registry, &input.parse()?, now_ms),
            "TagResource" => tags::tag(registry, place, &input.parse()?),
            "UntagResource" => tags::untag(registry, place, &input.parse()?),
            _ => Err(AwsError::unknown_operation(operation)),
        }
    }
}

impl Service for Ecr {
    fn id(&self) -> ServiceId {
        ServiceId::Ecr
    }

    fn operations(&self) -> &'static [&'static str] {
        &[
            "BatchDeleteImage",
            "BatchGetImage",
            "CreateRepository",
            "DeleteLifecyclePolicy",
            "DeleteRepository",
            "DeleteRepositoryPolicy",
            "DescribeImageScanFindings",
            "DescribeImages",
            "DescribeRepositories",
            "GetAuthorizationToken",
            "GetLifecyclePolicy",
            "GetRepositoryPolicy",
            "ListImages",
            "ListTagsForResource",
            "PutImage",
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            "PutLifecyclePolicy",
            "SetRepositoryPolicy",
            "StartImageScan",
            "TagResource",
            "UntagResource",
        ]
    }

    fn call<'a>(&'a self, operation: &'a str, input: Input) -> Reply<'a> {
        let answer = self.answer(operation, input);
        Box::pin(std::future::ready(answer))
    }
}
