//! The lines above the tabs: state, counts, image, address, breaker and alarms of one service.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::model::{AlarmState, Service, ServiceId};
use crate::screens::services::{AlarmBook, deployed_at, image, words_for};
use crate::state::Scope;
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::{pane, words};

/// Tag on an ECS service that names its predictor's base URL.
const URL_TAG: &str = "quarterdeck:predictor-url";

type Words = Vec<(String, Meaning)>;

/// Draws up to three lines.
pub(super) fn draw(scope: &Scope, id: &ServiceId, frame: &mut Frame, area: Rect) {
    let lines = match scope.facts.service(id) {
        Some(service) => vec![state(service, scope), what(service, scope), guards(service, scope)],
        None => missing(id, scope),
    };
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let line = fitted(line, usize::from(area.width.saturating_sub(2)), scope);
        frame.render_widget(line, Rect { x: area.x + 1, y, width: area.width.saturating_sub(1), height: 1 });
    }
}

fn missing(id: &ServiceId, scope: &Scope) -> Vec<Words> {
    let held = scope.facts.services.get(&id.cluster);
    let gone = format!("There is no service {} in cluster {}.", clean(&id.service), clean(&id.cluster));
    pane::explain(held, &gone).into_iter().map(|line| vec![line]).collect()
}

fn state(service: &Service, scope: &Scope) -> Words {
    let (status, word) = words_for(service.rollout());
    let short = service.running < service.desired;
    let mut line = vec![
        (format!("{} {word}", scope.theme.glyph(status)), status.meaning()),
        ("  tasks ".to_owned(), Meaning::Muted),
        (format!("{}/{}", service.running, service.desired), if short { Meaning::Danger } else { Meaning::Text }),
    ];
    if service.pending > 0 {
        line.push((format!(" +{} pending", service.pending), Meaning::Busy));
    }
    let failed: u32 = service.deployments.iter().map(|d| d.failed).sum();
    if failed > 0 {
        line.push((format!(" {failed} failed"), Meaning::Danger));
    }
    if let Some(at) = deployed_at(service) {
        line.push((format!("  deployed {} ago", scope.now.since(at)), Meaning::Muted));
    }
    if !service.is_ours_to_deploy() {
        line.push((format!("  deployed by {}", clean(&service.controller)), Meaning::Warning));
    }
    line
}

fn what(service: &Service, scope: &Scope) -> Words {
    let revision = crate::model::task_definition::short_name(&service.task_definition);
    let mut line = vec![(clean(revision).into_owned(), Meaning::Text)];
    if let Some(image) = image(service, scope) {
        let name = image.repository.rsplit('/').next().unwrap_or_default();
        line.push(("  image ".to_owned(), Meaning::Muted));
        line.push((clean(&format!("{name}:{}", image.short())).into_owned(), Meaning::Accent));
    }
    if let Some(digest) = digest(service, scope) {
        line.push((format!(" {}", clean(&digest)), Meaning::Muted));
    }
    if let Some(url) = address(service, scope) {
        line.push(("  url ".to_owned(), Meaning::Muted));
        line.push((crate::screens::text::json::shown("", &clean(url)), Meaning::Text));
    }
    line
}

fn guards(service: &Service, scope: &Scope) -> Words {
    let set = &service.deployment_configuration;
    let mut line = vec![("breaker ".to_owned(), Meaning::Muted)];
    line.push(match (set.breaker, set.breaker_rollback) {
        (true, true) => ("on, rolls back".to_owned(), Meaning::Text),
        (true, false) => ("on, no rollback".to_owned(), Meaning::Warning),
        (false, _) => ("off".to_owned(), Meaning::Warning),
    });
    let running = scope.facts.deployments.get(&service.id).and_then(|held| held.value.as_ref()?.deployments.first());
    if let Some(breaker) = running.filter(|d| !d.status.is_final()).and_then(|d| d.breaker.as_ref()) {
        let meaning = if breaker.failures > 0 { Meaning::Danger } else { Meaning::Text };
        line.push((format!(" {}/{}", breaker.failures, breaker.threshold), meaning));
    }
    line.push(("  alarms ".to_owned(), Meaning::Muted));
    let alarms = AlarmBook::of(scope).of_service(service);
    let ringing: Vec<_> = alarms.iter().filter(|alarm| alarm.state == AlarmState::Alarm).collect();
    let unsure = alarms.iter().filter(|alarm| alarm.state == AlarmState::InsufficientData).count();
    line.push(match (ringing.as_slice(), alarms.len()) {
        ([], 0) if scope.facts.alarms.value.is_none() => (not_known(scope), Meaning::Muted),
        ([], 0) => ("none".to_owned(), Meaning::Muted),
        ([], count) => (format!("{} {} ok", scope.theme.glyph(Status::Ok), count - unsure), Meaning::Good),
        (ringing, _) => {
            let names: Vec<&str> = ringing.iter().map(|alarm| alarm.name.as_str()).collect();
            (format!("{} {}", scope.theme.glyph(Status::Failed), clean(&names.join(", "))), Meaning::Danger)
        }
    });
    if unsure > 0 && ringing.is_empty() {
        line.push((format!(", {unsure} without data"), Meaning::Muted));
    }
    line
}

fn not_known(scope: &Scope) -> String {
    let problem = scope.facts.alarms.problem.as_ref();
    problem.map_or_else(|| "…".to_owned(), |problem| format!("not known ({})", clean(&problem.code)))
}

/// The digest that runs: of the running revision, or of a running task.
fn digest(service: &Service, scope: &Scope) -> Option<String> {
    let definition = scope.facts.definition(&service.task_definition)?;
    let container = crate::deploy::main_container(definition, service)?;
    let history = scope.facts.deployments.get(&service.id).and_then(|held| held.value.as_ref());
    let of_revision = history.into_iter().flat_map(|h| &h.revisions).find_map(|revision| {
        let ours = revision.task_definition == service.task_definition;
        let image = revision.images.iter().find(|image| image.container == container);
        image.filter(|_| ours)?.digest.clone()
    });
    let tasks = scope.facts.tasks.get(&service.id).and_then(|held| held.value.as_ref());
    let of_task = || {
        let mut running =
            tasks?.iter().filter(|task| !task.is_stopped() && task.task_definition == service.task_definition);
        running.find_map(|task| task.containers.iter().find(|c| c.name == container)?.digest.clone())
    };
    let digest = of_revision.or_else(of_task)?;
    Some(digest.trim_start_matches("sha256:").chars().take(12).collect())
}

/// Where its predictions are asked for: flag, configuration, tag.
fn address<'a>(service: &'a Service, scope: &'a Scope) -> Option<&'a str> {
    let config = &scope.config;
    let configured = config.predictors.get(&format!("{}/{}", service.id.cluster, service.id.service));
    config.predictor_url.as_deref().or(configured.map(String::as_str)).or(service.tags.get(URL_TAG).map(String::as_str))
}

/// As many whole pieces as fit; the last one is cut.
fn fitted(pieces: Words, cells: usize, scope: &Scope) -> Line<'static> {
    let mut left = cells;
    let mut spans = Vec::new();
    for (text, meaning) in pieces {
        let text = words::cut_end(&text, left);
        left -= words::width(&text);
        spans.push(Span::styled(text, scope.theme.style(meaning)));
    }
    Line::from(spans)
}
