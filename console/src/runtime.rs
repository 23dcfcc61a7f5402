//! The loop: waits for events, lets `update` decide, carries effects out, draws once per batch.
//!
//! Everything impure about the screen lives here and below: the terminal, the clock, signals, jobs, files. Nothing here
//! decides anything.

#![allow(clippy::disallowed_methods, reason = "this is the edge where clock, tasks and files are")]

use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::effect::Effect;
use crate::event::Event;
use crate::model::Timestamp;
use crate::state::State;
use crate::update::update;
use crate::view::view;

mod clipboard;
mod credentials;
mod editor;
mod jobs;
pub mod logfile;
mod save;
pub mod terminal;

pub use jobs::Answers;

/// Events that may wait before jobs are held back.
const INBOX: usize = 1_024;
/// Events taken in before the screen is drawn.
const BATCH: usize = 64;
/// How long the end waits for a write under way: longer than its calls may take.
const LAST_WRITE: Duration = Duration::from_secs(45);

/// Why the loop ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The user quit.
    Quit,
    /// A signal asked for it; its number.
    Signal(i32),
    /// The terminal has gone.
    TerminalGone,
}

/// What can go wrong with the screen itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The terminal could not be set up or drawn to.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
    /// A job ended in a panic; going on would show half the truth.
    #[error("a background job failed: {0}")]
    Job(String),
}

/// Runs the console until it ends. The terminal is entered already; the caller restores it.
pub async fn run<A: Answers>(mut state: State, answers: A, screen: &mut terminal::Screen) -> Result<Ending, RunError> {
    let (sender, mut inbox) = mpsc::channel(INBOX);
    let mut jobs = jobs::Jobs::new(answers, sender.clone());
    let mut keys = EventStream::new();
    credentials::watch(sender);

    let ending = serve(&mut state, &mut jobs, &mut inbox, &mut keys, screen).await;
    if jobs.is_writing() {
        // What AWS has begun it finishes; its audit line and the second half of a deploy must not be lost.
        terminal::restore();
        jobs.finish_writes(LAST_WRITE).await;
    }
    ending
}

async fn serve<A: Answers>(
    state: &mut State,
    jobs: &mut jobs::Jobs<A>,
    inbox: &mut mpsc::Receiver<Event>,
    keys: &mut EventStream,
    screen: &mut terminal::Screen,
) -> Result<Ending, RunError> {
    let mut signals = Signals::new()?;
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut batch = vec![Event::Ticked(now())];
    loop {
        for event in batch.drain(..) {
            for effect in update(state, event) {
                if let Effect::Quit = effect {
                    return Ok(Ending::Quit);
                }
                jobs.carry_out(effect, screen, keys).await?;
            }
        }
        screen.draw(|frame| view(state, frame))?;
        tokio::select! {
            biased;
            signal = signals.next() => return Ok(Ending::Signal(signal)),
            key = keys.next() => match key {
                Some(Ok(event)) => batch.extend(translate(event)),
                Some(Err(_)) | None => return Ok(Ending::TerminalGone),
            },
            panic = jobs.panicked() => return Err(RunError::Job(panic)),
            event = inbox.recv() => batch.extend(event),
            _ = clock.tick() => {
                batch.push(Event::Ticked(now()));
                batch.push(Event::Budget(jobs.budget()));
            }
        }
        while batch.len() < BATCH
            && let Ok(event) = inbox.try_recv()
        {
            batch.push(event);
        }
    }
}

fn translate(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) => Some(Event::Key(key)),
        TerminalEvent::Paste(text) => Some(Event::Pasted(text)),
        TerminalEvent::Resize(columns, rows) => Some(Event::Resized(columns, rows)),
        TerminalEvent::FocusGained => Some(Event::Focused(true)),
        TerminalEvent::FocusLost => Some(Event::Focused(false)),
        TerminalEvent::Mouse(_) => None,
    }
}

/// The wall clock as the rest of the console sees it.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.terminate.recv() => 15,
            _ = self.hang_up.recv() => 1,
            _ = self.interrupt.recv() => 2,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => 2,
            Err(_) => std::future::pending().await,
        }
    }
}
