//! A deploy before it is asked: what would change, what speaks against it. Leaving it has no effect.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Paragraph;

use super::{Intent, Room, Screen, rollout};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::event::Check;
use crate::flows;
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::time::{MINUTE, SECOND};
use crate::model::{Fetched, Service, ServiceId, TaskDefinition};
use crate::poll::Want;
use crate::state::Scope;
use crate::widgets::pane;

mod draw;

/// How often the pre-flight checks are made again while the user reads.
const CHECKED_EVERY: i64 = MINUTE;

/// A deploy before it is asked: difference, checks.
#[derive(Debug)]
pub struct Review {
    service: ServiceId,
    image: String,
    scroll: u16,
}

impl Review {
    /// Of deploying `image` (a whole reference with tag) to the service.
    #[must_use]
    pub fn new(service: ServiceId, image: String) -> Self {
        Self { service, image, scroll: 0 }
    }

    fn known<'a>(&self, scope: &'a Scope) -> Option<(&'a Service, &'a TaskDefinition)> {
        let service = scope.facts.service(&self.service)?;
        Some((service, scope.facts.definition(&service.task_definition)?))
    }

    fn preflight<'a>(&self, scope: &'a Scope) -> Option<&'a Fetched<Vec<Check>>> {
        scope.facts.preflight.get(&(self.service.clone(), self.image.clone()))
    }

    fn lines(&self, scope: &Scope, cells: usize) -> Option<Vec<ratatui::text::Line<'static>>> {
        let (service, definition) = self.known(scope)?;
        let page = draw::Page { scope, service, definition, image: &self.image, checks: self.preflight(scope), cells };
        Some(page.lines())
    }

    fn move_by(&mut self, by: i32, scope: &Scope) {
        let cells = usize::from(scope.size.0.saturating_sub(4));
        let count = self.lines(scope, cells).map_or(0, |lines| lines.len());
        let last = count.saturating_sub(scope.body_rows().saturating_sub(1));
        let to = i32::from(self.scroll).saturating_add(by).clamp(0, i32::try_from(last).unwrap_or(i32::MAX));
        self.scroll = u16::try_from(to).unwrap_or(u16::MAX);
    }

    fn ask(&self, scope: &Scope) -> Vec<Intent> {
        let Some((service, definition)) = self.known(scope) else {
            return vec![Intent::Say("still reading what runs now; try again in a moment".to_owned())];
        };
        let held = self.preflight(scope);
        match held.and_then(|held| held.value.as_ref()) {
            Some(checks) => flows::deploy(service, definition, &self.image, checks, scope),
            None if held.is_some_and(|held| held.problem.is_some()) => {
                let skipped = Check {
                    name: "pre-flight".to_owned(),
                    verdict: crate::event::Verdict::Skipped,
                    detail: "could not be made".to_owned(),
                };
                flows::deploy(service, definition, &self.image, &[skipped], scope)
            }
            None => vec![Intent::Say("the pre-flight checks are still running; try again in a moment".to_owned())],
        }
    }
}

impl Room for Review {
    fn places(&self) -> &'static [Place] {
        &[Place::Images, Place::Text]
    }

    fn crumb(&self) -> String {
        format!("deploy {}", crate::text::clean(&ImageReference::parse(&self.image).short()))
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let id = &self.service;
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        let mut wants = vec![
            Want::every(row, scope.config.refresh),
            Want::every(Request::Deployments(id.clone()), scope.config.refresh),
            Want::every(Request::Tasks(id.clone()), 3 * scope.config.refresh),
            Want::every(Request::Preflight { service: id.clone(), image: self.image.clone() }, CHECKED_EVERY),
        ];
        if let Some(service) = scope.facts.service(id) {
            wants.push(Want::once(Request::TaskDefinition { arn: service.task_definition.clone() }));
            let going = flows::under_way::under_way(service, scope);
            wants.extend(going.map(|going| Want::once(Request::TaskDefinition { arn: going.task_definition })));
        }
        let repository = ImageReference::parse(&self.image).ecr();
        wants.extend(repository.map(|name| Want::every(Request::Images(name), 30 * SECOND)));
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        if matches!(action, Action::NextMatch | Action::PreviousMatch | Action::Filter) {
            return false;
        }
        let refused = || scope.facts.service(&self.service).is_some_and(|s| flows::refusal(s, scope).is_some());
        !action.mutates() || !(scope.context.read_only || refused())
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let page = i32::try_from(scope.body_rows()).unwrap_or(1);
        match action {
            Action::Deploy => return self.ask(scope),
            Action::Rollout => {
                return vec![Intent::open(Screen::Rollout(rollout::Rollout::new(self.service.clone())))];
            }
            Action::CopyName => return vec![Intent::Do(Effect::Copy(self.image.clone()))],
            Action::Down => self.move_by(1, scope),
            Action::Up => self.move_by(-1, scope),
            Action::HalfPageDown => self.move_by(page / 2, scope),
            Action::HalfPageUp => self.move_by(-page / 2, scope),
            Action::PageDown => self.move_by(page, scope),
            Action::PageUp => self.move_by(-page, scope),
            Action::Top => self.scroll = 0,
            Action::Bottom => self.move_by(i32::MAX, scope),
            _ => {}
        }
        Vec::new()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let reference = ImageReference::parse(&self.image);
        let tag = crate::text::clean(&reference.short()).into_owned();
        let title = format!("review: deploy {tag} to {}", self.service.service);
        let note = self.preflight(scope).and_then(|held| pane::freshness(held, scope, CHECKED_EVERY));
        let inside = pane::draw(scope, frame, area, &title, note);
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        match self.lines(scope, usize::from(inside.width)) {
            Some(lines) => {
                let [top, foot] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(inside);
                let last = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(top.height);
                frame.render_widget(draw::next(scope, &self.service, last > self.scroll, top.width), foot);
                frame.render_widget(Paragraph::new(lines).scroll((self.scroll.min(last), 0)), top);
            }
            None => pane::empty(scope, frame, inside, &self.missing(scope)),
        }
    }
}

impl Review {
    fn missing(&self, scope: &Scope) -> Vec<(String, crate::theme::Meaning)> {
        match scope.facts.service(&self.service) {
            Some(service) => pane::explain(scope.facts.definitions.get(&service.task_definition), ""),
            None => {
                let words = format!("{} has no service {}.", self.service.cluster, self.service.service);
                pane::explain(scope.facts.services.get(&self.service.cluster), &words)
            }
        }
    }
}
