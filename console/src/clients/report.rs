//! The way answers go back: parts, an end, or a failure, each stamped with the time at which it came.

use tokio::sync::mpsc;

use super::now;
use crate::effect::Request;
use crate::event::{Event, Facts, Outcome, Reply};
use crate::model::ApiProblem;

/// Sends replies to one request.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    request: Request,
    out: mpsc::Sender<Event>,
}

impl Reporter {
    pub(crate) fn new(request: Request, out: mpsc::Sender<Event>) -> Self {
        Self { request, out }
    }

    /// A page; more follow.
    pub(crate) async fn part(&self, facts: Facts) {
        self.send(Outcome::Part(facts)).await;
    }

    /// The last or only page.
    pub(crate) async fn done(&self, facts: Facts, partial: Option<String>) {
        self.send(Outcome::Done { facts, partial }).await;
    }

    /// No answer, or none for now.
    pub(crate) async fn failed(&self, problem: ApiProblem) {
        self.send(Outcome::Failed(problem)).await;
    }

    async fn send(&self, outcome: Outcome) {
        let reply = Reply { request: self.request.clone(), at: now(), outcome };
        // A closed channel means that the console is ending; nobody is left to tell.
        let _ = self.out.send(Event::Reply(Box::new(reply))).await;
    }
}

/// A value, and why it is not the whole truth.
#[derive(Debug)]
pub(crate) struct Partly<T> {
    pub(crate) value: T,
    pub(crate) partial: Option<String>,
}

/// Collects what is missing from an answer.
#[derive(Debug, Default)]
pub(crate) struct Whole(Vec<String>);

impl Whole {
    /// Nothing is missing so far.
    pub(crate) fn yes() -> Self {
        Self::default()
    }

    /// Something is missing. Each reason is kept once, and not more of them than a line can hold.
    pub(crate) fn lacks(&mut self, reason: String) {
        const MOST: usize = 5;
        if self.0.len() < MOST && !self.0.contains(&reason) {
            self.0.push(reason);
        }
    }

    /// Something may be missing.
    pub(crate) fn lacks_if(&mut self, reason: Option<String>) {
        if let Some(reason) = reason {
            self.lacks(reason);
        }
    }

    /// All reasons in one line.
    pub(crate) fn reason(self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join("; "))
    }
}
