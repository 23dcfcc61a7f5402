//! Everything the console knows and shows at one moment.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::Config;
use crate::dialog::Dialog;
use crate::event::{AuditEntry, Budget};
use crate::facts::FactStore;
use crate::input::Input;
use crate::keymap::Keymap;
use crate::model::{ApiProblem, Context, ServiceId, Target, Timestamp};
use crate::poll::Polls;
use crate::screens::{PromptKind, Screen};
use crate::theme::Theme;
use crate::verdict::Tone;

/// Failures that are kept for the error log.
const ERRORS_KEPT: usize = 500;
/// Screens that `[` can go back to.
const HISTORY_KEPT: usize = 50;

/// What every screen may read.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The last tick.
    pub now: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whose account this is.
    pub context: Context,
    /// Configuration.
    pub config: Arc<Config>,
    /// Keys.
    pub keymap: Arc<Keymap>,
    /// Colours.
    pub theme: Theme,
    /// Zone for times on screen.
    pub zone: TimeZone,
    /// What AWS told us.
    pub facts: FactStore,
    /// How much of the request allowance we use.
    pub budget: Budget,
    /// Failures of this run, newest last.
    pub errors: VecDeque<ApiProblem>,
    /// Changes made in this run, newest last.
    pub audit: Vec<AuditEntry>,
    /// The header is hidden.
    pub header_hidden: bool,
    /// Only the body is shown.
    pub fullscreen: bool,
    /// The write under way.
    pub writing: Option<crate::effect::Write>,
    /// Deployments that are watched wherever the user is.
    pub watched: BTreeMap<ServiceId, Watch>,
}

/// A deployment that is followed after its screen was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// When watching began.
    pub since: Timestamp,
    /// This console began the deployment.
    pub ours: bool,
    /// ARN of the service deployment, once it is known.
    pub deployment: Option<String>,
    /// Deployments known when watching began, from the history and from the service: none of them is meant.
    pub before: Vec<String>,
    /// Its verdict in a word (`ROLLED BACK`), as soon as one can be given.
    pub word: Option<(&'static str, Tone)>,
    /// When it was seen to have ended.
    pub ended: Option<Timestamp>,
}

/// The whole state. `update` alone changes it.
#[derive(Debug)]
pub struct State {
    /// What screens may read.
    pub scope: Scope,
    /// Screens opened so far; `at` is the one in front.
    pub screens: Vec<Screen>,
    /// Index of the screen in front.
    pub at: usize,
    /// The screen that was in front before, for `-`.
    pub last: usize,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// What is asked for, and when.
    pub polls: Polls,
    /// One line for the user, until it is old.
    pub notice: Option<(String, Timestamp)>,
    /// Errors that the user has not looked at.
    pub unseen_errors: usize,
    /// Credentials do not work: polling rests until they are renewed.
    pub signed_out: Option<ApiProblem>,
    /// How often another screen has come to the front.
    pub turns: usize,
    /// The turn at which the change under way was confirmed: its rollout opens only where it was asked for.
    pub asked_at: Option<usize>,
    /// Lines typed at `:`.
    pub command_history: Vec<String>,
    /// The console is about to end.
    pub quitting: bool,
}

/// What lies over a screen and has the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// A question before a change.
    Dialog(Box<Dialog>),
    /// Text being typed at the bottom.
    Prompt(Prompt),
    /// All keys; the number is the first line in view.
    Help(u16),
    /// "Quit?"
    Quit,
}

/// Text being typed at the bottom of the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// What it is for.
    pub kind: PromptKind,
    /// What is typed.
    pub input: Input,
    /// What stood there when it opened; Esc brings it back.
    pub before: String,
    /// Why Enter was not taken.
    pub objection: Option<String>,
    /// Place in the history while going through it.
    pub recalled: Option<usize>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            now: Timestamp(0),
            size: (80, 24),
            context: Context {
                target: Target::Aws { profile: None },
                region: "us-east-1".to_owned(),
                account: None,
                identity: None,
                credentials_expire: None,
                production: false,
                read_only: false,
            },
            config: Arc::default(),
            keymap: Arc::default(),
            theme: Theme::named("dark", false),
            zone: TimeZone::UTC,
            facts: FactStore::default(),
            budget: Budget::default(),
            errors: VecDeque::new(),
            audit: Vec::new(),
            header_hidden: false,
            fullscreen: false,
            writing: None,
            watched: BTreeMap::new(),
        }
    }
}

impl Scope {
    /// Rows that the body of a screen has, borders not counted.
    #[must_use]
    pub fn body_rows(&self) -> usize {
        let chrome = if self.fullscreen { 0 } else { 1 + if self.header_hidden { 0 } else { 3 } };
        usize::from(self.size.1.saturating_sub(chrome + 2))
    }

    /// Remembers a failure for the error log.
    pub fn note_error(&mut self, problem: ApiProblem) {
        if self.errors.len() == ERRORS_KEPT {
            self.errors.pop_front();
        }
        self.errors.push_back(problem);
    }
}

impl State {
    /// Begins at `first`.
    #[must_use]
    pub fn new(scope: Scope, first: Screen) -> Self {
        Self {
            scope,
            screens: vec![first],
            at: 0,
            last: 0,
            overlay: None,
            polls: Polls::default(),
            notice: None,
            unseen_errors: 0,
            signed_out: None,
            turns: 0,
            asked_at: None,
            command_history: Vec::new(),
            quitting: false,
        }
    }

    /// The screen in front.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screens[self.at]
    }

    /// Puts a screen in front; what lay ahead in the history is cut off.
    pub fn open(&mut self, screen: Screen) {
        self.screens.truncate(self.at + 1);
        self.screens.push(screen);
        self.last = self.at;
        if self.screens.len() > HISTORY_KEPT {
            self.screens.remove(1);
            self.last = self.last.saturating_sub(1);
        }
        self.at = self.screens.len() - 1;
        self.turns += 1;
    }

    /// Moves in the history; `false` at its end.
    pub fn travel(&mut self, to: Option<usize>) -> bool {
        match to.filter(|to| *to < self.screens.len() && *to != self.at) {
            Some(to) => {
                self.last = self.at;
                self.at = to;
                self.turns += 1;
                true
            }
            None => false,
        }
    }
}
