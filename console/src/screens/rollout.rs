//! A deployment, stage by stage, until its verdict. Leaving it does not stop watching.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, Room, Screen, images, logs, metrics, predict, service};
use crate::action::Action;
use crate::effect::{Effect, LogQuery, Request};
use crate::event::{Facts, Outcome, Reply};
use crate::flows;
use crate::keymap::Place;
use crate::model::time::SECOND;
use crate::model::{Fetched, ServiceId};
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

mod failures;
mod guards;
mod page;
mod revisions;
mod scene;
mod strip;
mod verdict_bar;

use scene::Scene;

/// Looks at the deployment and the service while it is under way, and at its tasks.
const FAST: i64 = 2 * SECOND;
const TASKS: i64 = 3 * SECOND;
/// The same afterwards.
const SLOW: i64 = 15 * SECOND;
/// How many failed tasks' last lines are remembered.
const HINTS: usize = 50;

/// A deployment, stage by stage.
#[derive(Debug)]
pub struct Rollout {
    service: ServiceId,
    /// First event in view.
    scroll: usize,
    /// The last telling log line of failed tasks, by task id.
    hints: BTreeMap<String, String>,
}

/// The list of deployments of a service.
pub(super) fn deployments_of(id: ServiceId) -> Screen {
    let mut screen = service::ServiceScreen::new(id);
    screen.show(2);
    Screen::Service(screen)
}

impl Rollout {
    /// Of this service.
    #[must_use]
    pub fn new(service: ServiceId) -> Self {
        Self { service, scroll: 0, hints: BTreeMap::new() }
    }

    fn is_under_way(&self, scope: &Scope) -> bool {
        let writing = scope.writing.as_ref().is_some_and(|write| *write.service() == self.service);
        let awaited = scope.watched.get(&self.service).is_some_and(|watch| watch.ended.is_none());
        let service = scope.facts.service(&self.service);
        writing || awaited || service.is_some_and(|service| flows::under_way::under_way(service, scope).is_some())
    }

    /// The newest lines of the newest failed task whose last words are not known yet.
    fn last_words(&self, scope: &Scope) -> Option<Request> {
        let scene = Scene::of(&self.service, scope)?;
        let newest = |group: &failures::Group| !self.hints.contains_key(&group.newest.id);
        let group = failures::groups(&scene, scope).into_iter().find(newest)?;
        let definition = scope.facts.definition(&group.newest.task_definition)?;
        let exited = group.newest.containers.iter().find(|c| c.exit_code.is_some_and(|code| code != 0));
        let main = || crate::deploy::main_container(definition, scene.service);
        let container = exited.map(|c| c.name.clone()).or_else(main)?;
        let source = definition.log_sources().into_iter().find(|source| source.container == container)?;
        Some(Request::Logs(LogQuery {
            group: source.group.clone()?,
            region: source.region.clone(),
            streams: vec![source.stream(&group.newest.id)?],
            newest_first: true,
            limit: 20,
            ..LogQuery::default()
        }))
    }

    fn remember(&mut self, query: &LogQuery, lines: &[crate::model::LogLine]) {
        let Some(task) = query.streams.first().and_then(|stream| stream.rsplit('/').next()) else { return };
        if self.hints.len() < HINTS {
            self.hints.insert(task.to_owned(), failures::telling(lines));
        }
    }
}

