//! BatchDeleteImage: a tag alone is taken off (and the image goes with its last tag); a digest takes all.

use serde_json::json;

use super::batch_get_image::Images;
use super::checks::ImageId;
use super::store::{Registry, Repository};
use crate::wire::{AwsError, Output};

pub(super) fn call(registry: &mut Registry, input: &Images) -> Result<Output, AwsError> {
    let (name, ids) = input.checked()?;
    let repository = registry.repository(name)?;
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        match delete(repository, id) {
            Some(gone) => deleted.extend(gone),
            None => failures.push(id.failure()),
        }
    }
    Ok(Output::members(json!({"imageIds": deleted, "failures": failures})))
}

fn delete(repository: &mut Repository, id: &ImageId) -> Option<Vec<ImageId>> {
    let digest = id.find(repository)?.digest.clone();
    let tags: Vec<String> = repository.tags_of(&digest).map(ToOwned::to_owned).collect();
    let named = |tag: Option<String>| ImageId { image_digest: Some(digest.clone()), image_tag: tag };
    if let Some(tag) = &id.image_tag {
        repository.tags.remove(tag);
        if tags.len() <= 1 {
            repository.images.retain(|image| image.digest != digest);
        }
        return Some(vec![named(Some(tag.clone()))]);
    }
    repository.tags.retain(|_, tagged| *tagged != digest);
    repository.images.retain(|image| image.digest != digest);
    let gone: Vec<ImageId> = tags.into_iter().map(|tag| named(Some(tag))).collect();
    Some(if gone.is_empty() { vec![named(None)] } else { gone })
}
