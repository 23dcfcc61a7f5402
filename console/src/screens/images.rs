//! Image tags of the repository that a service runs: what there is to deploy, and which of it runs where.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Intent, PromptKind, Room, Screen, review, text};
use crate::action::Action;
use crate::effect::{Effect, Request};
use crate::flows;
use crate::keymap::Place;
use crate::model::image::ImageReference;
use crate::model::time::SECOND;
use crate::model::{Image, RepositoryName, Service, ServiceId};
use crate::poll::Want;
use crate::state::Scope;
use crate::table::Table;
use crate::theme::Meaning;
use crate::widgets::{pane, table};

mod columns;
mod row;

use columns::{NEWEST_FIRST, columns};
use row::Tag;

/// How often the repository is read again: pushes are rare.
const EVERY: i64 = 30 * SECOND;

/// Image tags of the repository that a service runs.
#[derive(Debug)]
pub struct Images {
    service: ServiceId,
    table: Table,
}

/// The repository in question and the reference that the service runs from it.
struct Source {
    reference: ImageReference,
    repository: RepositoryName,
}

impl Images {
    /// Of the repository that the service's main container comes from.
    #[must_use]
    pub fn of_service(service: ServiceId) -> Self {
        let mut table = Table::default();
        table.sort = Some(NEWEST_FIRST);
        Self { service, table }
    }

    fn held<'a>(&self, scope: &'a Scope) -> Option<&'a Service> {
        scope.facts.service(&self.service)
    }

    /// Where the images are, or why they cannot be told.
    fn source(&self, scope: &Scope) -> Result<Source, Vec<(String, Meaning)>> {
        let Some(service) = self.held(scope) else {
            let empty = format!("{} has no service {}.", self.service.cluster, self.service.service);
            return Err(pane::explain(scope.facts.services.get(&self.service.cluster), &empty));
        };
        let arn = &service.task_definition;
        let Some(definition) = scope.facts.definition(arn) else {
            return Err(pane::explain(scope.facts.definitions.get(arn), ""));
        };
        let container = crate::deploy::main_container(definition, service);
        let image = container.as_deref().and_then(|name| definition.image(name));
        let Some(image) = image else {
            return Err(vec![("Its task definition names no image.".to_owned(), Meaning::Warning)]);
        };
        let reference = ImageReference::parse(image);
        match reference.ecr() {
            Some(repository) => Ok(Source { reference, repository }),
            None => Err(not_ecr(&container.unwrap_or_default(), image)),
        }
    }

    fn all<'a>(scope: &'a Scope, source: &Source) -> &'a [Image] {
        let held = scope.facts.images.get(&source.repository);
        held.and_then(|held| held.value.as_deref()).unwrap_or_default()
    }

    fn rows(&self, scope: &Scope) -> Vec<Tag> {
        let Ok(source) = self.source(scope) else { return Vec::new() };
        let rows = row::rows(Self::all(scope, &source), &source.reference.repository, scope);
        let shown = rows.into_iter().filter(|row| self.table.wide || !row.is_unused()).collect();
        self.table.arrange(shown, &columns(), scope)
    }

    fn describe(&self, tag: &Tag, scope: &Scope) -> Vec<Intent> {
        vec![Intent::open(Screen::Text(text::Text::new(tag.name(), tag.description(scope))))]
    }

    fn title(&self, scope: &Scope, source: &Source, shown: usize) -> String {
        let all = Self::all(scope, source);
        let noun = format!("images {}", source.repository.name);
        let mut title = table::title(&noun, &self.table, shown, all.len());
        let hidden = row::rows(all, &source.reference.repository, scope).iter().filter(|row| row.is_unused()).count();
        if hidden > 0 && !self.table.wide {
            let key = flows::key(scope, Place::List, Action::ToggleWide);
            title.push_str(&format!(" · {hidden} untagged hidden, {key} shows"));
        }
        title
    }
}

