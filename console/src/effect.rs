//! Work for the outside, as data: what `update` asks for and `runtime` carries out.
//!
//! Because effects are values, `update` is tested by comparing them; no mock of AWS is needed.

use serde_json::Value;

use crate::batch::BatchRequest;
use crate::model::{PredictionRequest, RepositoryName, ServiceId, Timestamp};

/// One piece of work.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask once, or keep following; the answer comes back as [`crate::event::Event::Reply`] and carries the request.
    Load(Request),
    /// Abort whatever runs in this slot.
    Abort(Slot),
    /// Change something in AWS. Audited; refused in read-only contexts by the clients themselves.
    Write(Write),
    /// Put text on the clipboard (OSC 52, bounded).
    Copy(String),
    /// Write text to a file below the user's state directory; the path comes back as a notice.
    Save {
        /// File name without folder.
        name: String,
        /// Contents.
        text: String,
    },
    /// Open text in `$VISUAL`/`$EDITOR`; the result comes back as [`crate::event::Event::Edited`].
    Edit {
        /// Tells the screen what was edited.
        purpose: EditPurpose,
        /// File name extension, for the editor's highlighting.
        extension: &'static str,
        /// Present text.
        text: String,
    },
    /// Keep one line of prediction history.
    RememberPrediction(Box<crate::model::Prediction>),
    /// Ring the terminal bell.
    Bell,
    /// Set the terminal's title.
    Title(String),
    /// Re-read the credential chain and start over.
    RenewCredentials,
    /// Draw everything afresh.
    Redraw,
    /// End the console.
    Quit,
}

/// What an external editor was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditPurpose {
    /// Body of a prediction request.
    PredictionBody,
    /// Reading only; the result is dropped.
    View,
}

/// A read. It is its own key: at most one of each is in flight, and its reply carries it back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// Who we are (`sts:GetCallerIdentity`) and how long the credentials last.
    Identity,
    /// All clusters with counts.
    Clusters,
    /// All services of a cluster, page by page (parts arrive as they come).
    Services {
        /// Cluster name.
        cluster: String,
    },
    /// Some services again, for the rows on screen. At most 10 names a call; the client splits.
    ServiceRows {
        /// Cluster name.
        cluster: String,
        /// Service names.
        names: Vec<String>,
    },
    /// Running and stopped tasks of a service, merged with the local record of stopped ones.
    Tasks(ServiceId),
    /// One task definition.
    TaskDefinition {
        /// ARN or `family:revision`.
        arn: String,
    },
    /// The newest service deployments with their revisions.
    Deployments(ServiceId),
    /// Active revision numbers of a family, newest first: rollback targets older than the deployment history.
    TaskDefinitionRevisions {
        /// Family name.
        family: String,
    },
    /// All alarms.
    Alarms,
    /// History of one alarm, newest first.
    AlarmHistory {
        /// Alarm name.
        name: String,
    },
    /// Charts of one service.
    Metrics {
        /// The service.
        service: ServiceId,
        /// Its first target group and load balancer, for request counts and latency.
        target_group: Option<String>,
        /// How far back, in minutes.
        minutes: u32,
    },
    /// CPU and memory of the last minutes of several services, for sparks in a list.
    Sparks {
        /// Cluster name.
        cluster: String,
        /// Service names.
        names: Vec<String>,
    },
    /// All images of a repository.
    Images(RepositoryName),
    /// Digests of the manifests that an image index lists; none for an image that is no index.
    ImageParts {
        /// Where the image is.
        repository: RepositoryName,
        /// Its own digest.
        digest: String,
    },
    /// One page of log events.
    Logs(LogQuery),
    /// Log events as they arrive, until aborted.
    FollowLogs(LogQuery),
    /// One test prediction.
    Predict(PredictionRequest),
    /// The models that the prediction service behind this base URL has, with the fields that they ask for.
    Models {
        /// Base URL without a slash at its end.
        base: String,
    },
    /// Many predictions from a file: checked, or checked and sent.
    Batch(BatchRequest),
    /// Files whose path begins so, for completion.
    Paths {
        /// What is typed so far.
        beginning: String,
    },
    /// Everything `deploy` checks before it offers itself, without changing anything.
    Preflight {
        /// The service.
        service: ServiceId,
        /// Image reference to be deployed, with tag.
        image: String,
    },
    /// The last predictions sent to this service, from the local history.
    PredictionHistory,
    /// The last lines of the audit file.
    Audit,
}

