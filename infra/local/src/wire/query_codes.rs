//! CloudWatch's error shapes have shorter codes in its old query protocol, and clients of the newer protocols that once
//! spoke it expect those too.

/// The query protocol's code of an error shape (the `awsQueryError` trait of CloudWatch's model).
pub(super) fn query_code(shape: &str) -> &str {
    match shape {
        "InvalidParameterValueException" => "InvalidParameterValue",
        "InvalidParameterCombinationException" => "InvalidParameterCombination",
        "MissingRequiredParameterException" => "MissingParameter",
        "LimitExceededFault" => "LimitExceeded",
        "InvalidFormatFault" => "InvalidFormat",
        "DashboardNotFoundError" => "ResourceNotFound",
        "DashboardInvalidInputError" => "InvalidParameterInput",
        "InternalServiceFault" => "InternalServiceError",
        "ThrottlingException" => "Throttling",
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        other => other,
    }
}
