//! Why a subcommand failed, and with which exit code.

use crate::model::{ApiProblem, ProblemKind};
use crate::verdict;

/// Exit codes; they are part of the interface.
pub mod exit {
    /// Done.
    pub const OK: u8 = 0;
    /// Failed.
    pub const ERROR: u8 = 1;
    /// The command line makes no sense.
    pub const USAGE: u8 = 2;
    /// No such cluster, service, tag, task.
    pub const NOT_FOUND: u8 = 3;
    /// Denied, no credentials, or read-only.
    pub const DENIED: u8 = 4;
    /// Not in time.
    pub const TIMEOUT: u8 = 5;
    /// The deployment failed or was stopped.
    pub const DEPLOYMENT_FAILED: u8 = super::verdict::EXIT_DEPLOYMENT_FAILED;
    /// The deployment was rolled back.
    pub const ROLLED_BACK: u8 = super::verdict::EXIT_ROLLED_BACK;
}

/// A failure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// What failed.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    closed_pipe: bool,
}

impl Failure {
    /// A failure with a code of [`exit`].
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, closed_pipe: false }
    }

    /// A command line that makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    /// Something that does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(exit::NOT_FOUND, message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The reader of our output has gone; nothing is wrong with us.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }
}

impl From<ApiProblem> for Failure {
    fn from(problem: ApiProblem) -> Self {
        let code = match problem.kind {
            ProblemKind::NotFound => exit::NOT_FOUND,
            ProblemKind::Denied | ProblemKind::Credentials | ProblemKind::ReadOnly => exit::DENIED,
            ProblemKind::Timeout => exit::TIMEOUT,
            _ => exit::ERROR,
        };
        Self { code, message: problem.line(), hint: problem.hint, closed_pipe: false }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let closed_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        Self { closed_pipe, ..Self::new(exit::ERROR, format!("output: {error}")) }
    }
}
