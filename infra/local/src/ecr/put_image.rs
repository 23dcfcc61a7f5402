//! PutImage: a manifest and a tag. Unlike AWS it does not ask for the layers, which the local stack does not hold.

use serde::Deserialize;
use serde_json::{Value, json};

use super::checks::{invalid, required};
use super::store::{Registry, digest_of, media_type, repository_not_found};
use crate::wire::arn::ACCOUNT;
use crate::wire::{AwsError, Output};

const MAX_MANIFEST: usize = 4_194_304;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutImageInput {
    repository_name: Option<String>,
    image_manifest: Option<String>,
    image_tag: Option<String>,
    image_digest: Option<String>,
}

pub(super) fn call(registry: &mut Registry, input: &PutImageInput, now_ms: i64) -> Result<Output, AwsError> {
    let name = required(input.repository_name.as_deref(), "repositoryName")?;
    let manifest = required(input.image_manifest.as_deref(), "imageManifest")?;
    let tag = input.image_tag.as_deref();
    let tree = manifest_tree(manifest)?;
    let digest = digest_of(manifest.as_bytes());
    if input.image_digest.as_ref().is_some_and(|told| *told != digest) {
        return Err(AwsError::client(
            "ImageDigestDoesNotMatchException",
            format!("The calculated digest {digest} does not match the digest that was provided."),
        ));
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err(invalid(
            "Invalid parameter at 'imageTag' failed to satisfy constraint: 'must be 1 to 300 letters, digits, dots, \
             underscores and hyphens'",
        ));
    }
    refuse_known(registry, name, &digest, tag)?;
    registry.put_image(name, manifest.as_bytes(), tag, now_ms, size(&tree))?;
    Ok(Output::members(json!({"image": {
        "registryId": ACCOUNT,
        "repositoryName": name,
        "imageId": {"imageDigest": digest, "imageTag": tag},
        "imageManifest": manifest,
        "imageManifestMediaType": media_type(manifest.as_bytes()),
    }})))
}

fn manifest_tree(manifest: &str) -> Result<Value, AwsError> {
    let bad =
        |what: &str| invalid(format!("Invalid parameter at 'ImageManifest' failed to satisfy constraint: '{what}'"));
    if manifest.len() > MAX_MANIFEST {
        return Err(bad("The manifest is larger than 4194304 bytes"));
    }
    let tree: Value = serde_json::from_str(manifest).map_err(|_| bad("Invalid JSON syntax"))?;
    if tree.is_object() { Ok(tree) } else { Err(bad("Invalid JSON syntax")) }
}

fn refuse_known(registry: &Registry, name: &str, digest: &str, tag: Option<&str>) -> Result<(), AwsError> {
    let repository = registry.repositories.get(name).ok_or_else(|| repository_not_found(name))?;
    let known = match tag {
        Some(tag) => repository.tags.get(tag).is_some_and(|known| known == digest),
        None => repository.image(digest).is_some(),
    };
    if known {
        let tag = tag.map(|tag| format!(" and tag '{tag}'")).unwrap_or_default();
        return Err(AwsError::client(
            "ImageAlreadyExistsException",
            format!(
                "Image with digest '{digest}'{tag} already exists in the repository with name '{name}' in registry with \
                 id '{ACCOUNT}'"
            ),
        ));
    }
    Ok(())
}

fn is_tag(tag: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    tag.len() <= 300
        && tag.starts_with(word)
        && tag.chars().all(|character| word(character) || ".-".contains(character))
}

/// What the manifest says about the size of its configuration and layers.
fn size(tree: &Value) -> i64 {
    let of = |part: &Value| part.get("size").and_then(Value::as_i64).unwrap_or_default().max(0);
    let layers = tree.get("layers").and_then(Value::as_array).into_iter().flatten();
    layers.map(of).fold(tree.get("config").map_or(0, of), i64::saturating_add)
}
