//! Why a call failed, in words a person can act on.

use super::Timestamp;

/// What sort of failure; decides who reacts and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ProblemKind {
    /// The identity may not make this call; only the pane that needs it suffers.
    Denied,
    /// Credentials are missing, expired or refused: all polling stops until they are renewed.
    Credentials,
    /// The account's or our own request budget is used up.
    Throttled,
    /// The thing asked about does not exist.
    NotFound,
    /// The request contradicts the present state (`ConflictException` and its like).
    Conflict,
    /// The request was malformed or out of range.
    Invalid,
    /// The service could not be reached: DNS, TLS, refused, captive portal.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The console is read-only here; the call was never made.
    ReadOnly,
    /// The service failed (5xx) or sent something unreadable.
    #[default]
    Service,
}

/// A failed call with everything needed to report or repair it. No secrets: messages are cleaned where they are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiProblem {
    /// What sort of failure.
    pub kind: ProblemKind,
    /// The call as IAM names it: `ecs:DescribeServices`.
    pub call: String,
    /// The service's own error code: `AccessDeniedException`.
    pub code: String,
    /// The service's message, control characters removed.
    pub message: String,
    /// AWS request id, for support cases.
    pub request_id: Option<String>,
    /// What to do about it: `aws sso login --profile prod`.
    pub hint: Option<String>,
    /// When it happened.
    pub at: Timestamp,
}

impl ApiProblem {
    /// One line: call, code, message.
    #[must_use]
    pub fn line(&self) -> String {
        match (self.code.as_str(), self.message.as_str()) {
            ("", message) => format!("{}: {message}", self.call),
            (code, "") => format!("{}: {code}", self.call),
            (code, message) => format!("{}: {code}: {message}", self.call),
        }
    }
}
