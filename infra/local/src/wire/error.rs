//! An error as AWS words it: a status, a code, a message. Each protocol writes it in its own body.

/// What a call answers when it fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code, for example `ClusterNotFoundException`.
    pub code: String,
    /// The sentence for people, in AWS's wording.
    pub message: String,
}

impl AwsError {
    /// The caller's fault: status 400.
    pub fn client(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into() }
    }

    /// The service's fault: status 500.
    pub fn server(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: 500, code: code.into(), message: message.into() }
    }

    /// The same with another HTTP status, where AWS's model asks for one.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The body was not what the operation's shape asks for.
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::client("SerializationException", message)
    }

    /// The operation exists in AWS, or nowhere, but not here.
    #[must_use]
    pub fn unknown_operation(operation: &str) -> Self {
        Self::client("UnknownOperationException", format!("The operation {operation} is not known to the local stack."))
    }
}
