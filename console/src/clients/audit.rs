//! The audit file: a line before and a line after each call that changes something.

use std::path::PathBuf;

use jiff::Timestamp as Instant;

use super::lines::Lines;
use crate::event::AuditEntry;
use crate::model::{ApiProblem, Context};

/// Lines kept.
const MOST_LINES: usize = 20_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct Audit {
    lines: Lines,
}

/// One call that changes something.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    /// `ecs:UpdateService`
    pub(crate) call: &'static str,
    /// `cluster/service` or a task id.
    pub(crate) object: String,
    /// Parameters in words, without secrets.
    pub(crate) parameters: String,
}

impl Audit {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { lines: Lines::new(path, MOST_LINES) }
    }

    /// The newest entries, oldest first.
    pub(crate) fn newest(&self, limit: usize) -> std::io::Result<Vec<AuditEntry>> {
        self.lines.newest(limit)
    }

    /// Writes one line and gives it back.
    pub(crate) fn record(
        &self,
        context: &Context,
        deed: &Deed,
        request_id: Option<String>,
        result: String,
    ) -> (AuditEntry, std::io::Result<()>) {
        let entry = AuditEntry {
            time: Instant::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            account: context.account.clone().unwrap_or_default(),
            region: context.region.clone(),
            identity: context.identity.clone().unwrap_or_default(),
            call: deed.call.to_owned(),
            object: deed.object.clone(),
            parameters: deed.parameters.clone(),
            request_id,
            result,
        };
        let written = self.lines.append(&entry);
        (entry, written)
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.lines.path()
    }
}

/// What the file says about a failed call.
pub(crate) fn result_of(problem: &ApiProblem) -> String {
    if problem.code.is_empty() { problem.message.clone() } else { format!("{}: {}", problem.code, problem.message) }
}
