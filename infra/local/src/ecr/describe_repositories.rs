//! DescribeRepositories: by name, or page by page.

use serde::Deserialize;
use serde_json::json;

use super::checks::{bad_token, invalid, page_size, seconds};
use super::store::{Registry, Repository, repository_not_found};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, Place, paging};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRepositoriesInput {
    repository_names: Option<Vec<String>>,
    next_token: Option<String>,
    max_results: Option<i64>,
}

pub(super) fn call(registry: &Registry, place: &Place, input: &DescribeRepositoriesInput) -> Result<Output, AwsError> {
    if let Some(names) = &input.repository_names {
        if names.is_empty() || names.len() > 100 || input.max_results.is_some() {
            return Err(invalid("Invalid parameter at 'repositoryNames': 1 to 100 names, and no maxResults with them"));
        }
        let mut found = Vec::with_capacity(names.len());
        for name in names {
            let repository = registry.repositories.get(name).ok_or_else(|| repository_not_found(name))?;
            found.push(described(name, repository, place));
        }
        return Ok(Output::members(json!({"repositories": found})));
    }
    let size = page_size(input.max_results)?;
    let all = registry.repositories.iter().map(|(name, repository)| described(name, repository, place));
    let (page, next) = paging::page(all, input.next_token.as_deref(), size).ok_or_else(bad_token)?;
    Ok(Output::members(json!({"repositories": page, "nextToken": next})))
}

/// A repository as AWS answers it.
pub(super) fn described(name: &str, repository: &Repository, place: &Place) -> serde_json::Value {
    json!({
        "repositoryArn": place.repository(name),
        "registryId": ACCOUNT,
        "repositoryName": name,
        "repositoryUri": format!("{}/{name}", place.registry_host()),
        "createdAt": seconds(repository.created_ms),
        "imageTagMutability": if repository.immutable_tags { "IMMUTABLE" } else { "MUTABLE" },
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    })
}
