//! DescribeImages: tags, size, push and pull times, by id or page by page.

use serde::Deserialize;
use serde_json::json;

use super::checks::{ImageId, TagFilter, bad_token, invalid, page_size, required, seconds};
use super::scan;
use super::store::{Image, Registry, Repository};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeImagesInput {
    repository_name: Option<String>,
    image_ids: Option<Vec<ImageId>>,
    #[serde(default)]
    filter: TagFilter,
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(super) fn call(registry: &mut Registry, input: &DescribeImagesInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    input.filter.check()?;
    let size = page_size(input.max_results)?;
    let repository = registry.repository(name)?;
    if let Some(ids) = &input.image_ids {
        if input.max_results.is_some() || input.next_token.is_some() {
            return Err(invalid("The parameters imageIds and maxResults cannot be used together"));
        }
        let found = ids.iter().map(|id| id.find(repository).ok_or_else(|| id.not_found(name)));
        let images = found.collect::<Result<Vec<_>, _>>()?;
        let details: Vec<_> = images.into_iter().map(|image| described(name, repository, image)).collect();
        return Ok(Output::members(json!({"imageDetails": details})));
    }
    let wanted = |image: &&Image| input.filter.wants(repository.tags_of(&image.digest).next().is_some());
    let found = repository.images.iter().filter(wanted);
    let (page, next) = paging::page(found, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    let details: Vec<_> = page.into_iter().map(|image| described(name, repository, image)).collect();
    Ok(Output::members(json!({"imageDetails": details, "nextToken": next})))
}

fn described(name: &str, repository: &Repository, image: &Image) -> serde_json::Value {
    let tags: Vec<&str> = repository.tags_of(&image.digest).collect();
    json!({
        "registryId": ACCOUNT,
        "repositoryName": name,
        "imageDigest": image.digest,
        "imageTags": (!tags.is_empty()).then_some(tags),
        "imageSizeInBytes": image.size_bytes,
        "imagePushedAt": seconds(image.pushed_ms),
        "imageScanStatus": image.scan.as_ref().map(|_| scan::complete()),
        "imageScanFindingsSummary": image.scan.as_ref().map(|done| json!({
            "imageScanCompletedAt": seconds(done.completed_ms),
            "vulnerabilitySourceUpdatedAt": seconds(done.completed_ms),
            "findingSeverityCounts": scan::counts(&image.findings),
        })),
        "imageManifestMediaType": image.media_type,
        "artifactMediaType": image.artifact_type(),
        "lastRecordedPullTime": image.pulled_ms.map(seconds),
    })
}