/// Which log events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LogQuery {
    /// Log group name.
    pub group: String,
    /// Region of the group when it is not ours.
    pub region: Option<String>,
    /// Exact stream names; empty means all that begin with `stream_prefix`.
    pub streams: Vec<String>,
    /// Beginning of the stream names.
    pub stream_prefix: Option<String>,
    /// Pattern in CloudWatch's filter language, empty for all events.
    pub pattern: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before (exclusive).
    pub until: Option<Timestamp>,
    /// Newest first: the last page of the range instead of the first.
    pub newest_first: bool,
    /// At most this many events.
    pub limit: u32,
    /// `LogPage::next` of a page with the same question otherwise: the search goes on where it was given up.
    pub token: Option<String>,
}

/// A purpose. One slot, one job: starting a second aborts the first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Each read that is not listed below has a slot of its own.
    Read(Request),
    /// The one log stream that is followed.
    FollowLogs,
    /// The one page of older log events.
    Logs,
    /// The one test prediction under way.
    Predict,
    /// The one file of predictions under way.
    Batch,
    /// The one completion of a path.
    Paths,
    /// The one write under way.
    Write,
}

impl Request {
    /// The slot in which this read runs.
    #[must_use]
    pub fn slot(&self) -> Slot {
        match self {
            Self::FollowLogs(_) => Slot::FollowLogs,
            Self::Logs(_) => Slot::Logs,
            Self::Predict(_) => Slot::Predict,
            Self::Batch(_) => Slot::Batch,
            Self::Paths { .. } => Slot::Paths,
            other => Slot::Read(other.clone()),
        }
    }
}

/// A change, with everything fixed at the moment its dialog opened.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Register a task definition and point the service at it.
    Deploy {
        /// The service.
        service: ServiceId,
        /// `RegisterTaskDefinition` input: the old definition with the image changed, nothing else.
        definition: Value,
        /// ARN of the definition it derives from.
        from: String,
        /// Desired count to set with it; none leaves it as it is.
        tasks: Option<u32>,
    },
    /// Point the service at an existing task definition.
    UseTaskDefinition {
        /// The service.
        service: ServiceId,
        /// ARN.
        task_definition: String,
        /// ARN that runs now.
        from: String,
    },
    /// `StopServiceDeployment` with stop type ROLLBACK.
    RollBackDeployment {
        /// The service.
        service: ServiceId,
        /// ARN of the deployment under way.
        deployment: String,
    },
    /// `UpdateService` with `forceNewDeployment`.
    Restart {
        /// The service.
        service: ServiceId,
    },
    /// `UpdateService` with a new desired count.
    Scale {
        /// The service.
        service: ServiceId,
        /// Before.
        from: u32,
        /// After.
        to: u32,
    },
    /// `StopTask`.
    StopTask {
        /// The service whose task it is.
        service: ServiceId,
        /// Task id.
        task: String,
        /// Reason that ECS shows.
        reason: String,
    },
}

impl Write {
    /// The service that is changed.
    #[must_use]
    pub fn service(&self) -> &ServiceId {
        match self {
            Self::Deploy { service, .. }
            | Self::UseTaskDefinition { service, .. }
            | Self::RollBackDeployment { service, .. }
            | Self::Restart { service }
            | Self::Scale { service, .. }
            | Self::StopTask { service, .. } => service,
        }
    }

    /// The API calls this makes, as IAM names them.
    #[must_use]
    pub fn calls(&self) -> &'static [&'static str] {
        match self {
            Self::Deploy { .. } => &["ecs:RegisterTaskDefinition", "ecs:UpdateService"],
            Self::UseTaskDefinition { .. } | Self::Restart { .. } | Self::Scale { .. } => &["ecs:UpdateService"],
            Self::RollBackDeployment { .. } => &["ecs:StopServiceDeployment"],
            Self::StopTask { .. } => &["ecs:StopTask"],
        }
    }
}
