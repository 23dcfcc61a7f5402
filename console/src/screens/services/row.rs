//! One row of the list of services, and its columns.

use super::alarms::{AlarmBook, ringing};
use crate::deploy;
use crate::model::image::ImageReference;
use crate::model::metric::Measure;
use crate::model::service::RolloutWord;
use crate::model::task_definition::short_name;
use crate::model::{Service, Timestamp};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::widgets::spark::spark;

/// Columns of the terminal from which spark lines are long.
const ROOMY: u16 = 100;
/// Utilisation in percent above which a value is a warning, and above which it is a danger.
const HIGH: (f64, f64) = (75.0, 90.0);

/// A service with what other facts say about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServiceRow<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// Alarms that ring, and all of its alarms.
    pub(crate) alarms: (usize, usize),
}

impl Row for ServiceRow<'_> {
    fn id(&self) -> String {
        self.service.id.service.clone()
    }

    fn status(&self) -> Status {
        let (status, _) = words_for(self.service.rollout());
        if self.alarms.0 > 0 && !status.is_fault() { Status::Warning } else { status }
    }
}

/// Status and word of a rollout, the same on every screen.
pub(crate) fn words_for(word: RolloutWord) -> (Status, &'static str) {
    match word {
        RolloutWord::Failed => (Status::Failed, "failed"),
        RolloutWord::Degraded => (Status::Warning, "degraded"),
        RolloutWord::RollingBack => (Status::Failed, "rolling back"),
        RolloutWord::Progressing => (Status::Progressing, "progressing"),
        RolloutWord::Steady => (Status::Ok, "steady"),
        RolloutWord::Idle => (Status::Waiting, "idle"),
        RolloutWord::Draining => (Status::Waiting, "draining"),
    }
}

/// All services of a cluster as rows.
pub(crate) fn rows<'a>(cluster: &str, scope: &'a Scope) -> Vec<ServiceRow<'a>> {
    let Some(services) = scope.facts.services.get(cluster).and_then(|held| held.value.as_ref()) else {
        return Vec::new();
    };
    let book = AlarmBook::of(scope);
    let row = |service| {
        let alarms = book.of_service(service);
        ServiceRow { service, alarms: (ringing(&alarms), alarms.len()) }
    };
    services.values().map(row).collect()
}

/// Image reference of the main container, once the task definition is known.
pub(crate) fn image(service: &Service, scope: &Scope) -> Option<ImageReference> {
    let definition = scope.facts.definition(&service.task_definition)?;
    let container = deploy::main_container(definition, service)?;
    definition.image(&container).map(ImageReference::parse)
}

/// When the newest deployment began.
pub(crate) fn deployed_at(service: &Service) -> Option<Timestamp> {
    service.primary().and_then(|d| d.created_at)
}

/// Words on the deployment under way: `:7 3m12s 2 failed`; of the last one when none is.
fn rollout_detail(service: &Service, scope: &Scope) -> Cell {
    let Some(primary) = service.primary() else { return Cell::of("-", Meaning::Muted) };
    let revision = clean(short_name(&primary.task_definition)).into_owned();
    let under_way = matches!(service.rollout(), RolloutWord::Progressing | RolloutWord::RollingBack);
    let mut pieces = vec![(revision, if under_way { Meaning::Busy } else { Meaning::Text })];
    if let Some(since) = primary.created_at.filter(|_| under_way) {
        pieces.push((format!(" {}", scope.now.since(since)), Meaning::Muted));
    }
    if primary.failed > 0 {
        pieces.push((format!(" {} failed", primary.failed), Meaning::Danger));
    }
    Cell(pieces)
}

fn running_of_desired(service: &Service) -> Cell {
    let missing = service.running < service.desired;
    let meaning = if missing { Meaning::Danger } else { Meaning::Text };
    Cell::of(format!("{}/{}", service.running, service.desired), meaning)
}

fn utilisation(service: &Service, measure: Measure, scope: &Scope) -> Option<f64> {
    scope.facts.sparks.get(&service.id)?.value.as_ref()?.get(&measure)?.last()
}

fn spark_cell(service: &Service, measure: Measure, scope: &Scope) -> Cell {
    let Some(held) = scope.facts.sparks.get(&service.id) else { return Cell::default() };
    let Some(series) = held.value.as_ref().and_then(|all| all.get(&measure)).filter(|s| !s.points.is_empty()) else {
        let word = if held.problem.is_some() { "?" } else { "-" };
        return Cell::of(word, Meaning::Muted);
    };
    let value = series.last().unwrap_or_default();
    Cell(vec![
        (spark(series, spark_cells(scope), 100.0, scope.theme.ascii), Meaning::Accent),
        (format!("{value:>4.0}%"), heat(value)),
    ])
}

/// Cells of a spark line: on a narrow terminal names matter more.
fn spark_cells(scope: &Scope) -> usize {
    if scope.size.0 < ROOMY { 3 } else { 6 }
}

/// How to colour a utilisation in percent.
fn heat(percent: f64) -> Meaning {
    match percent {
        value if value >= HIGH.1 => Meaning::Danger,
        value if value >= HIGH.0 => Meaning::Warning,
        _ => Meaning::Text,
    }
}

fn alarm_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    let glyph = |status| scope.theme.glyph(status);
    match row.alarms {
        (0, 0) => Cell::of("-", Meaning::Muted),
        (0, _) => Cell::of(glyph(Status::Ok), Meaning::Good),
        (ringing, _) => Cell::of(format!("{} {ringing}", glyph(Status::Failed)), Meaning::Danger),
    }
}

