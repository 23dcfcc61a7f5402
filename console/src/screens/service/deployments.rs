//! Tab 2: the service deployments with their verdicts. A rolled-back one is never shown as a success.

use crate::model::rollout::DeploymentHistory;
use crate::model::task_definition::short_name;
use crate::model::time::Age;
use crate::model::{DeploymentStatus, RevisionSummary, ServiceDeployment, ServiceId, Timestamp};
use crate::state::Scope;
use crate::table::{Cell, Column, Row, SortKey, Table, Width};
use crate::text::clean;
use crate::theme::{Meaning, Status};
use crate::verdict::{self, Tone};

/// A deployment with the history that names its revisions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DeploymentRow<'a> {
    pub(super) deployment: &'a ServiceDeployment,
    history: &'a DeploymentHistory,
}

impl Row for DeploymentRow<'_> {
    fn id(&self) -> String {
        self.deployment.arn.clone()
    }

    fn status(&self) -> Status {
        status_of(self.deployment)
    }
}

/// Status of a deployment by its verdict.
pub(crate) fn status_of(deployment: &ServiceDeployment) -> Status {
    match verdict::of(deployment).tone {
        Tone::Good => Status::Ok,
        Tone::Bad => Status::Failed,
        Tone::Busy if deployment.status == DeploymentStatus::Pending => Status::Waiting,
        Tone::Busy => Status::Progressing,
        Tone::Neutral => Status::Unknown,
    }
}

/// The list begins with the newest deployment, ill or not.
pub(super) fn table() -> Table {
    Table::sorted(0, false)
}

/// The deployments that are known.
pub(super) fn rows<'a>(id: &ServiceId, scope: &'a Scope) -> Vec<DeploymentRow<'a>> {
    let history = scope.facts.deployments.get(id).and_then(|held| held.value.as_ref());
    let of_history = |history: &'a DeploymentHistory| {
        history.deployments.iter().map(move |deployment| DeploymentRow { deployment, history })
    };
    history.into_iter().flat_map(of_history).collect()
}

fn column<'a>(
    title: &'static str,
    width: Width,
    drop: u8,
    cell: fn(&DeploymentRow<'a>, &Scope) -> Cell,
    sort: fn(&DeploymentRow<'a>, &Scope) -> SortKey,
) -> Column<DeploymentRow<'a>> {
    Column { title, width, right: false, drop, cell, sort }
}

/// The columns. At 80 columns age, verdict, revisions, breaker, duration and reason stay.
pub(super) fn columns<'a>() -> Vec<Column<DeploymentRow<'a>>> {
    let fixed = Width::Fixed;
    vec![
        column(
            "AGE",
            fixed(6),
            0,
            |r, scope| age(r.deployment, scope),
            |r, scope| begun(r.deployment).map_or(SortKey::Missing, |at| number(scope.now.since(at))),
        ),
        column("VERDICT", fixed(17), 0, verdict_cell, |r, _| SortKey::text(verdict::of(r.deployment).word)),
        column("REVISION", Width::Grow(8), 0, |r, scope| revisions(r, scope), |r, _| SortKey::text(&target(r))),
        column(
            "TASKS",
            fixed(5),
            1,
            |r, _| tasks(r.deployment),
            |r, _| SortKey::number(r.deployment.target.as_ref().map(|t| t.running)),
        ),
        column(
            "BREAKER",
            fixed(7),
            2,
            |r, _| breaker(r.deployment),
            |r, _| SortKey::number(r.deployment.breaker.as_ref().map(|b| b.failures)),
        ),
        column("TOOK", fixed(6), 0, took_cell, |r, scope| took(r.deployment, scope).map_or(SortKey::Missing, number)),
        column(
            "STAGE",
            fixed(28),
            4,
            |r, _| stage(r.deployment),
            |r, _| r.deployment.lifecycle_stage.as_deref().map_or(SortKey::Missing, SortKey::text),
        ),
        column(
            "STRATEGY",
            fixed(10),
            3,
            |r, _| Cell::text(clean(&r.deployment.strategy).to_lowercase()),
            |r, _| SortKey::text(&r.deployment.strategy),
        ),
        column(
            "REASON",
            Width::Prose(14),
            0,
            |r, _| reason(r.deployment),
            |r, _| SortKey::text(&reason(r.deployment).plain()),
        ),
    ]
}

fn number(age: Age) -> SortKey {
    #[allow(clippy::cast_precision_loss, reason = "a sort key")]
    SortKey::Number(age.0 as f64)
}

fn begun(deployment: &ServiceDeployment) -> Option<Timestamp> {
    deployment.created_at.or(deployment.started_at)
}

/// From begin to end, or to now.
fn took(deployment: &ServiceDeployment, scope: &Scope) -> Option<Age> {
    let end = deployment.finished_at.or(deployment.stopped_at);
    let end = end.or_else(|| deployment.status.is_final().then_some(deployment.updated_at).flatten());
    Some(end.unwrap_or(scope.now).since(deployment.started_at.or(deployment.created_at)?))
}