fn not_ecr(container: &str, image: &str) -> Vec<(String, Meaning)> {
    let image = crate::text::clean(image);
    vec![
        (format!("Container {container} runs {image}, which is not in Amazon ECR."), Meaning::Text),
        ("Its registry cannot be listed from here.".to_owned(), Meaning::Muted),
        (
            "Push the image to ECR, or read it through an ECR pull-through cache rule, to choose tags here.".to_owned(),
            Meaning::Accent,
        ),
    ]
}

impl Room for Images {
    fn places(&self) -> &'static [Place] {
        &[Place::Images, Place::List]
    }

    fn crumb(&self) -> String {
        format!("{} > images", self.service.service)
    }

    fn subject(&self, _: &Scope) -> Option<ServiceId> {
        Some(self.service.clone())
    }

    fn wants(&self, scope: &Scope) -> Vec<Want> {
        let id = &self.service;
        let row = Request::ServiceRows { cluster: id.cluster.clone(), names: vec![id.service.clone()] };
        let mut wants = vec![Want::every(row, scope.config.refresh)];
        if let Some(service) = self.held(scope) {
            wants.push(Want::once(Request::TaskDefinition { arn: service.task_definition.clone() }));
            wants.push(Want::every(Request::Tasks(id.clone()), 2 * scope.config.refresh));
        }
        if let Ok(source) = self.source(scope) {
            wants.push(Want::every(Request::Images(source.repository), EVERY));
        }
        wants
    }

    fn offers(&self, action: Action, scope: &Scope) -> bool {
        !action.mutates() || self.held(scope).is_none_or(|service| flows::refusal(service, scope).is_none())
    }

    fn update(&mut self, action: Action, scope: &Scope) -> Vec<Intent> {
        let rows = self.rows(scope);
        let selected = self.table.selection(&rows);
        match (action, selected) {
            (Action::Deploy, Some(tag)) => match self.held(scope).and_then(|service| flows::refusal(service, scope)) {
                Some(reason) => vec![Intent::Say(reason)],
                None => {
                    let review = review::Review::new(self.service.clone(), tag.reference());
                    vec![Intent::open(Screen::Review(review))]
                }
            },
            (Action::Open | Action::Describe, Some(tag)) => self.describe(tag, scope),
            (Action::CopyName, Some(tag)) => vec![Intent::Do(Effect::Copy(tag.reference()))],
            (Action::CopyArn, Some(tag)) => vec![Intent::Do(Effect::Copy(tag.by_digest()))],
            (Action::Filter, _) => vec![Intent::Prompt(PromptKind::Filter, self.table.filter.clone())],
            _ => {
                self.table.update(action, &rows, &columns(), scope.body_rows().saturating_sub(1));
                Vec::new()
            }
        }
    }

    fn prompted(&mut self, _: PromptKind, text: &str, _: bool, _: &Scope) -> Vec<Intent> {
        text.clone_into(&mut self.table.filter);
        Vec::new()
    }

    fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.table.filter).is_empty()
    }

    fn view(&self, scope: &Scope, frame: &mut Frame, area: Rect) {
        let source = match self.source(scope) {
            Ok(source) => source,
            Err(lines) => {
                let inside = pane::draw(scope, frame, area, "images", None);
                return pane::empty(scope, frame, inside, &lines);
            }
        };
        let rows = self.rows(scope);
        let title = self.title(scope, &source, rows.len());
        let nothing = crate::model::Fetched::default();
        let held = scope.facts.images.get(&source.repository).unwrap_or(&nothing);
        let inside = pane::draw(scope, frame, area, &title, pane::freshness(held, scope, EVERY));
        if rows.is_empty() {
            let any = held.value.as_ref().is_some_and(|all| !all.is_empty());
            let empty = if any { "No tagged image matches." } else { "The repository holds no image." };
            return pane::empty(scope, frame, inside, &pane::explain(Some(held), empty));
        }
        table::draw(scope, frame, inside, &self.table, &columns(), &rows, pane::is_doubtful(held, scope, EVERY));
    }
}