fn column<'a>(
    title: &'static str,
    width: Width,
    drop: u8,
    cell: fn(&ServiceRow<'a>, &Scope) -> Cell,
    sort: fn(&ServiceRow<'a>, &Scope) -> SortKey,
) -> Column<ServiceRow<'a>> {
    Column { title, width, right: false, drop, cell, sort }
}

/// The columns, in the order of the screen. At 80 columns name, state, counts, tag, CPU, memory and alarms stay.
pub(crate) fn columns<'a>(scope: &Scope) -> Vec<Column<ServiceRow<'a>>> {
    let mut columns = vec![
        column(
            "NAME",
            Width::Grow(14),
            0,
            |r, _| Cell::text(clean(&r.service.id.service)),
            |r, _| SortKey::text(&r.service.id.service),
        ),
        column("ST", Width::Fixed(14), 0, status_cell, |r, _| SortKey::Number(rank(r))),
        column(
            "RUN/DES",
            Width::Fixed(7),
            0,
            |r, _| running_of_desired(r.service),
            |r, _| SortKey::Number(f64::from(r.service.running)),
        ),
        column(
            "PEND",
            Width::Fixed(4),
            4,
            |r, _| pending(r.service),
            |r, _| SortKey::Number(f64::from(r.service.pending)),
        ),
        column(
            "ROLLOUT",
            Width::Fixed(24),
            6,
            |r, scope| rollout_detail(r.service, scope),
            |r, _| SortKey::text(&r.service.task_definition),
        ),
    ];
    columns.extend(measured(scope));
    columns.extend([
        column("DEPLOYED", Width::Fixed(8), 5, deployed_cell, |r, _| {
            // The youngest first when sorted upwards, as an age reads.
            deployed_at(r.service).map_or(SortKey::Missing, |at| SortKey::Number(-seconds(at)))
        }),
        column("LAST EVENT", Width::Prose(24), 7, event_cell, |r, _| {
            r.service.events.first().map_or(SortKey::Missing, |e| SortKey::Number(-seconds(e.at)))
        }),
    ]);
    columns
}

fn measured<'a>(scope: &Scope) -> Vec<Column<ServiceRow<'a>>> {
    let measure = Width::Fixed(if spark_cells(scope) > 3 { 11 } else { 8 });
    vec![
        column("TAG", Width::Grow(10), 0, tag_cell, |r, scope| {
            image(r.service, scope).map_or(SortKey::Missing, |i| SortKey::text(&i.short()))
        }),
        column("IMAGE", Width::Fixed(14), 8, repository_cell, |r, scope| {
            image(r.service, scope).map_or(SortKey::Missing, |i| SortKey::text(&i.repository))
        }),
        column(
            "CPU",
            measure,
            2,
            |r, s| spark_cell(r.service, Measure::CpuAverage, s),
            |r, s| SortKey::number(utilisation(r.service, Measure::CpuAverage, s)),
        ),
        column(
            "MEM",
            measure,
            3,
            |r, s| spark_cell(r.service, Measure::MemoryAverage, s),
            |r, s| SortKey::number(utilisation(r.service, Measure::MemoryAverage, s)),
        ),
        column("ALARM", Width::Fixed(if scope.theme.ascii { 6 } else { 5 }), 1, alarm_cell, |r, _| {
            SortKey::number(u32::try_from(r.alarms.0).ok())
        }),
    ]
}

fn status_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    let (status, word) = words_for(row.service.rollout());
    Cell::of(format!("{} {word}", scope.theme.glyph(status)), status.meaning())
}

fn rank(row: &ServiceRow<'_>) -> f64 {
    f64::from(row.service.rollout() as u8)
}

fn pending(service: &Service) -> Cell {
    let meaning = if service.pending > 0 { Meaning::Busy } else { Meaning::Muted };
    Cell::of(service.pending.to_string(), meaning)
}

fn tag_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    match image(row.service, scope) {
        Some(image) => Cell::text(clean(&image.short())),
        // Until the task definition is read its revision says most.
        None => Cell::of(clean(short_name(&row.service.task_definition)), Meaning::Muted),
    }
}

fn repository_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    let name = image(row.service, scope).map(|image| {
        let last = image.repository.rsplit('/').next().unwrap_or_default();
        clean(last).into_owned()
    });
    Cell::text(name.unwrap_or_default())
}

fn deployed_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    let age = deployed_at(row.service).map(|at| scope.now.since(at).to_string());
    Cell::of(age.unwrap_or_else(|| "-".to_owned()), Meaning::Text)
}

fn event_cell(row: &ServiceRow<'_>, scope: &Scope) -> Cell {
    let Some(event) = row.service.events.first() else { return Cell::default() };
    let message = clean(&event.message);
    Cell(vec![
        (format!("{} ", scope.now.since(event.at)), Meaning::Muted),
        (without_subject(&message).to_owned(), crate::screens::service::meaning_of(&message)),
    ])
}

/// AWS begins most events with `(service NAME) `, many then with `(deployment ID) `: the screen says so already.
pub(crate) fn without_subject(message: &str) -> &str {
    let after = |text: &'_ str, prefix: &str| text.strip_prefix(prefix)?.find(") ").map(|at| prefix.len() + at + 2);
    let message = after(message, "(service ").map_or(message, |at| &message[at..]);
    after(message, "(deployment ").map_or(message, |at| &message[at..])
}

fn seconds(at: Timestamp) -> f64 {
    // Precise far beyond the year 9999.
    #[allow(clippy::cast_precision_loss, reason = "a sort key of seconds")]
    let seconds = (at.0 / 1_000) as f64;
    seconds
}
