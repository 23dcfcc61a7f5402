//! The screens. A closed list: `update` and `view` only route to the one in front.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use crate::action::Action;
use crate::dialog::Dialog;
use crate::effect::{EditPurpose, Effect};
use crate::event::Reply;
use crate::keymap::Place;
use crate::model::ServiceId;
use crate::poll::Want;
use crate::state::Scope;

pub mod audit;
pub mod batch;
pub mod clusters;
pub mod errors;
pub mod images;
pub mod logs;
pub mod metrics;
pub mod predict;
pub mod review;
pub mod rollback;
pub mod rollout;
pub mod service;
pub mod services;
pub mod task;
pub mod text;

/// What a screen asks of the console. Screens never make a write themselves: they ask a question.
#[derive(Debug)]
pub enum Intent {
    /// Put another screen in front.
    Open(Box<Screen>),
    /// Go back one screen.
    Back,
    /// Ask before a change.
    Ask(Box<Dialog>),
    /// Work for the outside that changes nothing in AWS.
    Do(Effect),
    /// One line for the user.
    Say(String),
    /// Let the user type at the bottom, beginning with this text.
    Prompt(PromptKind, String),
    /// Follow the deployments of a service from now on, wherever the user is.
    Watch(ServiceId),
    /// Do as if this command had been typed.
    Obey(crate::command::Command),
}

impl Intent {
    /// Puts another screen in front.
    #[must_use]
    pub fn open(screen: Screen) -> Self {
        Self::Open(Box::new(screen))
    }
}

/// What is typed at the bottom of the screen, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// A command.
    Command,
    /// Filter of a list; applied while typing.
    Filter,
    /// Search in a text; applied while typing.
    Search,
    /// Log lines to show alone.
    Include,
    /// Log lines to hide.
    Exclude,
    /// Point in time.
    GoToTime,
    /// Path of a file; the screen offers how it may go on.
    File,
}

impl PromptKind {
    /// What stands before the text.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Command => ":",
            Self::Filter | Self::Search => "/",
            Self::Include => "only: ",
            Self::Exclude => "hide: ",
            Self::GoToTime => "time: ",
            Self::File => "file: ",
        }
    }
}

/// What a screen can do. Most screens need a few of these.
pub trait Room {
    /// Where key bindings are looked up, most special first.
    fn places(&self) -> &'static [Place];
    /// Name in the breadcrumb.
    fn crumb(&self) -> String;
    /// The service this screen is about; the selected one in a list.
    fn subject(&self, scope: &Scope) -> Option<ServiceId> {
        let _ = scope;
        None
    }
    /// The cluster this screen is about.
    fn cluster(&self, scope: &Scope) -> Option<String> {
        self.subject(scope).map(|id| id.cluster)
    }
    /// What it wants to know now.
    fn wants(&self, scope: &Scope) -> Vec<Want>;
    /// Whether the action can be done now; hints for others are left out.
    fn offers(&self, action: Action, scope: &Scope) -> bool {
        let _ = scope;
        !(action.mutates() && scope.context.read_only)
    }
    /// Takes an action.
    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent>;
    /// Takes a key before the key table does, while the user types into the screen. `None`: not for us.
    fn typed(&mut self, press: KeyEvent, scope: &Scope) -> Option<Vec<Intent>> {
        let _ = (press, scope);
        None
    }
    /// Takes pasted text.
    fn pasted(&mut self, text: &str, scope: &Scope) -> Vec<Intent> {
        let _ = (text, scope);
        Vec::new()
    }
    /// Takes what is typed at a prompt: on each key with `done == false`, at Enter with `true`. Esc sends the text of before.
    fn prompted(&mut self, kind: PromptKind, text: &str, done: bool, scope: &Scope) -> Vec<Intent> {
        let _ = (kind, text, done, scope);
        Vec::new()
    }
    /// How the text at a prompt may go on, or the next offer after it. `None`: nothing is known.
    fn completion(&self, kind: PromptKind, text: &str) -> Option<String> {
        let _ = (kind, text);
        None
    }
    /// Takes an answer that the fact store does not keep (log lines, predictions), and sees all others.
    fn receive(&mut self, reply: &Reply, scope: &Scope) -> Vec<Intent> {
        let _ = (reply, scope);
        Vec::new()
    }
    /// Takes what an external editor left.
    fn edited(&mut self, purpose: EditPurpose, text: Option<String>, scope: &Scope) -> Vec<Intent> {
        let _ = (purpose, text, scope);
        Vec::new()
    }
    /// A second has passed, or the screen has come to the front.
    fn ticked(&mut self, scope: &Scope) -> Vec<Intent> {
        let _ = scope;
        Vec::new()
    }
    /// Clears a filter or a search; `false` when there is none. Esc asks this before it goes back.
    fn clear(&mut self) -> bool {
        false
    }
    /// Draws the body.
    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect);
}

/// One screen with its state.
#[derive(Debug)]
#[allow(missing_docs, reason = "each is documented in its own room")]
#[allow(clippy::large_enum_variant, reason = "a console holds fifty screens at most, and moves them rarely")]
pub enum Screen {
    Clusters(clusters::Clusters),
    Services(services::Services),
    Service(service::ServiceScreen),
    Task(task::TaskScreen),
    Logs(logs::Logs),
    Metrics(metrics::Metrics),
    Images(images::Images),
    Review(review::Review),
    Rollback(rollback::Rollback),
    Rollout(rollout::Rollout),
    Predict(predict::Predict),
    Batch(batch::Batch),
    Text(text::Text),
    Errors(errors::Errors),
    Audit(audit::Audit),
}

impl Screen {
    /// The screen as a room.
    #[must_use]
    pub fn room(&self) -> &dyn Room {
        match self {
            Self::Clusters(room) => room,
            Self::Services(room) => room,
            Self::Service(room) => room,
            Self::Task(room) => room,
            Self::Logs(room) => room,
            Self::Metrics(room) => room,
            Self::Images(room) => room,
            Self::Review(room) => room,
            Self::Rollback(room) => room,
            Self::Rollout(room) => room,
            Self::Predict(room) => room,
            Self::Batch(room) => room,
            Self::Text(room) => room,
            Self::Errors(room) => room,
            Self::Audit(room) => room,
        }
    }

    /// The screen as a room that may change.
    pub fn room_mut(&mut self) -> &mut dyn Room {
        match self {
            Self::Clusters(room) => room,
            Self::Services(room) => room,
            Self::Service(room) => room,
            Self::Task(room) => room,
            Self::Logs(room) => room,
            Self::Metrics(room) => room,
            Self::Images(room) => room,
            Self::Review(room) => room,
            Self::Rollback(room) => room,
            Self::Rollout(room) => room,
            Self::Predict(room) => room,
            Self::Batch(room) => room,
            Self::Text(room) => room,
            Self::Errors(room) => room,
            Self::Audit(room) => room,
        }
    }
}
