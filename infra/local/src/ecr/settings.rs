//! PutImageTagMutability and PutImageScanningConfiguration, and the same settings when a repository is made.

use serde::Deserialize;
use serde_json::json;

use super::checks::{invalid, required};
use super::store::Registry;
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output};

/// `{"scanOnPush": true}`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scanning {
    pub(super) scan_on_push: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SettingsInput {
    repository_name: Option<String>,
    image_tag_mutability: Option<String>,
    image_scanning_configuration: Option<Scanning>,
}

pub(super) fn put_mutability(registry: &mut Registry, input: &SettingsInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let word = required(input.image_tag_mutability.as_deref(), "imageTagMutability")?;
    registry.repository(name)?.immutable_tags = is_immutable(word)?;
    Ok(Output::members(json!({"registryId": ACCOUNT, "repositoryName": name, "imageTagMutability": word})))
}

pub(super) fn put_scanning(registry: &mut Registry, input: &SettingsInput) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let scanning = required(input.image_scanning_configuration, "imageScanningConfiguration")?;
    registry.repository(name)?.scan_on_push = scanning.scan_on_push;
    Ok(Output::members(json!({
        "registryId": ACCOUNT,
        "repositoryName": name,
        "imageScanningConfiguration": {"scanOnPush": scanning.scan_on_push},
    })))
}

pub(super) fn is_immutable(word: &str) -> Result<bool, AwsError> {
    match word {
        "MUTABLE" => Ok(false),
        "IMMUTABLE" => Ok(true),
        other => Err(invalid(format!(
            "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: '{other}' is not a member of \
             [MUTABLE, IMMUTABLE]"
        ))),
    }
}