impl Room for Rollout {
    fn places(&self) -> &'static [Place] {
        &[Place::Rollout, Place::Text]
    }

    fn crumb(&self) -> String {
        format!("{} > rollout", self.service.service)
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let id = &self.service;
        let (often, tasks) = if self.is_under_way(scope) { (FAST, TASKS) } else { (SLOW, SLOW) };
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        let mut wants = vec![
            Want::every(Request::Deployments(id.clone()), often),
            Want::every(row, often),
            Want::every(Request::Tasks(id.clone()), tasks),
        ];
        let Some(scene) = Scene::of(id, scope) else { return wants };
        if !scene.alarm_names().is_empty() {
            wants.push(Want::every(Request::Alarms, 5 * often));
        }
        wants.extend(scene.definitions().into_iter().map(|arn| Want::once(Request::TaskDefinition { arn })));
        wants.extend(self.last_words(scope).map(Want::once));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        if matches!(action, Action::NextMatch | Action::PreviousMatch | Action::Filter) {
            return false;
        }
        let service = scope.facts.service(&self.service);
        !action.mutates() || service.is_none_or(|service| flows::refusal(service, scope).is_none())
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let id = self.service.clone();
        let events = Scene::of(&id, scope).map_or(0, |scene| scene.events(scope).len());
        let page = scope.body_rows() / 2;
        let last = events.saturating_sub(1);
        match action {
            Action::RollBack => return flows::roll_back(&id, scope),
            Action::Logs => return vec![Intent::open(Screen::Logs(logs::Logs::of_service(id, None)))],
            Action::Metrics => return vec![Intent::open(Screen::Metrics(metrics::Metrics::of_service(id)))],
            Action::Predict => return vec![Intent::open(Screen::Predict(predict::Predict::new(id, scope)))],
            Action::Images => return vec![Intent::open(Screen::Images(images::Images::of_service(id)))],
            Action::Deployments => return vec![Intent::open(deployments_of(id))],
            Action::CopyName => return vec![Intent::Do(Effect::Copy(self.as_text(scope)))],
            Action::Save => {
                let name = format!("rollout-{}.txt", id.service);
                return vec![Intent::Do(Effect::Save { name, text: self.as_text(scope) })];
            }
            Action::Down => self.scroll = (self.scroll + 1).min(last),
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::HalfPageDown | Action::PageDown => self.scroll = (self.scroll + page).min(last),
            Action::HalfPageUp | Action::PageUp => self.scroll = self.scroll.saturating_sub(page),
            Action::Top => self.scroll = 0,
            Action::Bottom => self.scroll = last,
            _ => {}
        }
        Vec::new()
    }

    fn receive(&mut self, reply: &Reply, _: &Scope) -> Vec<Intent> {
        let Request::Logs(query) = &reply.request else { return Vec::new() };
        match &reply.outcome {
            Outcome::Part(Facts::Logs(page)) | Outcome::Done { facts: Facts::Logs(page), .. } => {
                self.remember(query, &page.lines);
            }
            // A log that cannot be read is not asked for again; the error log has the reason.
            Outcome::Failed(_) => self.remember(query, &[]),
            _ => {}
        }
        Vec::new()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let every = if self.is_under_way(scope) { FAST } else { SLOW };
        let nothing = Fetched::default();
        let held = scope.facts.deployments.get(&self.service).unwrap_or(&nothing);
        let title = format!("rollout {}", self.service.service);
        let inside = pane::draw(scope, frame, area, &title, pane::freshness(held, scope, every));
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        match Scene::of(&self.service, scope) {
            Some(scene) => {
                let doubtful = pane::is_doubtful(held, scope, every);
                page::draw(self, &scene, scope, frame, inside, doubtful);
            }
            None => {
                let words = format!("{} has no service {}.", self.service.cluster, self.service.service);
                let lines = match scope.facts.services.get(&self.service.cluster) {
                    Some(held) if held.value.is_some() => pane::explain(Some(held), &words),
                    // Whichever of the two calls failed tells why nothing can be shown.
                    _ if held.problem.is_some() => pane::explain(Some(held), &words),
                    held => pane::explain(held, &words),
                };
                pane::empty(scope, frame, inside, &lines);
            }
        }
    }
}

impl Rollout {
    fn as_text(&self, scope: &Scope) -> String {
        let Some(scene) = Scene::of(&self.service, scope) else { return String::new() };
        let mut lines = page::summary(self, &scene, scope, 120, true);
        lines.extend(page::events(&scene, scope, 400));
        let text = |line: ratatui::text::Line| line.spans.iter().map(|s| s.content.as_ref()).collect::<String>();
        lines.into_iter().map(|line| text(line).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}
