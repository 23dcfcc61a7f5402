//! SetRepositoryPolicy, GetRepositoryPolicy, DeleteRepositoryPolicy: who may pull. Kept and told; the stack lets anybody.

use serde::Deserialize;
use serde_json::{Value, json};

use super::checks::{invalid, required};
use super::store::Registry;
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryPolicyInput {
    repository_name: Option<String>,
    policy_text: Option<String>,
}

pub(super) fn set(registry: &mut Registry, input: &RepositoryPolicyInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let text = required(input.policy_text.as_deref(), "policyText")?;
    let repository = registry.repository(name)?;
    let has_statements = |tree: &Value| tree.get("Statement").is_some_and(|statement| !statement.is_null());
    if !serde_json::from_str::<Value>(text).is_ok_and(|tree| has_statements(&tree)) {
        return Err(invalid(
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
        ));
    }
    repository.policy = Some(text.to_owned());
    Ok(told(name, text))
}

pub(super) fn get(registry: &mut Registry, input: &RepositoryPolicyInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let text = registry.repository(name)?.policy.as_deref().ok_or_else(|| not_found(name))?;
    Ok(told(name, text))
}

pub(super) fn delete(registry: &mut Registry, input: &RepositoryPolicyInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let text = registry.repository(name)?.policy.take().ok_or_else(|| not_found(name))?;
    Ok(told(name, &text))
}

fn told(name: &str, text: &str) -> Output {
    Output::members(json!({"registryId": ACCOUNT, "repositoryName": name, "policyText": text}))
}

fn not_found(name: &str) -> AwsError {
    AwsError::client(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the registry with id '{ACCOUNT}'"
        ),
    )
}
