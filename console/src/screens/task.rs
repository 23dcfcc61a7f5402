//! One task: why it stopped and what to do next, its timeline, its containers. Read from facts, so it stays after ECS
//! has forgotten the task.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::{Intent, PromptKind, Room, Screen, logs, services};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::flows;
use crate::keymap::Place;
use crate::model::{ServiceId, Task};
use crate::poll::Want;
use crate::screens::text::{Reader, Text, TextLine, inset, json, window};
use crate::state::Scope;
use crate::text::clean;
use crate::widgets::pane;

mod lines;

pub(crate) use lines::describe;

/// One task: time line, containers, why it stopped.
#[derive(Debug)]
pub struct TaskScreen {
    service: ServiceId,
    task: String,
    reader: Reader,
}

impl TaskScreen {
    /// Of this task.
    #[must_use]
    pub fn new(service: ServiceId, task: String) -> Self {
        Self { service, task, reader: Reader::wrapping() }
    }

    fn task<'a>(&self, scope: &'a Scope) -> Option<&'a Task> {
        scope.facts.tasks.get(&self.service)?.value.as_ref()?.iter().find(|task| task.id == self.task)
    }

    fn short(&self) -> &str {
        self.task.get(..8).unwrap_or(&self.task)
    }

    fn lines(&self, scope: &Scope) -> Vec<TextLine> {
        match self.task(scope) {
            Some(task) => describe(task, &self.service, scope),
            None => pane::explain(scope.facts.tasks.get(&self.service), "ECS and the local record know no such task.")
                .into_iter()
                .map(|(words, meaning)| TextLine::of(&words, meaning))
                .collect(),
        }
    }

    fn act(&self, action: Action, task: &Task, scope: &Scope) -> Option<Vec<Intent>> {
        let text = |text| vec![Intent::open(Screen::Text(text))];
        Some(match action {
            Action::Logs => {
                vec![Intent::open(Screen::Logs(logs::Logs::of_task(self.service.clone(), task.id.clone())))]
            }
            Action::StopTask => self.stop(task, scope),
            Action::CopyArn => vec![Intent::Do(Effect::Copy(task.arn.clone()))],
            Action::CopyName => vec![Intent::Do(Effect::Copy(task.id.clone()))],
            Action::Describe => text(Text::of_lines(&format!("describe task {}", self.short()), self.lines(scope))),
            Action::RawJson => text(Text::new(format!("json task {}", self.short()), json::pretty(&task.raw))),
            _ => return None,
        })
    }

    fn stop(&self, task: &Task, scope: &Scope) -> Vec<Intent> {
        if task.is_stopped() {
            return vec![Intent::Say(format!("task {} has stopped already", self.short()))];
        }
        match scope.facts.service(&self.service) {
            Some(service) => flows::stop_task(service, task, scope),
            None => vec![Intent::Say(format!("{} has not been read yet", self.service.service))],
        }
    }
}

impl Room for TaskScreen {
    // The explanation names keys of the service (i images, m metrics, e events): they hold here too.
    fn places(&self) -> &'static [Place] {
        &[Place::Task, Place::Text, Place::Services]
    }

    fn crumb(&self) -> String {
        format!("task {}", clean(self.short()))
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let refresh = scope.config.refresh;
        let ServiceId { cluster, service } = self.service.clone();
        let mut wants = vec![
            Want::every(Request::Tasks(self.service.clone()), refresh),
            Want::every(Request::ServiceRows { cluster, names: vec![service] }, refresh),
        ];
        let arn = self.task(scope).map(|task| task.task_definition.clone()).unwrap_or_default();
        if !arn.is_empty() && scope.facts.definition(&arn).is_none() {
            wants.push(Want::once(Request::TaskDefinition { arn }));
        }
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        let ended = self.task(scope).is_none_or(Task::is_stopped);
        match action {
            Action::StopTask => !ended && services::offers(action, &self.service, scope),
            // Of the service; they act here, and are not what one comes for.
            Action::Deploy | Action::RollBack | Action::Scale | Action::Restart => false,
            _ => true,
        }
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        if action == Action::Filter {
            return vec![Intent::Prompt(PromptKind::Search, self.reader.sought().to_owned())];
        }
        if self.reader.update(action, &self.lines(scope), window(scope)) {
            return Vec::new();
        }
        let done = self.task(scope).and_then(|task| self.act(action, task, scope));
        let of_the_task = matches!(
            action,
            Action::Logs | Action::Describe | Action::RawJson | Action::CopyArn | Action::CopyName | Action::StopTask
        );
        match done {
            Some(intents) => intents,
            None if of_the_task => vec![Intent::Say(format!("task {} has not been read yet", self.short()))],
            None => services::act(action, &self.service, scope).unwrap_or_default(),
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, scope: &Scope) -> Vec<Intent> {
        let lines = self.lines(scope);
        self.reader.search(text, &lines, window(scope));
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        self.reader.clear()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let lines = self.lines(scope);
        let place = self.reader.place(&lines, window(scope));
        let title = format!("task {} of {} {place}", clean(&self.task), clean(&self.service.service));
        let held = scope.facts.tasks.get(&self.service);
        let note: Option<Span<'static>> = held.and_then(|held| pane::freshness(held, scope, scope.config.refresh));
        let inside = pane::draw(scope, frame, area, &title, note);
        self.reader.view(scope, frame, inset(inside), &lines);
    }
}
