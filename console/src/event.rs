//! What happened: the closed list of everything that can reach `update`.

use crossterm::event::KeyEvent;

use crate::batch::BatchNews;
use crate::effect::{EditPurpose, Request, Write};
use crate::model::metric::ServiceMetrics;
use crate::model::rollout::DeploymentHistory;
use crate::model::{
    Alarm, AlarmHistoryItem, ApiProblem, Catalog, Cluster, Image, LogLine, Prediction, Service, Task, TaskDefinition,
    Timestamp,
};

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted (bracketed paste).
    Pasted(String),
    /// The terminal has a new size: columns, rows.
    Resized(u16, u16),
    /// The terminal window got or lost the focus.
    Focused(bool),
    /// A second has passed.
    Ticked(Timestamp),
    /// An answer, or a part of one.
    Reply(Box<Reply>),
    /// A write ended.
    Written(Box<Written>),
    /// An audit line was written.
    Audited(AuditEntry),
    /// The editor was left; `None` when nothing was changed or it could not be run.
    Edited(EditPurpose, Option<String>),
    /// Something the user should read once ("saved to …").
    Noticed(String),
    /// A failure outside any request (file could not be written, editor missing).
    Failed(ApiProblem),
    /// State of the request budget, at most once a second.
    Budget(Budget),
    /// A credentials or configuration file of the AWS tools has changed: worth another try.
    CredentialsChanged,
}

/// An answer with the request it answers. `update` drops those that no screen wants any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// What was asked.
    pub request: Request,
    /// When the answer came.
    pub at: Timestamp,
    /// What came.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A page; more follow.
    Part(Facts),
    /// The last or only page. `partial` says why it is not the whole truth.
    Done {
        /// The page.
        facts: Facts,
        /// "page 4 of services: throttled"
        partial: Option<String>,
    },
    /// No answer.
    Failed(ApiProblem),
}

/// Payload of a reply, by request.
#[derive(Debug, Clone, PartialEq)]
pub enum Facts {
    /// `Identity`: account, who, credential end.
    Identity {
        /// Account id.
        account: String,
        /// Role or user with session.
        identity: String,
        /// End of the credentials.
        expires: Option<Timestamp>,
    },
    /// `Clusters`
    Clusters(Vec<Cluster>),
    /// `Services`, `ServiceRows`: each part brings some services; on `Done` of `Services` those not seen are gone.
    Services(Vec<Service>),
    /// `Tasks`: ECS's tasks and remembered stopped ones.
    Tasks(Vec<Task>),
    /// `TaskDefinition`
    TaskDefinition(TaskDefinition),
    /// `TaskDefinitionRevisions`: ARNs, newest first.
    TaskDefinitionRevisions(Vec<String>),
    /// `Deployments`
    Deployments(DeploymentHistory),
    /// `Alarms`
    Alarms(Vec<Alarm>),
    /// `AlarmHistory`
    AlarmHistory(Vec<AlarmHistoryItem>),
    /// `Metrics`
    Metrics(ServiceMetrics),
    /// `Sparks`: per service name.
    Sparks(Vec<(String, ServiceMetrics)>),
    /// `Images`
    Images(Vec<Image>),
    /// `ImageParts`
    ImageParts(Vec<String>),
    /// `Logs`, `FollowLogs`
    Logs(LogPage),
    /// `Predict`
    Prediction(Prediction),
    /// `Models`
    Models(Catalog),
    /// `Batch`: what is new since the last part.
    Batch(Box<BatchNews>),
    /// `Paths`: whole paths; folders end with a slash.
    Paths(Vec<String>),
    /// `Preflight`
    Preflight(Vec<Check>),
    /// `PredictionHistory`, oldest first.
    PredictionHistory(Vec<Prediction>),
    /// `Audit`, oldest first.
    Audit(Vec<AuditEntry>),
}

/// Log events and what is known about the ones that are not here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogPage {
    /// Sorted by event time, then ingestion time, then id.
    pub lines: Vec<LogLine>,
    /// The source says there is nothing older in the range.
    pub reached_start: bool,
    /// Lines that Live Tail left out by sampling, if it said so.
    pub missing: u64,
    /// The search was given up in a part without lines; `LogQuery::token` takes it up from here.
    pub next: Option<String>,
}

/// Result of one pre-flight check, in ecspresso's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked: `image exists`.
    pub name: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found, and what to do about it.
    pub detail: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Fine.
    Ok,
    /// Worth knowing, not fatal.
    Warning,
    /// Deploying will fail or do harm.
    NotGood,
    /// Could not be checked; the detail says why.
    Skipped,
}

/// End of a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What was asked.
    pub write: Write,
    /// When it ended.
    pub at: Timestamp,
    /// What AWS said: a sentence such as "registered predictor:8 and began deployment ecs-svc/…".
    pub result: Result<String, ApiProblem>,
}

/// One line of the audit file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuditEntry {
    /// RFC 3339, UTC.
    pub time: String,
    /// Account id, as far as known.
    pub account: String,
    /// Region.
    pub region: String,
    /// Role or user with session.
    pub identity: String,
    /// `ecs:UpdateService`
    pub call: String,
    /// What it acts on: `cluster/service` or a task id.
    pub object: String,
    /// Parameters in words; never secret values.
    pub parameters: String,
    /// AWS request id.
    pub request_id: Option<String>,
    /// `begun`, `ok`, or the error's code and message.
    pub result: String,
}

/// How much of the shared API allowance we use.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Budget {
    /// Calls per second over the last ten seconds.
    pub rate: f64,
    /// Buckets that are slowed down after a throttling answer.
    pub throttled: bool,
    /// Calls waiting for their turn.
    pub waiting: u32,
    /// All calls since start.
    pub calls: u64,
}
