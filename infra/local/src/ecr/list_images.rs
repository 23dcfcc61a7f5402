//! ListImages: an id for each tag, and one for each image without tags.

use serde::Deserialize;
use serde_json::json;

use super::checks::{ImageId, TagFilter, bad_token, page_size, required};
use super::store::{Registry, Repository};
use crate::wire::{AwsError, Output, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListImagesInput {
    repository_name: Option<String>,
    #[serde(default)]
    filter: TagFilter,
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(super) fn call(registry: &mut Registry, input: &ListImagesInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    input.filter.check()?;
    let size = page_size(input.max_results)?;
    let repository = registry.repository(name)?;
    let found = ids(repository).into_iter().filter(|id| input.filter.wants(id.image_tag.is_some()));
    let (page, next) = paging::page(found, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    Ok(Output::members(json!({"imageIds": page, "nextToken": next})))
}

fn ids(repository: &Repository) -> Vec<ImageId> {
    let mut ids = Vec::new();
    for image in &repository.images {
        let named = |tag: Option<&str>| ImageId {
            image_digest: Some(image.digest.clone()),
            image_tag: tag.map(ToOwned::to_owned),
        };
        let before = ids.len();
        ids.extend(repository.tags_of(&image.digest).map(|tag| named(Some(tag))));
        if ids.len() == before {
            ids.push(named(None));
        }
    }
    ids
}
