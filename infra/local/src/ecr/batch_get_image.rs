//! BatchGetImage: manifests by tag or digest.

use serde::Deserialize;
use serde_json::json;

use super::checks::{ImageId, invalid, required};
use super::store::Registry;
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Images {
    pub(super) repository_name: Option<String>,
    pub(super) image_ids: Option<Vec<ImageId>>,
}

impl Images {
    /// The repository's name and 1 to 100 image ids.
    pub(super) fn checked(&self) -> Result<(&str, &[ImageId]), AwsError> {
        let name = required(self.repository_name.as_deref(), "repositoryName")?;
        let ids = required(self.image_ids.as_deref(), "imageIds")?;
        if ids.is_empty() || ids.len() > 100 {
            return Err(invalid(
                "Invalid parameter at 'imageIds' failed to satisfy constraint: 'Member must have length between 1 and \
                 100'",
            ));
        }
        Ok((name, ids))
    }
}

pub(super) fn call(registry: &mut Registry, input: &Images, now_ms: i64) -> Result<Output, AwsError> {
    let (name, ids) = input.checked()?;
    let repository = registry.repository(name)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        let Some(digest) = id.find(repository).map(|image| image.digest.clone()) else {
            failures.push(id.failure());
            continue;
        };
        let Some(image) = repository.image_mut(&digest) else { continue };
        image.pulled_ms = Some(now_ms);
        images.push(json!({
            "registryId": ACCOUNT,
            "repositoryName": name,
            "imageId": {"imageDigest": digest, "imageTag": id.image_tag},
            "imageManifest": String::from_utf8_lossy(&image.manifest),
            "imageManifestMediaType": image.media_type,
        }));
    }
    Ok(Output::members(json!({"images": images, "failures": failures})))
}
