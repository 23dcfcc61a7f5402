//! What a key does on each tab. A write acts on the id that is selected when its dialog opens.

use super::{CONFIGURATION, DEPLOYMENTS, EVENTS, ServiceScreen, TASKS, deployments, events, tasks, view};
use crate::action::Action;
use crate::effect::Effect;
use crate::flows;
use crate::model::Task;
use crate::screens::text::{Text, json};
use crate::screens::{Intent, Screen, logs, rollout, services, task};
use crate::state::Scope;

impl ServiceScreen {
    /// Takes an action that is not about tabs: the list's, the row's, the service's, in this order.
    pub(super) fn act(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let done = match self.tab {
            TASKS => self.act_on_tasks(action, scope),
            DEPLOYMENTS => self.act_on_deployments(action, scope),
            EVENTS => self.act_on_events(action, scope),
            _ => self.act_on_configuration(action, scope),
        };
        done.or_else(|| services::act(action, &self.service, scope)).unwrap_or_default()
    }

    fn act_on_tasks(&mut self, action: Action, scope: &Scope) -> Option<Vec<Intent>> {
        let rows = self.tasks.arrange(tasks::rows(&self.service, self.shown, scope), &tasks::columns(), scope);
        if self.tasks.update(action, &rows, &tasks::columns(), view::page(scope)) {
            return Some(Vec::new());
        }
        let marked: Vec<&Task> =
            rows.iter().map(|row| row.task).filter(|task| self.tasks.marks.contains(&task.id)).collect();
        let selected = self.tasks.selection(&rows)?.task;
        let copied = if marked.is_empty() { vec![selected] } else { marked };
        let (service, id) = (self.service.clone(), selected.id.clone());
        Some(match action {
            Action::Open => vec![Intent::open(Screen::Task(task::TaskScreen::new(service, id)))],
            Action::Logs => vec![Intent::open(Screen::Logs(logs::Logs::of_task(service, id)))],
            Action::StopTask => self.stop(selected, scope),
            Action::CopyName => vec![copy(copied.iter().map(|task| task.id.as_str()))],
            Action::CopyArn => vec![copy(copied.iter().map(|task| task.arn.as_str()))],
            Action::Describe => {
                let title = format!("describe task {}", selected.short_id());
                vec![Intent::open(Screen::Text(Text::of_lines(&title, task::describe(selected, &self.service, scope))))]
            }
            Action::RawJson => {
                let title = format!("json task {}", selected.short_id());
                vec![Intent::open(Screen::Text(Text::new(title, json::pretty(&selected.raw))))]
            }
            _ => return None,
        })
    }

    fn stop(&self, selected: &Task, scope: &Scope) -> Vec<Intent> {
        if selected.is_stopped() {
            return vec![Intent::Say(format!("task {} has stopped already", selected.short_id()))];
        }
        match scope.facts.service(&self.service) {
            Some(service) => flows::stop_task(service, selected, scope),
            None => vec![Intent::Say(format!("{} has not been read yet", self.service.service))],
        }
    }

    fn act_on_deployments(&mut self, action: Action, scope: &Scope) -> Option<Vec<Intent>> {
        let rows = self.deployments.arrange(deployments::rows(&self.service, scope), &deployments::columns(), scope);
        if self.deployments.update(action, &rows, &deployments::columns(), view::page(scope)) {
            return Some(Vec::new());
        }
        let selected = self.deployments.selection(&rows)?;
        Some(match action {
            Action::Open => vec![Intent::open(Screen::Rollout(rollout::Rollout::new(self.service.clone())))],
            Action::CopyArn => vec![copy([selected.deployment.arn.as_str()].into_iter())],
            _ => return None,
        })
    }

    fn act_on_events(&mut self, action: Action, scope: &Scope) -> Option<Vec<Intent>> {
        let rows = self.events.arrange(events::rows(&self.service, scope), &events::columns(scope), scope);
        if self.events.update(action, &rows, &events::columns(scope), view::page(scope)) {
            return Some(Vec::new());
        }
        let marked = rows.iter().filter(|row| self.events.marks.contains(&row.0.id)).map(|row| row.0.message.as_str());
        let marked: Vec<&str> = marked.collect();
        let selected = self.events.selection(&rows)?.0.message.as_str();
        Some(match action {
            Action::Open => vec![Intent::open(Screen::Text(Text::new("event".to_owned(), selected.to_owned())))],
            Action::CopyName if marked.is_empty() => vec![copy([selected].into_iter())],
            Action::CopyName => vec![copy(marked.into_iter())],
            _ => return None,
        })
    }

    fn act_on_configuration(&mut self, action: Action, scope: &Scope) -> Option<Vec<Intent>> {
        debug_assert_eq!(self.tab, CONFIGURATION);
        let lines = view::configuration(&self.service, scope);
        if self.reader.update(action, &lines, view::text_window(scope)) {
            return Some(Vec::new());
        }
        let service = scope.facts.service(&self.service)?;
        match action {
            Action::CopyName => {
                let text: String = lines.iter().map(|line| line.plain() + "\n").collect();
                Some(vec![Intent::Do(Effect::Copy(text))])
            }
            Action::RawJson => {
                let definition = scope.facts.definition(&service.task_definition)?;
                let title = format!("json {}:{}", definition.family, definition.revision);
                Some(vec![Intent::open(Screen::Text(Text::new(title, json::pretty(&definition.raw))))])
            }
            _ => None,
        }
    }
}

fn copy<'a>(texts: impl Iterator<Item = &'a str>) -> Intent {
    Intent::Do(Effect::Copy(texts.collect::<Vec<_>>().join("\n")))
}
