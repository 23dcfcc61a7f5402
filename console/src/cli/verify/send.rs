//! Sends saved predictions, one after the other, and judges what comes back.

use std::time::Duration;

use super::super::ask::only;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::prepare::Prepared;
use super::judge::judge;
use super::saved::Saved;
use crate::effect::Request;
use crate::event::Facts;
use crate::model::Target;
use crate::model::prediction::Outcome;

/// How often a prediction is sent that found no one to answer it: load balancers forget old tasks with a delay.
const ATTEMPTS: u32 = 3;

/// A saved prediction that was sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answered {
    /// Line of the file.
    pub(super) line: usize,
    /// What it is called.
    pub(super) name: String,
    /// Where it was sent to.
    pub(super) url: String,
    /// HTTP status of the answer.
    pub(super) status: Option<u16>,
    /// Milliseconds until the answer was there.
    pub(super) total_ms: Option<f64>,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// What came back, or what is wrong with it.
    pub(super) judged: Result<String, String>,
}

/// Sends all of them; a wrong answer does not end it.
pub(super) async fn all(
    prepared: &Prepared,
    base: &str,
    saved: &[Saved],
    output: &mut Output<'_>,
) -> Result<Vec<Answered>, Failure> {
    let mut answers = Vec::with_capacity(saved.len());
    for one in saved {
        answers.push(send(prepared, base, one, output).await?);
    }
    Ok(answers)
}

async fn send(prepared: &Prepared, base: &str, saved: &Saved, output: &mut Output<'_>) -> Result<Answered, Failure> {
    let request = saved.request(base);
    let mut attempts = 0;
    loop {
        attempts += 1;
        let (sent, _) = only!(&prepared.clients, Request::Predict(request.clone()), Facts::Prediction);
        let judged = judge(&saved.expect, &sent.outcome);
        if let (Err(problem), true) = (&judged, attempts < ATTEMPTS && found_no_one(&sent.outcome)) {
            output.note(&format!("line {}: {problem}; sent again", saved.line));
            tokio::time::sleep(pause(prepared)).await;
            continue;
        }
        let (status, total_ms) = match &sent.outcome {
            Outcome::Answered(answer) => (Some(answer.status), Some(answer.total_ms)),
            Outcome::Failed(_) => (None, None),
        };
        let (line, name, url) = (saved.line, saved.name.clone(), request.url);
        return Ok(Answered { line, name, url, status, total_ms, attempts, judged });
    }
}

/// No connection, or a load balancer without a target. A wrong answer is not asked for twice.
fn found_no_one(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Failed(_) => true,
        Outcome::Answered(answer) => matches!(answer.status, 502..=504),
    }
}

fn pause(prepared: &Prepared) -> Duration {
    match prepared.clients.context().target {
        Target::Local { .. } => Duration::from_millis(200),
        Target::Aws { .. } => Duration::from_secs(2),
    }
}
