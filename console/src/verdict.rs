//! What became of a deployment, in the words that screens, the command line and its exit code share.
//!
//! The verdict comes from `ServiceDeployment.status` alone. A deployment that was rolled back failed, however well the
//! service runs now.

use crate::model::{DeploymentStatus, ServiceDeployment};
use crate::theme::Status;

/// Exit code of a deployment that succeeded or is still under way.
pub const EXIT_OK: u8 = 0;
/// Exit code of a deployment that failed and was not undone.
pub const EXIT_DEPLOYMENT_FAILED: u8 = 6;
/// Exit code of a deployment that was undone.
pub const EXIT_ROLLED_BACK: u8 = 7;

/// How a verdict is to be read, and coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Ended well.
    Good,
    /// Ended badly.
    Bad,
    /// Not ended yet.
    Busy,
    /// Ended neither well nor badly.
    Neutral,
}

impl Tone {
    /// Glyph and colour that go with it.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Good => Status::Ok,
            Self::Bad => Status::Failed,
            Self::Busy => Status::Progressing,
            Self::Neutral => Status::Warning,
        }
    }
}

/// Judgement on one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// One or two words in capitals: `ROLLED BACK`.
    pub word: &'static str,
    /// How to read it.
    pub tone: Tone,
    /// The word with AWS's reason.
    pub sentence: String,
    /// What a command that waited for the deployment exits with.
    pub exit_code: u8,
}

/// Judges a deployment.
#[must_use]
pub fn of(deployment: &ServiceDeployment) -> Verdict {
    let (word, tone, exit_code) = word_for(deployment);
    Verdict { word, tone, sentence: sentence(word, deployment), exit_code }
}

fn word_for(deployment: &ServiceDeployment) -> (&'static str, Tone, u8) {
    match &deployment.status {
        DeploymentStatus::Pending => ("PENDING", Tone::Busy, EXIT_OK),
        DeploymentStatus::InProgress => ("IN PROGRESS", Tone::Busy, EXIT_OK),
        DeploymentStatus::Successful => ("SUCCESSFUL", Tone::Good, EXIT_OK),
        DeploymentStatus::StopRequested => ("STOPPING", Tone::Busy, EXIT_DEPLOYMENT_FAILED),
        DeploymentStatus::Stopped if ended_by_guard(deployment) => ("FAILED", Tone::Bad, EXIT_DEPLOYMENT_FAILED),
        DeploymentStatus::Stopped => ("STOPPED", Tone::Neutral, EXIT_DEPLOYMENT_FAILED),
        DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress => {
            ("ROLLING BACK", Tone::Bad, EXIT_ROLLED_BACK)
        }
        DeploymentStatus::RollbackSuccessful => ("ROLLED BACK", Tone::Bad, EXIT_ROLLED_BACK),
        DeploymentStatus::RollbackFailed => ("ROLLBACK FAILED", Tone::Bad, EXIT_DEPLOYMENT_FAILED),
        DeploymentStatus::Other(_) => ("UNKNOWN", Tone::Neutral, EXIT_OK),
    }
}

/// The breaker or an alarm ended it and did not roll back: ECS calls that STOPPED.
fn ended_by_guard(deployment: &ServiceDeployment) -> bool {
    let breaker = deployment.breaker.as_ref().is_some_and(|breaker| breaker.status == "TRIGGERED");
    breaker || deployment.alarms.as_ref().is_some_and(|alarms| !alarms.triggered.is_empty())
}

fn sentence(word: &str, deployment: &ServiceDeployment) -> String {
    if let DeploymentStatus::Other(status) = &deployment.status {
        return format!("{word}: AWS calls this state {status}, which this version does not know");
    }
    let rollback_reason = deployment.rollback.as_ref().and_then(|rollback| rollback.reason.as_deref());
    let going_back = matches!(
        deployment.status,
        DeploymentStatus::RollbackRequested
            | DeploymentStatus::RollbackInProgress
            | DeploymentStatus::RollbackSuccessful
            | DeploymentStatus::RollbackFailed
    );
    let reason = match (rollback_reason.filter(|_| going_back), deployment.status_reason.as_deref()) {
        (Some(reason), _) | (None, Some(reason)) if !reason.is_empty() => reason,
        _ if going_back => return format!("{word}: {}", why_it_went_back(deployment)),
        _ => return word.to_owned(),
    };
    format!("{word}: {reason}")
}

