//! What can end the deployment by itself: circuit breaker and alarms.

use ratatui::text::{Line, Span};

use super::scene::Scene;
use crate::model::AlarmState;
use crate::model::rollout::Breaker;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::widgets::words;

/// Longest gauge; a higher threshold is drawn to scale.
const GAUGE: u32 = 20;

/// `breaker  ■■□ 2/3 failed tasks, monitoring: at 3 it ends the deployment and rolls back`
pub(super) fn breaker(scene: &Scene, scope: &Scope, cells: usize) -> Line<'static> {
    let configured = &scene.service.deployment_configuration;
    let then = if configured.breaker_rollback { "rolls back" } else { "ends the deployment" };
    let (gauge, words, meaning) = match scene.deployment.and_then(|deployment| deployment.breaker.as_ref()) {
        Some(breaker) if breaker.status == "DISABLED" => off(),
        Some(breaker) => {
            let (words, meaning) = standing(breaker, then);
            (gauge(breaker, scope), words, meaning)
        }
        None if configured.breaker => {
            (String::new(), format!("on: when tasks keep failing ECS {then}"), Meaning::Muted)
        }
        None => off(),
    };
    let room = cells.saturating_sub(9 + words::width(&gauge));
    Line::from(vec![
        Span::styled(format!("{:<9}", "breaker"), scope.theme.style(Meaning::Muted)),
        Span::styled(gauge, scope.theme.style(meaning)),
        Span::styled(words::cut_end(&words, room), scope.theme.style(meaning)),
    ])
}

fn off() -> (String, String, Meaning) {
    (String::new(), "off: failing tasks are retried for ever".to_owned(), Meaning::Warning)
}

fn standing(breaker: &Breaker, then: &str) -> (String, Meaning) {
    let Breaker { status, failures, threshold } = breaker;
    let count = format!("{failures}/{threshold} failed tasks");
    match status.as_str() {
        "TRIGGERED" => (format!("{count}: TRIGGERED"), Meaning::Danger),
        "MONITORING" if *failures > 0 => (format!("{count}, monitoring: at {threshold} ECS {then}"), Meaning::Warning),
        "MONITORING" => (format!("{count}, monitoring: at {threshold} ECS {then}"), Meaning::Text),
        "MONITORING_COMPLETE" => (format!("{count}, done monitoring"), Meaning::Muted),
        other => (format!("{count}, {}", crate::text::clean(other)), Meaning::Text),
    }
}

/// The count can fall again when a task gets healthy, so it is a gauge and no counter.
fn gauge(breaker: &Breaker, scope: &Scope) -> String {
    let [full, empty] = if scope.theme.ascii { ["#", "."] } else { ["■", "□"] };
    let cells = breaker.threshold.clamp(1, GAUGE);
    let filled = (u64::from(breaker.failures) * u64::from(cells)).div_ceil(u64::from(breaker.threshold.max(1)));
    let filled = usize::try_from(filled).unwrap_or(0).min(cells as usize);
    format!("{}{} ", full.repeat(filled), empty.repeat(cells as usize - filled))
}

/// One line for each alarm that watches: its present state, and whether it went off for this deployment.
pub(super) fn alarms(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let watching = scene.deployment.and_then(|deployment| deployment.alarms.as_ref());
    let triggered = watching.map(|alarms| alarms.triggered.clone()).unwrap_or_default();
    let mut names = scene.alarm_names();
    names.sort_by_key(|name| !triggered.contains(name));
    let watch = watching.map(|alarms| alarms.status.replace('_', " ").to_lowercase());
    let line = |(index, name): (usize, &String)| {
        let (status, word) = state(name, scope);
        let went_off = triggered.contains(name);
        let meaning = if went_off { Meaning::Danger } else { status.meaning() };
        let tail = match &watch {
            _ if went_off => ": TRIGGERED".to_owned(),
            Some(watch) => format!(", {}", crate::text::clean(watch)),
            None => String::new(),
        };
        let text = format!("{} {} {word}{tail}", scope.theme.glyph(status), crate::text::clean(name));
        Line::from(vec![
            Span::styled(format!("{:<9}", if index == 0 { "alarms" } else { "" }), scope.theme.style(Meaning::Muted)),
            Span::styled(words::cut_end(&text, cells.saturating_sub(9)), scope.theme.style(meaning)),
        ])
    };
    names.iter().enumerate().map(line).collect()
}

fn state(name: &str, scope: &Scope) -> (Status, &'static str) {
    let alarm = scope.facts.alarms.value.iter().flatten().find(|alarm| alarm.name == name);
    match alarm.map(|alarm| alarm.state) {
        Some(AlarmState::Alarm) => (Status::Failed, "ALARM"),
        Some(AlarmState::Ok) => (Status::Ok, "OK"),
        Some(AlarmState::InsufficientData) => (Status::Unknown, "too little data"),
        None if scope.facts.alarms.value.is_some() => (Status::Warning, "does not exist"),
        None => (Status::Unknown, "state not known"),
    }
}
