//! Amazon ECR: repositories, image manifests by digest, tags, scan findings. Layers are never stored: an image here is
//! a manifest that names what to run.

mod reference;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

pub use reference::PullError;

use crate::clock::Clock;
use crate::wire::{AwsError, Place};

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
        self.state().ensure_repository(name, self.clock.now_ms());
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
}
