//! The one path to every change: what will happen, to what, from what to what, by which call, how to undo it.
//!
//! Focus is on Cancel when it opens, so that Enter at once does nothing. The write is fixed at that moment; when what
//! it is about has changed since, the dialog says so and asks again. No other code makes a [`Effect::Write`].

use crossterm::event::KeyEvent;

use crate::action::Action;
use crate::deploy::Change;
use crate::effect::{Effect, Write};
use crate::event::Check;
use crate::input::Input;
use crate::model::{Service, ServiceId};
use crate::state::Scope;

/// A question whose answer may be a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialog {
    /// Verb and object: `Roll back predictor`.
    pub title: String,
    /// What will happen, in a sentence or two.
    pub consequence: String,
    /// How to undo it.
    pub undo: String,
    /// From → to, one line each.
    pub from_to: Vec<(String, String, String)>,
    /// What differs in the task definition.
    pub changes: Vec<Change>,
    /// Pre-flight checks.
    pub checks: Vec<Check>,
    /// The exact calls with their parameters.
    pub calls: Vec<String>,
    /// Word on the button that acts.
    pub act: &'static str,
    /// A number to fill in (scale).
    pub number: Option<Input>,
    /// In production the service's name has to be typed.
    pub typed: Option<Input>,
    /// Where the focus is.
    pub focus: Focus,
    /// First line in view.
    pub scroll: u16,
    /// Why the button did not act.
    pub objection: Option<String>,
    proposal: Write,
    guard: Guard,
}

/// What has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The number field.
    Number,
    /// The field for the service's name.
    Typed,
    /// Cancel.
    Cancel,
    /// The button that acts.
    Act,
}

/// What the question was based on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Guard {
    task_definition: String,
    desired: u32,
    deployment: Option<String>,
}

impl Guard {
    fn of(service: &Service) -> Self {
        Self {
            task_definition: service.task_definition.clone(),
            desired: service.desired,
            deployment: service.current_deployment.clone(),
        }
    }

    fn difference(&self, now: &Self) -> Option<String> {
        let short = crate::model::task_definition::short_name;
        let mut words = Vec::new();
        if self.task_definition != now.task_definition {
            words.push(format!("it now runs {}", short(&now.task_definition)));
        }
        if self.desired != now.desired {
            words.push(format!("desired count is now {}", now.desired));
        }
        if self.deployment != now.deployment {
            let word =
                if now.deployment.is_some() { "another deployment has begun" } else { "the deployment has ended" };
            words.push(word.to_owned());
        }
        (!words.is_empty()).then(|| format!("Changed since you asked: {}. Look again.", words.join(", ")))
    }
}

/// What became of a key press in a dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Still open.
    Open,
    /// Closed without effect.
    Cancelled,
    /// Closed; carry this out.
    Confirmed(Box<Effect>),
}

impl Dialog {
    /// A question about `service` whose yes means `proposal`.
    #[must_use]
    pub fn new(title: impl Into<String>, act: &'static str, proposal: Write, service: &Service, scope: &Scope) -> Self {
        Self {
            title: title.into(),
            consequence: String::new(),
            undo: String::new(),
            from_to: Vec::new(),
            changes: Vec::new(),
            checks: Vec::new(),
            calls: Vec::new(),
            act,
            number: None,
            typed: scope.context.production.then(Input::default),
            focus: Focus::Cancel,
            scroll: 0,
            objection: None,
            proposal,
            guard: Guard::of(service),
        }
    }

    /// The service that would be changed.
    #[must_use]
    pub fn service(&self) -> &ServiceId {
        self.proposal.service()
    }

    /// Present count and the count that is typed, while a sensible one stands in the field.
    #[must_use]
    pub fn scaled(&self) -> Option<(u32, u32)> {
        match (&self.proposal, &self.number) {
            (Write::Scale { from, .. }, Some(input)) => Some((*from, count(input)?)),
            _ => None,
        }
    }

    /// Fields and buttons in the order in which Tab visits them.
    #[must_use]
    pub fn stops(&self) -> Vec<Focus> {
        let mut stops = Vec::with_capacity(4);
        stops.extend(self.number.is_some().then_some(Focus::Number));
        stops.extend(self.typed.is_some().then_some(Focus::Typed));
        stops.extend([Focus::Cancel, Focus::Act]);
        stops
    }

    /// Takes an action.
    pub fn update(&mut self, action: Action, scope: &Scope) -> Answer {
        match action {
            Action::FocusNext => self.turn(1),
            Action::FocusPrevious => self.turn(self.stops().len() - 1),
            Action::PageDown => self.scroll = (self.scroll + 5).min(crate::view::dialog::hidden(scope, self)),
            Action::PageUp => self.scroll = self.scroll.saturating_sub(5),
            Action::Cancel | Action::Quit => return Answer::Cancelled,
            Action::Confirm => return self.press(scope),
            _ => {}
        }
        Answer::Open
    }

