//! Running effects: one slot, one job; a new one aborts the old.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use crossterm::event::EventStream;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::{RunError, clipboard, editor, save, terminal::Screen};
use crate::effect::{Effect, Request, Slot, Write};
use crate::event::{Budget, Event};

/// Who answers requests and carries out writes: the clients, or a scripted double in a test of the loop.
pub trait Answers: Clone + Send + Sync + 'static {
    /// Answers one read with one or more [`Event::Reply`]s.
    fn answer(&self, request: Request, events: mpsc::Sender<Event>) -> impl Future<Output = ()> + Send;
    /// Carries out one write and ends with [`Event::Written`].
    fn write(&self, write: Write, events: mpsc::Sender<Event>) -> impl Future<Output = ()> + Send;
    /// Reads the credentials afresh.
    fn renew(&self) -> impl Future<Output = ()> + Send;
    /// How much of the request allowance is in use.
    fn budget(&self) -> Budget;
    /// Keeps a prediction in the local history.
    fn remember(&self, prediction: crate::model::Prediction) -> impl Future<Output = ()> + Send;
}

/// The jobs under way.
pub struct Jobs<A> {
    answers: A,
    events: mpsc::Sender<Event>,
    running: JoinSet<()>,
    writes: JoinSet<()>,
    slots: HashMap<Slot, AbortHandle>,
}

impl<A: Answers> Jobs<A> {
    /// No jobs yet.
    pub fn new(answers: A, events: mpsc::Sender<Event>) -> Self {
        Self { answers, events, running: JoinSet::new(), writes: JoinSet::new(), slots: HashMap::new() }
    }

    /// State of the request allowance.
    pub fn budget(&self) -> Budget {
        self.answers.budget()
    }

    /// Waits for a job that panics; jobs that end well are tidied away.
    pub async fn panicked(&mut self) -> String {
        loop {
            let ended = tokio::select! {
                Some(ended) = self.running.join_next() => ended,
                Some(ended) = self.writes.join_next() => ended,
                else => std::future::pending().await,
            };
            match ended {
                Err(error) if error.is_panic() => return format!("{error}"),
                _ => self.slots.retain(|_, job| !job.is_finished()),
            }
        }
    }

    /// A change is under way.
    pub fn is_writing(&self) -> bool {
        !self.writes.is_empty()
    }

    /// Waits for changes under way, but not for ever.
    pub async fn finish_writes(&mut self, longest: Duration) {
        let all = async { while self.writes.join_next().await.is_some() {} };
        if tokio::time::timeout(longest, all).await.is_err() {
            tracing::error!("a change was still under way when the console ended; look at the audit file");
        }
    }

    /// Carries out one effect.
    pub async fn carry_out(
        &mut self,
        effect: Effect,
        screen: &mut Screen,
        keys: &mut EventStream,
    ) -> Result<(), RunError> {
        let (answers, events) = (self.answers.clone(), self.events.clone());
        match effect {
            Effect::Load(request) => {
                let slot = request.slot();
                self.start(Some(slot), async move { answers.answer(request, events).await });
            }
            Effect::Abort(slot) => {
                if let Some(job) = self.slots.remove(&slot) {
                    job.abort();
                }
            }
            // A write is never aborted: what AWS has begun it finishes, and we want to know how.
            Effect::Write(write) => {
                self.writes.spawn(async move { answers.write(write, events).await });
            }
            Effect::RememberPrediction(prediction) => {
                self.start(None, async move { answers.remember(*prediction).await });
            }
            Effect::RenewCredentials => self.renew().await,
            Effect::Save { name, text } => self.start(None, async move { save::save(name, text, events).await }),
            Effect::Edit { purpose, extension, text } => {
                // Two readers of one keyboard would share its keys.
                *keys = EventStream::new();
                let edited = screen.lend(editor::edit(text, extension)).await?;
                *keys = EventStream::new();
                self.tell(editor::event(purpose, edited));
            }
            Effect::Copy(text) => {
                let (bytes, notice) = clipboard::copy(&text);
                screen.send(&bytes)?;
                self.tell(Event::Noticed(notice));
            }
            Effect::Bell => screen.send(b"\x07")?,
            Effect::Title(title) => screen.title(&crate::text::clean(&title))?,
            Effect::Redraw => screen.redraw()?,
            Effect::Quit => {}
        }
        Ok(())
    }

    async fn renew(&mut self) {
        self.slots.drain().for_each(|(_, job)| job.abort());
        self.answers.renew().await;
    }

    fn start(&mut self, slot: Option<Slot>, job: impl Future<Output = ()> + Send + 'static) {
        let handle = self.running.spawn(job);
        if let Some(old) = slot.and_then(|slot| self.slots.insert(slot, handle)) {
            old.abort();
        }
    }

    fn tell(&mut self, event: Event) {
        let events = self.events.clone();
        self.start(None, async move {
            // The loop has ended when no one listens.
            let _ = events.send(event).await;
        });
    }
}
