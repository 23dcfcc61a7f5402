//! What Logs says about its input, in its own words, and how a group is named.

use super::store::{Group, Store};
use crate::wire::AwsError;

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterException", message)
}

pub(super) fn not_found(what: &str) -> AwsError {
    AwsError::client("ResourceNotFoundException", format!("The specified {what} does not exist."))
}

pub(super) fn already_exists(what: &str) -> AwsError {
    AwsError::client("ResourceAlreadyExistsException", format!("The specified {what} already exists"))
}

pub(super) fn required<T>(value: Option<T>, name: &str) -> Result<T, AwsError> {
    value.ok_or_else(|| violated("null", name, "Member must not be null"))
}

pub(super) fn violated(value: &str, name: &str, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {constraint}"
    ))
}

/// A page size between 1 and `most`, which is also the default.
pub(super) fn limit(asked: Option<i64>, most: usize) -> Result<usize, AwsError> {
    match asked {
        None => Ok(most),
        Some(asked) if asked < 1 => {
            Err(violated(&asked.to_string(), "limit", "Member must have value greater than or equal to 1"))
        }
        Some(asked) => usize::try_from(asked).ok().filter(|size| *size <= most).ok_or_else(|| {
            violated(&asked.to_string(), "limit", &format!("Member must have value less than or equal to {most}"))
        }),
    }
}

/// Checks the name of a group or stream: 1 to 512 lawful characters.
pub(super) fn name(name: &str, member: &str, lawful: fn(char) -> bool, pattern: &str) -> Result<(), AwsError> {
    if name.is_empty() || name.chars().count() > 512 {
        return Err(violated(name, member, "Member must have length between 1 and 512"));
    }
    if !name.chars().all(lawful) {
        return Err(violated(name, member, &format!("Member must satisfy regular expression pattern: {pattern}")));
    }
    Ok(())
}

/// Finds the group that a call names by name or by identifier (name or ARN), but not by both.
pub(super) fn group<'a>(store: &'a Store, name: Option<&str>, identifier: Option<&str>) -> Result<&'a Group, AwsError> {
    let wanted = match (name, identifier) {
        (Some(_), Some(_)) => return Err(invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters.")),
        (Some(name), None) => name,
        (None, Some(identifier)) => name_of(identifier),
        (None, None) => return required(None, "logGroupName"),
    };
    store.groups.get(wanted).ok_or_else(|| not_found("log group"))
}

/// The group's name in an ARN, with or without the trailing `:*`; a name stays as it is.
pub(super) fn name_of(identifier: &str) -> &str {
    match identifier.split_once(":log-group:") {
        Some((_, name)) => name.strip_suffix(":*").unwrap_or(name),
        None => identifier,
    }
}
