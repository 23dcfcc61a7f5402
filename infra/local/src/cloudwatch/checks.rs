//! CloudWatch's complaints about its input, in its own words.

use crate::wire::AwsError;

pub(super) fn invalid_value(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterValueException", message)
}

pub(super) fn invalid_combination(message: impl Into<String>) -> AwsError {
    AwsError::client("InvalidParameterCombinationException", message)
}

pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::client("ValidationError", message)
}

pub(super) fn bad_token() -> AwsError {
    AwsError::client("InvalidNextToken", "Invalid nextToken")
}

pub(super) fn required<T>(value: Option<T>, name: &str) -> Result<T, AwsError> {
    value.ok_or_else(|| {
        AwsError::client("MissingRequiredParameterException", format!("The parameter {name} is required."))
    })
}

pub(super) fn at_most<T>(items: &[T], limit: usize, name: &str) -> Result<(), AwsError> {
    if items.len() > limit {
        return Err(validation(format!("The collection {name} must not have a size greater than {limit}.")));
    }
    Ok(())
}

/// Reads a word of a closed set, as AWS's enum validation does.
pub(super) fn one_of<T: std::str::FromStr>(word: &str, name: &str, set: &[&str]) -> Result<T, AwsError> {
    word.parse().map_err(|_| {
        validation(format!(
            "1 validation error detected: Value '{word}' at '{name}' failed to satisfy constraint: Member must satisfy \
             enum value set: [{}]",
            set.join(", ")
        ))
    })
}

/// A page size between 1 and `limit`, which is also the default.
pub(super) fn page_size(asked: Option<i64>, limit: usize, name: &str) -> Result<usize, AwsError> {
    match asked {
        None => Ok(limit),
        Some(asked) => usize::try_from(asked).ok().filter(|size| (1..=limit).contains(size)).ok_or_else(|| {
            validation(format!(
                "1 validation error detected: Value '{asked}' at '{name}' failed to satisfy constraint: Member must \
                 have value less than or equal to {limit}"
            ))
        }),
    }
}
