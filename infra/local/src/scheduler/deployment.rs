//! One entry of a service's `deployments`: a revision on its way out, or on its way in.

/// How far a deployment is (`rolloutState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// Under way.
    InProgress,
    /// Reached a steady state.
    Completed,
    /// Given up; launches nothing any more.
    Failed,
}

/// Why there is a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody wanted this revision.
    Wanted,
    /// Another deployment failed.
    Rollback,
}

/// The alarms that a deployment watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlarmWatch {
    /// Not yet looked at: the first step decides.
    Undecided,
    /// An alarm was in ALARM when the deployment started, so that none is watched
    /// (Amazon ECS Developer Guide, "How CloudWatch alarms detect Amazon ECS deployment failures"),
    /// or none is configured.
    Off,
    /// These are watched.
    On(Vec<String>),
}

/// A deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// `ecs-svc/` and 19 digits; also `startedBy` of its tasks.
    pub id: String,
    /// The revision it brings out.
    pub revision: String,
    /// The service deployment it belongs to.
    pub record: String,
    /// Why there is this deployment.
    pub purpose: Purpose,
    /// How far it is.
    pub rollout: Rollout,
    /// The same in AWS's words.
    pub rollout_reason: String,
    /// Epoch milliseconds.
    pub created_ms: i64,
    /// Epoch milliseconds.
    pub updated_ms: i64,
    /// Tasks that failed, in a row unless the breaker counts all of them.
    pub failed_tasks: u32,
    /// Failures to start in a row, which lengthen the pause before the next start.
    pub false_starts: u32,
    /// No task is started before this moment.
    pub next_launch_ms: i64,
    /// Whether "unable to consistently start" was told in this row of failures.
    pub false_starts_told: bool,
    /// The alarms it watches.
    pub alarms: AlarmWatch,
    /// When the last old task was gone and everything was healthy; alarms are watched a while longer.
    pub baking_since_ms: Option<i64>,
}

/// The longest pause between starts of tasks that never run (Amazon ECS Developer Guide, "Service throttle logic").
pub const LONGEST_PAUSE_MS: i64 = 15 * 60 * 1000;
/// The pause after the first task that never ran; it doubles with each further one. AWS publishes only the longest.
const FIRST_PAUSE_MS: i64 = 5_000;
/// The pause after a task that ran and ended at once: about what AWS needs to bring up the next one.
const EARLY_END_PAUSE_MS: i64 = 5_000;

impl Deployment {
    /// A deployment that has just been asked for.
    pub fn new(id: String, revision: String, record: String, purpose: Purpose, now_ms: i64) -> Self {
        Self {
            rollout_reason: format!("ECS deployment {id} in progress."),
            id,
            revision,
            record,
            purpose,
            rollout: Rollout::InProgress,
            created_ms: now_ms,
            updated_ms: now_ms,
            failed_tasks: 0,
            false_starts: 0,
            next_launch_ms: now_ms,
            false_starts_told: false,
            alarms: AlarmWatch::Undecided,
            baking_since_ms: None,
        }
    }

    /// Sets the rollout state with its reason.
    pub fn conclude(&mut self, rollout: Rollout, reason: String, now_ms: i64) {
        self.rollout = rollout;
        self.rollout_reason = reason;
        self.updated_ms = now_ms;
    }

    /// A task never ran: waits longer each time.
    pub fn note_false_start(&mut self, now_ms: i64) {
        let doublings = self.false_starts.min(16);
        self.false_starts = self.false_starts.saturating_add(1);
        let pause = (FIRST_PAUSE_MS << doublings).min(LONGEST_PAUSE_MS);
        self.next_launch_ms = self.next_launch_ms.max(now_ms + pause);
    }

    /// A task ran and ended before it was healthy.
    pub fn note_early_end(&mut self, now_ms: i64) {
        self.next_launch_ms = self.next_launch_ms.max(now_ms + EARLY_END_PAUSE_MS);
    }

    /// A task reached RUNNING: the row of failures to start is over.
    pub fn note_running(&mut self) {
        self.false_starts = 0;
        self.false_starts_told = false;
    }
}
