//! Facts: what AWS and the predictor told us, as plain data with our own names.
//!
//! No SDK types, no I/O, no clock. Every optional member of an answer is optional here.

pub mod alarm;
pub mod cluster;
pub mod context;
pub mod fetched;
pub mod image;
pub mod log;
pub mod metric;
pub mod prediction;
pub mod problem;
pub mod rollout;
pub mod service;
pub mod task;
pub mod task_definition;
pub mod time;

pub use alarm::{Alarm, AlarmHistoryItem, AlarmState};
pub use cluster::Cluster;
pub use context::{Context, Target};
pub use fetched::{Fetched, Freshness};
pub use image::{Image, RepositoryName};
pub use log::{LogLine, LogSource};
pub use metric::{Point, Series};
pub use prediction::{Catalog, Prediction, PredictionRequest};
pub use problem::{ApiProblem, ProblemKind};
pub use rollout::{DeploymentStatus, RevisionSummary, ServiceDeployment, ServiceRevision};
pub use service::{Deployment, Service, ServiceEvent, ServiceId};
pub use task::{Container, Task};
pub use task_definition::TaskDefinition;
pub use time::Timestamp;
