//! StartImageScan and DescribeImageScanFindings. A scan finds what was seeded for the digest; nothing, unless told.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::checks::{ImageId, bad_token, page_size, required, seconds};
use super::store::{Finding, Registry, Scan, Severity};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, paging};

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanInput {
    repository_name: Option<String>,
    image_id: Option<ImageId>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(super) fn start(registry: &mut Registry, input: &ScanInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let id = required(input.image_id.as_ref(), "imageId")?;
    let repository = registry.repository(name)?;
    let digest = id.find(repository).ok_or_else(|| id.not_found(name))?.digest.clone();
    let image = repository.image_mut(&digest).ok_or_else(|| id.not_found(name))?;
    if image.scan.as_ref().is_some_and(|scan| scan.asked_for && now_ms - scan.completed_ms < DAY_MS) {
        return Err(AwsError::client(
            "LimitExceededException",
            "The scan quota per image has been exceeded. Wait and try again.",
        ));
    }
    image.scan = Some(Scan { completed_ms: now_ms, asked_for: true });
    Ok(Output::members(json!({
        "registryId": ACCOUNT,
        "repositoryName": name,
        "imageId": {"imageDigest": digest, "imageTag": id.image_tag},
        "imageScanStatus": {"status": "IN_PROGRESS"},
    })))
}

pub(super) fn describe(registry: &mut Registry, input: &ScanInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let id = required(input.image_id.as_ref(), "imageId")?;
    let size = page_size(input.max_results)?;
    let repository = registry.repository(name)?;
    let image = id.find(repository).ok_or_else(|| id.not_found(name))?;
    let Some(scan) = &image.scan else {
        return Err(AwsError::client(
            "ScanNotFoundException",
            format!(
                "Image scan does not exist for the image with '{{imageDigest:'{}'}}' in the repository with name \
                 '{name}' in the registry with id '{ACCOUNT}'",
                image.digest
            ),
        ));
    };
    let found = image.findings.iter().map(described);
    let (page, next) = paging::page(found, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    Ok(Output::members(json!({
        "registryId": ACCOUNT,
        "repositoryName": name,
        "imageId": {"imageDigest": image.digest, "imageTag": id.image_tag},
        "imageScanStatus": complete(),
        "imageScanFindings": {
            "imageScanCompletedAt": seconds(scan.completed_ms),
            "vulnerabilitySourceUpdatedAt": seconds(scan.completed_ms),
            "findings": page,
            "findingSeverityCounts": counts(&image.findings),
        },
        "nextToken": next,
    })))
}

/// The status of a finished scan.
pub(super) fn complete() -> Value {
    json!({"status": "COMPLETE", "description": "The scan was completed successfully."})
}

/// How many findings of each severity there are.
pub(super) fn counts(findings: &[Finding]) -> BTreeMap<&'static str, u32> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.severity.as_str()).or_default() += 1;
    }
    counts
}

fn described(finding: &Finding) -> Value {
    json!({
        "name": finding.name,
        "description": finding.description,
        "uri": finding.uri,
        "severity": finding.severity.as_str(),
        "attributes": [
            {"key": "package_name", "value": finding.package_name},
            {"key": "package_version", "value": finding.package_version},
        ],
    })
}

impl Severity {
    /// AWS's spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "INFORMATIONAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}