    /// Takes a key that is no action: typing into a field, or `y` where configuration allows it.
    pub fn typed(&mut self, press: KeyEvent, scope: &Scope) -> Answer {
        self.objection = None;
        match self.focus {
            Focus::Number => {
                if let Some(input) = &mut self.number {
                    input.typed(press);
                }
            }
            Focus::Typed => {
                if let Some(input) = &mut self.typed {
                    input.typed(press);
                }
            }
            Focus::Cancel | Focus::Act if self.takes_digit(press) => {
                self.focus = Focus::Number;
                self.number = Some(Input::default());
                return self.typed(press, scope);
            }
            Focus::Cancel | Focus::Act => {
                let yes = press.code == crossterm::event::KeyCode::Char('y');
                if yes && scope.config.confirm_with_y && self.typed.is_none() && self.number.is_none() {
                    return self.act(scope);
                }
            }
        }
        Answer::Open
    }

    /// A digit goes to the number field wherever the focus is: it can only be meant for it.
    fn takes_digit(&self, press: KeyEvent) -> bool {
        let digit = matches!(press.code, crossterm::event::KeyCode::Char(c) if c.is_ascii_digit());
        digit && press.modifiers.is_empty() && self.number.is_some()
    }

    fn turn(&mut self, by: usize) {
        let stops = self.stops();
        let at = stops.iter().position(|stop| *stop == self.focus).unwrap_or(0);
        self.focus = stops[(at + by) % stops.len()];
    }

    fn press(&mut self, scope: &Scope) -> Answer {
        match self.focus {
            Focus::Cancel => Answer::Cancelled,
            Focus::Number | Focus::Typed => {
                self.turn(1);
                Answer::Open
            }
            Focus::Act => self.act(scope),
        }
    }

    fn act(&mut self, scope: &Scope) -> Answer {
        self.objection = self.object(scope);
        if self.objection.is_some() {
            return Answer::Open;
        }
        match self.write() {
            Ok(write) => Answer::Confirmed(Box::new(Effect::Write(write))),
            Err(objection) => {
                self.objection = Some(objection);
                Answer::Open
            }
        }
    }

    fn object(&mut self, scope: &Scope) -> Option<String> {
        if scope.context.read_only {
            return Some("This context is read-only; nothing was sent.".to_owned());
        }
        let name = &self.service().service;
        if self.typed.as_ref().is_some_and(|input| input.text().trim() != name) {
            return Some(format!("Production: type the service's name, {name}, to go on."));
        }
        if let Some(objection) = self.has_gone(scope) {
            return Some(objection);
        }
        let now = scope.facts.service(self.service()).map(Guard::of)?;
        if let Write::RollBackDeployment { deployment, .. } = &self.proposal {
            // It stops this one deployment: what the service wants meanwhile, and a row that is older than the
            // deployment, do not matter.
            let other = now.deployment.as_ref().is_some_and(|other| other != deployment);
            return other.then(|| "Another deployment has begun meanwhile; nothing was sent.".to_owned());
        }
        let difference = self.guard.difference(&now)?;
        self.guard = now;
        self.focus = Focus::Cancel;
        Some(difference)
    }

    /// What the question is about has ended by itself: there is nothing left to stop.
    fn has_gone(&self, scope: &Scope) -> Option<String> {
        match &self.proposal {
            Write::StopTask { service, task, .. } => {
                let all = scope.facts.tasks.get(service)?.value.as_ref()?;
                let stopped = all.iter().any(|t| t.id == *task && t.is_stopped());
                stopped.then(|| "This task has stopped meanwhile; nothing was sent.".to_owned())
            }
            Write::RollBackDeployment { service, deployment } => {
                let history = scope.facts.deployments.get(service)?.value.as_ref()?;
                let meant = history.deployments.iter().find(|d| d.arn == *deployment)?;
                let word = crate::verdict::of(meant).word;
                meant
                    .status
                    .is_final()
                    .then(|| format!("This deployment has ended meanwhile: {word}. Nothing was sent."))
            }
            _ => None,
        }
    }

    fn write(&self) -> Result<Write, String> {
        match (&self.proposal, &self.number) {
            (Write::Scale { service, from, .. }, Some(input)) => {
                let to = count(input).ok_or("A count from 0 to 5000, please.")?;
                if to == *from {
                    return Err(format!("It is {from} already."));
                }
                Ok(Write::Scale { service: service.clone(), from: *from, to })
            }
            (proposal, _) => Ok(proposal.clone()),
        }
    }
}

/// Most tasks that a service may want ("Amazon ECS service quotas": 5,000 tasks per service).
fn count(input: &Input) -> Option<u32> {
    input.text().trim().parse::<u32>().ok().filter(|n| *n <= 5_000)
}

#[cfg(test)]
mod tests;