fn age(deployment: &ServiceDeployment, scope: &Scope) -> Cell {
    begun(deployment).map_or_else(dash, |at| Cell::text(scope.now.since(at).to_string()))
}

fn dash() -> Cell {
    Cell::of("-", Meaning::Muted)
}

fn verdict_cell(row: &DeploymentRow<'_>, scope: &Scope) -> Cell {
    let status = row.status();
    let word = verdict::of(row.deployment).word;
    Cell::of(format!("{} {word}", scope.theme.glyph(status)), status.meaning())
}

/// `family:revision` of a service revision, or the end of its ARN while that is all we know.
fn definition_name(history: &DeploymentHistory, revision: &str) -> String {
    let name = history.revision(revision).map_or(revision, |found| found.task_definition.as_str());
    clean(short_name(name)).into_owned()
}

fn target(row: &DeploymentRow<'_>) -> String {
    row.deployment.target.as_ref().map(|target| definition_name(row.history, &target.arn)).unwrap_or_default()
}

fn source(row: &DeploymentRow<'_>) -> Option<String> {
    row.deployment.sources.first().map(|source| definition_name(row.history, &source.arn))
}

/// `6 → 7`; the family is named only when it changes, and on a first deployment.
fn revisions(row: &DeploymentRow<'_>, scope: &Scope) -> Cell {
    let arrow = if scope.theme.ascii { "->" } else { "→" };
    let target = target(row);
    let Some(source) = source(row) else { return Cell::text(target) };
    let words = match (source.rsplit_once(':'), target.rsplit_once(':')) {
        _ if source == target => format!("{target} again"),
        (Some((before, from)), Some((after, to))) if before == after => format!("{from} {arrow} {to}"),
        _ => format!("{source} {arrow} {target}"),
    };
    Cell::text(words)
}

fn tasks(deployment: &ServiceDeployment) -> Cell {
    let Some(RevisionSummary { requested, running, .. }) = &deployment.target else { return dash() };
    Cell::text(format!("{running}/{requested}"))
}

fn breaker(deployment: &ServiceDeployment) -> Cell {
    let Some(breaker) = deployment.breaker.as_ref().filter(|b| b.status != "DISABLED") else { return dash() };
    let meaning = match breaker.status.as_str() {
        "TRIGGERED" => Meaning::Danger,
        _ if breaker.failures > 0 => Meaning::Warning,
        _ => Meaning::Text,
    };
    Cell::of(format!("{}/{}", breaker.failures, breaker.threshold), meaning)
}

fn took_cell(row: &DeploymentRow<'_>, scope: &Scope) -> Cell {
    took(row.deployment, scope).map_or_else(dash, |took| Cell::text(took.to_string()))
}

fn stage(deployment: &ServiceDeployment) -> Cell {
    let word = deployment.lifecycle_stage.as_deref().map(|stage| clean(stage).to_lowercase().replace('_', " "));
    word.map_or_else(dash, Cell::text)
}

/// AWS's reason without the verdict, which has its own column.
fn reason(deployment: &ServiceDeployment) -> Cell {
    let verdict = verdict::of(deployment);
    let reason = verdict.sentence.strip_prefix(verdict.word).unwrap_or_default().trim_start_matches(": ").to_owned();
    Cell::of(clean(&reason), status_of(deployment).meaning())
}

/// What the strip below the list says about a deployment.
pub(super) fn facts(row: &DeploymentRow<'_>) -> Vec<(&'static str, String, Meaning)> {
    let deployment = row.deployment;
    let verdict = verdict::of(deployment);
    let mut facts = vec![("verdict", clean(&verdict.sentence).into_owned(), status_of(deployment).meaning())];
    let images = deployment.target.as_ref().and_then(|target| row.history.revision(&target.arn));
    let named = images.into_iter().flat_map(|revision| &revision.images).map(|image| {
        let digest: String = image.digest.as_deref().unwrap_or("digest not known").chars().take(19).collect();
        format!("{} {digest}", image.image.rsplit('/').next().unwrap_or_default())
    });
    let named = named.collect::<Vec<_>>().join(", ");
    if !named.is_empty() {
        facts.push(("image", clean(&named).into_owned(), Meaning::Text));
    }
    if let Some(alarms) = deployment.alarms.as_ref().filter(|alarms| !alarms.names.is_empty()) {
        let (words, meaning) = match alarms.triggered.as_slice() {
            [] => (format!("watched: {}", alarms.names.join(", ")), Meaning::Text),
            rang => (format!("rang: {}", rang.join(", ")), Meaning::Danger),
        };
        facts.push(("alarms", clean(&words).into_owned(), meaning));
    }
    facts
}
