//! The strip of stages: done, present, still to come. Words that AWS adds later are shown as they are.

use ratatui::text::{Line, Span};

use super::scene::Scene;
use crate::model::DeploymentStatus;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::verdict::Tone;
use crate::widgets::words;

/// Stages of a rolling update, in their order.
const ROLLING: &[&str] = &["RECONCILE_SERVICE", "SCALE_UP", "CLEAN_UP", "BAKE_TIME"];
/// Stages of the strategies that shift traffic ("Amazon ECS lifecycle stages" in the developer guide).
const SHIFTING: &[&str] = &[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
    "BAKE_TIME",
    "CLEAN_UP",
];

/// State of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Done,
    Now,
    Broke,
    Ahead,
}

/// Stages with their states; empty when neither strategy nor stage is known.
pub(super) fn steps(scene: &Scene) -> Vec<(String, Step)> {
    let Some(deployment) = scene.deployment else { return Vec::new() };
    let now = deployment.lifecycle_stage.as_deref();
    let strategy = scene.strategy();
    let mut stages: Vec<&str> = match strategy.as_str() {
        "ROLLING" => ROLLING.to_vec(),
        "BLUE_GREEN" | "LINEAR" | "CANARY" => SHIFTING.to_vec(),
        _ => Vec::new(),
    };
    let bakes = !scene.alarm_names().is_empty() || scene.service.deployment_configuration.bake_minutes.is_some();
    stages.retain(|stage| *stage != "BAKE_TIME" || bakes || now == Some("BAKE_TIME") || strategy != "ROLLING");
    let at = now.and_then(|now| stages.iter().position(|stage| *stage == now));
    if let (Some(now), None) = (now, at) {
        // Not in our table: shown after what is known to come first, with nothing claimed about the others.
        return std::iter::once((readable(now), present(scene))).collect();
    }
    let step = |index: usize| match at {
        _ if matches!(deployment.status, DeploymentStatus::Successful | DeploymentStatus::RollbackSuccessful) => {
            Step::Done
        }
        Some(at) if index < at => Step::Done,
        Some(at) if index == at => present(scene),
        _ => Step::Ahead,
    };
    stages.iter().enumerate().map(|(index, stage)| (readable(stage), step(index))).collect()
}

/// Once it goes back, ECS tells the stages of the way back.
fn goes_back(scene: &Scene) -> bool {
    scene.deployment.is_some_and(|deployment| {
        matches!(
            deployment.status,
            DeploymentStatus::RollbackRequested
                | DeploymentStatus::RollbackInProgress
                | DeploymentStatus::RollbackSuccessful
        )
    })
}

fn present(scene: &Scene) -> Step {
    match (scene.is_under_way(), scene.verdict.tone) {
        (true, _) => Step::Now,
        (false, Tone::Bad) if goes_back(scene) => Step::Done,
        (false, Tone::Bad | Tone::Neutral) => Step::Broke,
        (false, _) => Step::Done,
    }
}

/// `SCALE_UP` → `scale up`
fn readable(stage: &str) -> String {
    crate::text::clean(stage).replace('_', " ").to_lowercase()
}

/// The strip in as many lines as it needs.
pub(super) fn lines(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let theme = scope.theme;
    let mut lines = Vec::new();
    let steps = steps(scene);
    let head = match scene.strategy() {
        strategy if steps.is_empty() => format!("strategy {strategy}"),
        strategy if goes_back(scene) => format!("{strategy}, the way back: "),
        strategy => format!("{strategy}: "),
    };
    let mut used = words::width(&head);
    let mut spans = vec![Span::styled(head, theme.style(Meaning::Muted))];
    let joint = if theme.ascii { " - " } else { " ─ " };
    let count = steps.len();
    for (index, (name, step)) in steps.into_iter().enumerate() {
        let (glyph, meaning) = match step {
            Step::Done => (theme.glyph(Status::Ok), Meaning::Good),
            Step::Now => (theme.glyph(Status::Running), Meaning::Title),
            Step::Broke => (theme.glyph(Status::Failed), Meaning::Danger),
            Step::Ahead if theme.ascii => (".", Meaning::Muted),
            Step::Ahead => ("·", Meaning::Muted),
        };
        let text = format!("{glyph} {name}");
        let tail = if index + 1 < count { joint } else { "" };
        if used + words::width(&text) + words::width(tail) > cells {
            lines.push(Line::from(std::mem::take(&mut spans)));
            spans.push(Span::raw("  "));
            used = 2;
        }
        used += words::width(&text) + words::width(tail);
        spans.push(Span::styled(text, theme.style(meaning)));
        spans.push(Span::styled(tail, theme.style(Meaning::Border)));
    }
    lines.push(Line::from(spans));
    lines
}
