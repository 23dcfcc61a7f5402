//! DeleteRepository: an empty one, or by force with all its images.

use serde::Deserialize;
use serde_json::json;

use super::checks::required;
use super::describe_repositories::described;
use super::store::Registry;
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, Place};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRepositoryInput {
    repository_name: Option<String>,
    force: Option<bool>,
}

pub(super) fn call(registry: &mut Registry, place: &Place, input: &DeleteRepositoryInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let repository = registry.repository(name)?;
    if !repository.images.is_empty() && !input.force.unwrap_or(false) {
        return Err(AwsError::client(
            "RepositoryNotEmptyException",
            format!(
                "The repository with name '{name}' in registry with id '{ACCOUNT}' cannot be deleted because it still \
                 contains images"
            ),
        ));
    }
    let told = described(name, repository, place);
    registry.repositories.remove(name);
    Ok(Output::members(json!({"repository": told})))
}