fn why_it_went_back(deployment: &ServiceDeployment) -> String {
    let triggered = deployment.alarms.as_ref().map(|alarms| alarms.triggered.join(", ")).unwrap_or_default();
    match &deployment.breaker {
        _ if !triggered.is_empty() => format!("alarm {triggered}"),
        Some(breaker) if breaker.status == "TRIGGERED" => {
            format!("circuit breaker after {} of {} failed tasks", breaker.failures, breaker.threshold)
        }
        _ => "AWS gave no reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rollout::{Breaker, DeploymentAlarms, Rollback};

    fn deployment(status: &str) -> ServiceDeployment {
        ServiceDeployment { status: DeploymentStatus::parse(status), ..ServiceDeployment::default() }
    }

    #[test]
    fn every_status_has_its_word_tone_and_exit_code() {
        for (status, word, tone, exit_code) in [
            ("PENDING", "PENDING", Tone::Busy, 0),
            ("IN_PROGRESS", "IN PROGRESS", Tone::Busy, 0),
            ("SUCCESSFUL", "SUCCESSFUL", Tone::Good, 0),
            ("STOP_REQUESTED", "STOPPING", Tone::Busy, 6),
            ("STOPPED", "STOPPED", Tone::Neutral, 6),
            ("ROLLBACK_REQUESTED", "ROLLING BACK", Tone::Bad, 7),
            ("ROLLBACK_IN_PROGRESS", "ROLLING BACK", Tone::Bad, 7),
            ("ROLLBACK_SUCCESSFUL", "ROLLED BACK", Tone::Bad, 7),
            ("ROLLBACK_FAILED", "ROLLBACK FAILED", Tone::Bad, 6),
            ("SOMETHING_NEW", "UNKNOWN", Tone::Neutral, 0),
        ] {
            let verdict = of(&deployment(status));
            assert_eq!((verdict.word, verdict.tone, verdict.exit_code), (word, tone, exit_code), "{status}");
        }
    }

    #[test]
    fn what_the_breaker_ended_without_going_back_has_failed() {
        let breaker = Breaker { status: "TRIGGERED".into(), failures: 3, threshold: 3 };
        let verdict = of(&ServiceDeployment { breaker: Some(breaker), ..deployment("STOPPED") });
        assert_eq!((verdict.word, verdict.tone, verdict.exit_code), ("FAILED", Tone::Bad, EXIT_DEPLOYMENT_FAILED));
    }

    #[test]
    fn a_rollback_is_never_called_a_success() {
        let reason = "Service deployment rolled back because the circuit breaker threshold was exceeded.";
        let rolled_back = ServiceDeployment {
            rollback: Some(Rollback { reason: Some(reason.into()), ..Rollback::default() }),
            status_reason: Some("other words".into()),
            ..deployment("ROLLBACK_SUCCESSFUL")
        };
        let verdict = of(&rolled_back);
        assert_eq!(verdict.sentence, format!("ROLLED BACK: {reason}"));
        assert_ne!(verdict.exit_code, EXIT_OK);
    }

    #[test]
    fn a_missing_reason_is_made_up_from_what_is_known() {
        let breaker = Breaker { status: "TRIGGERED".into(), failures: 3, threshold: 3 };
        let by_breaker = ServiceDeployment { breaker: Some(breaker), ..deployment("ROLLBACK_IN_PROGRESS") };
        assert_eq!(of(&by_breaker).sentence, "ROLLING BACK: circuit breaker after 3 of 3 failed tasks");
        let alarms = DeploymentAlarms { triggered: vec!["cpu-high".into()], ..DeploymentAlarms::default() };
        let by_alarm = ServiceDeployment { alarms: Some(alarms), ..deployment("ROLLBACK_SUCCESSFUL") };
        assert_eq!(of(&by_alarm).sentence, "ROLLED BACK: alarm cpu-high");
        assert_eq!(of(&deployment("ROLLBACK_SUCCESSFUL")).sentence, "ROLLED BACK: AWS gave no reason");
        assert_eq!(of(&deployment("SUCCESSFUL")).sentence, "SUCCESSFUL");
    }
}
