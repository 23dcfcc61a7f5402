//! What ECR says about its input, in its own words, and the shape of image ids.

use serde::{Deserialize, Serialize};

use super::store::{Image, Repository};
use crate::wire::AwsError;
use crate::wire::arn::ACCOUNT;

/// An image by digest, by tag, or by both.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageId {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image_tag: Option<String>,
}

/// `{"tagStatus": "TAGGED"}`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagFilter {
    tag_status: Option<String>,
}

impl ImageId {
    /// The image that is meant; a digest and a tag must belong together.
    pub(super) fn find<'a>(&self, repository: &'a Repository) -> Option<&'a Image> {
        let by_tag = match &self.image_tag {
            Some(tag) => Some(repository.image(repository.tags.get(tag)?)?),
            None => None,
        };
        match (&self.image_digest, by_tag) {
            (Some(digest), Some(image)) => (image.digest == *digest).then_some(image),
            (Some(digest), None) => repository.image(digest),
            (None, by_tag) => by_tag,
        }
    }

    /// AWS's words when the image is not there.
    pub(super) fn not_found(&self, repository: &str) -> AwsError {
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
        AwsError::client(
            "ImageNotFoundException",
            format!(
                "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with \
                 name '{repository}' in the registry with id '{ACCOUNT}'",
                word(&self.image_digest),
                word(&self.image_tag)
            ),
        )
    }

    /// An entry of `failures`.
    pub(super) fn failure(&self) -> serde_json::Value {
        serde_json::json!({
            "imageId": self,
            "failureCode": "ImageNotFound",
            "failureReason": "Requested image not found",
        })
    }
}

impl TagFilter {
    /// Whether images with (or without) a tag are wanted.
    pub(super) fn wants(&self, tagged: bool) -> bool {
        match self.tag_status.as_deref() {
            Some("TAGGED") => tagged,
            Some("UNTAGGED") => !tagged,
            _ => true,
        }
    }

    pub(super) fn check(&self) -> Result<(), AwsError> {
        match self.tag_status.as_deref() {
            None | Some("TAGGED" | "UNTAGGED" | "ANY") => Ok(()),
            Some(other) => Err(invalid(format!(
                "Invalid parameter at 'tagStatus' failed to satisfy constraint: '{other}' is not a member of \
                 [TAGGED, UNTAGGED, ANY]"
            ))),
        }
    }
}

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterException", message)
}

pub(super) fn bad_token() -> AwsError {
    invalid("Invalid parameter at 'nextToken' failed to satisfy constraint: 'the token is invalid'")
}

pub(super) fn required<T>(value: Option<T>, name: &str) -> Result<T, AwsError> {
    value.ok_or_else(|| {
        invalid(format!("Invalid parameter at '{name}' failed to satisfy constraint: 'must not be null'"))
    })
}

/// A page size between 1 and 1000; 100 unless told.
pub(super) fn page_size(asked: Option<i64>) -> Result<usize, AwsError> {
    match asked {
        None => Ok(100),
        Some(asked) => usize::try_from(asked).ok().filter(|size| (1..=1_000).contains(size)).ok_or_else(|| {
            invalid("Invalid parameter at 'maxResults' failed to satisfy constraint: 'must be between 1 and 1000'")
        }),
    }
}

/// Epoch seconds, as ECR's JSON has times.
pub(super) fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
