//! Amazon ECR: the images of a repository. Reads only.

use aws_sdk_ecr::types::{ImageDetail, ImageIdentifier};

use super::call::{BATCH_GET_IMAGE, DESCRIBE_IMAGES};
use super::gate::{Answer, Gate};
use super::sdk::Sdk;
use super::{Partly, Whole};
use crate::model::image::ImageReference;
use crate::model::{Image, RepositoryName, Timestamp};
use crate::text::clean;

const PER_PAGE: i32 = 1_000;

/// Loads all images of a repository, newest push first.
pub(crate) async fn load(sdk: &Sdk, gate: &Gate, repository: &RepositoryName) -> Answer<Partly<Vec<Image>>> {
    let client = sdk.ecr(&repository.region);
    let mut images: Vec<Image> = Vec::new();
    let mut whole = Whole::yes();
    let mut token = None;
    loop {
        let page = gate
            .read(DESCRIBE_IMAGES, || {
                let request =
                    client.describe_images().registry_id(&repository.registry).repository_name(&repository.name);
                request.max_results(PER_PAGE).set_next_token(token.clone()).send()
            })
            .await;
        let page = match page {
            Ok(page) => page,
            Err(problem) if !images.is_empty() => {
                whole.lacks(format!("more images: {}", problem.line()));
                break;
            }
            Err(problem) => return Err(problem),
        };
        images.extend(page.image_details.unwrap_or_default().into_iter().map(image));
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            break;
        }
    }
    images.sort_by(|a, b| b.pushed_at.cmp(&a.pushed_at).then_with(|| a.tags.cmp(&b.tags)));
    Ok(Partly { value: images, partial: whole.reason() })
}

/// Loads the one image that a reference names.
pub(crate) async fn load_one(
    sdk: &Sdk,
    gate: &Gate,
    repository: &RepositoryName,
    reference: &ImageReference,
) -> Answer<Option<Image>> {
    let client = sdk.ecr(&repository.region);
    let found = gate
        .read(DESCRIBE_IMAGES, || {
            let request = client.describe_images().registry_id(&repository.registry).repository_name(&repository.name);
            request.image_ids(identifier(reference)).send()
        })
        .await?;
    Ok(found.image_details.unwrap_or_default().into_iter().next().map(image))
}

/// CPU architectures that the image is built for, empty when its manifest does not say: only an index does.
pub(crate) async fn load_architectures(
    sdk: &Sdk,
    gate: &Gate,
    repository: &RepositoryName,
    reference: &ImageReference,
) -> Answer<Vec<String>> {
    let manifest = load_manifest(sdk, gate, repository, reference).await?;
    Ok(manifest.map(|text| architectures(&text)).unwrap_or_default())
}

/// Digests of the manifests that the image with this digest lists: those of an index, none of a single image.
pub(crate) async fn load_parts(
    sdk: &Sdk,
    gate: &Gate,
    repository: &RepositoryName,
    digest: &str,
) -> Answer<Vec<String>> {
    let reference = ImageReference { digest: Some(digest.to_owned()), ..ImageReference::default() };
    let manifest = load_manifest(sdk, gate, repository, &reference).await?;
    Ok(manifest.map(|text| parts(&text)).unwrap_or_default())
}

async fn load_manifest(
    sdk: &Sdk,
    gate: &Gate,
    repository: &RepositoryName,
    reference: &ImageReference,
) -> Answer<Option<String>> {
    let client = sdk.ecr(&repository.region);
    let found = gate
        .read(BATCH_GET_IMAGE, || {
            let request = client.batch_get_image().registry_id(&repository.registry).repository_name(&repository.name);
            request.image_ids(identifier(reference)).send()
        })
        .await?;
    Ok(found.images.unwrap_or_default().into_iter().find_map(|image| image.image_manifest))
}

/// `manifests[].digest` of an image index.
fn parts(manifest: &str) -> Vec<String> {
    let digest = |entry: &serde_json::Value| entry.get("digest")?.as_str().map(str::to_owned);
    entries(manifest).iter().filter_map(digest).collect()
}

fn entries(manifest: &str) -> Vec<serde_json::Value> {
    let parsed: serde_json::Value = serde_json::from_str(manifest).unwrap_or_default();
    parsed.get("manifests").and_then(serde_json::Value::as_array).cloned().unwrap_or_default()
}

/// `manifests[].platform.architecture` of an image index, without attestations.
fn architectures(manifest: &str) -> Vec<String> {
    let entries = entries(manifest);
    let named =
        entries.iter().filter_map(|entry| entry.get("platform")?.get("architecture")?.as_str().map(str::to_owned));
    named.filter(|architecture| architecture != "unknown").collect()
}

fn identifier(reference: &ImageReference) -> ImageIdentifier {
    let tag =
        if reference.digest.is_some() { None } else { Some(reference.tag.clone().unwrap_or("latest".to_owned())) };
    ImageIdentifier::builder().set_image_tag(tag).set_image_digest(reference.digest.clone()).build()
}

fn image(from: ImageDetail) -> Image {
    let time = |at: Option<aws_smithy_types::DateTime>| at.and_then(|at| at.to_millis().ok()).map(Timestamp);
    let counts =
        from.image_scan_findings_summary.and_then(|summary| summary.finding_severity_counts).unwrap_or_default();
    let mut findings: Vec<(String, u32)> = counts
        .into_iter()
        .map(|(severity, n)| (severity.as_str().to_owned(), u32::try_from(n).unwrap_or_default()))
        .collect();
    findings.sort_by_key(|(severity, _)| severity_rank(severity));
    Image {
        digest: from.image_digest.unwrap_or_default(),
        tags: from.image_tags.unwrap_or_default().iter().map(|tag| clean(tag).into_owned()).collect(),
        pushed_at: time(from.image_pushed_at),
        pulled_at: time(from.last_recorded_pull_time),
        size: from.image_size_in_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        scan_status: from.image_scan_status.and_then(|status| status.status).map(|word| word.as_str().to_owned()),
        findings,
    }
}

fn severity_rank(severity: &str) -> usize {
    let order = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"];
    order.iter().position(|known| *known == severity).unwrap_or(order.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_tells_its_architectures() {
        let index = r#"{"manifests":[{"platform":{"architecture":"amd64"}},{"platform":{"architecture":"unknown"}},
            {"platform":{"architecture":"arm64"}},{}]}"#;
        assert_eq!(architectures(index), ["amd64", "arm64"]);
        assert_eq!(architectures("{\"config\":{}}"), Vec::<String>::new());
        assert_eq!(architectures("nonsense"), Vec::<String>::new());
        assert_eq!(
            parts(r#"{"manifests":[{"digest":"sha256:a"},{},{"digest":"sha256:b"}]}"#),
            ["sha256:a", "sha256:b"]
        );
        assert_eq!(parts("{\"config\":{\"digest\":\"sha256:a\"}}"), Vec::<String>::new());
    }
}
