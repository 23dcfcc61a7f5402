//! CreateRepository.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, required};
use super::describe_repositories::described;
use super::settings::{Scanning, is_immutable};
use super::store::Registry;
use super::tags::{self, Tag};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output, Place};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRepositoryInput {
    repository_name: Option<String>,
    image_tag_mutability: Option<String>,
    #[serde(default)]
    image_scanning_configuration: Scanning,
    #[serde(default)]
    tags: Vec<Tag>,
}

pub(super) fn call(
    registry: &mut Registry,
    place: &Place,
    input: &CreateRepositoryInput,
    now_ms: i64,
) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    if !is_lawful(name) {
        return Err(invalid(
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression \
             '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''",
        ));
    }
    let immutable = is_immutable(input.image_tag_mutability.as_deref().unwrap_or("MUTABLE"))?;
    let tags = tags::added(&BTreeMap::new(), &input.tags)?;
    if registry.repositories.contains_key(name) {
        return Err(AwsError::client(
            "RepositoryAlreadyExistsException",
            format!("The repository with name '{name}' already exists in the registry with id '{ACCOUNT}'"),
        ));
    }
    let repository = registry.ensure_repository(name, now_ms);
    repository.immutable_tags = immutable;
    repository.scan_on_push = input.image_scanning_configuration.scan_on_push;
    repository.resource_tags = tags;
    Ok(Output::members(json!({"repository": described(name, repository, place)})))
}

fn is_lawful(name: &str) -> bool {
    let piece = |text: &str| {
        let word = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        text.starts_with(word)
            && text.ends_with(word)
            && text.chars().all(|character| word(character) || "._-".contains(character))
    };
    (2..=256).contains(&name.len()) && name.split('/').all(piece)
}
