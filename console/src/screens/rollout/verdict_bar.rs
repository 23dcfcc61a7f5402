//! The verdict: a bar across the screen in its colour, the reason under it, and what to press next.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use crate::action::Action;
use crate::flows::under_way::begun_by;
use crate::flows::{key, refusal};
use crate::keymap::Place;
use crate::model::DeploymentStatus;
use crate::state::Scope;
use crate::theme::{Meaning, Status};
use crate::verdict::Tone;
use crate::widgets::words;

/// Bar and reason. `tall` gives the bar a blank line above and below.
pub(super) fn lines(scene: &Scene, scope: &Scope, cells: usize, tall: bool) -> Vec<Line<'static>> {
    let status = status(scene);
    let style = bar_style(scene, scope);
    // Before ECS lists it nothing tells which revision it is about.
    let target = if scene.is_awaited() { String::new() } else { scene.target_name(scope) };
    let left = format!(" {} {}  {target}", scope.theme.glyph(status), scene.verdict.word);
    let right = format!("{} ", elapsed(scene, scope));
    let left = words::cut_end(&left, cells.saturating_sub(words::width(&right) + 1));
    let gap = cells.saturating_sub(words::width(&left) + words::width(&right));
    let bar = Line::styled(format!("{left}{}{right}", " ".repeat(gap)), style);
    let blank = Line::styled(" ".repeat(cells), style);
    let mut lines = if tall { vec![blank.clone(), bar, blank] } else { vec![bar] };
    lines.extend(reason(scene, scope, cells));
    lines
}

fn status(scene: &Scene) -> Status {
    match scene.deployment.map(|deployment| &deployment.status) {
        Some(DeploymentStatus::Pending) => Status::Waiting,
        Some(DeploymentStatus::RollbackRequested | DeploymentStatus::RollbackInProgress) => Status::Progressing,
        _ => scene.verdict.tone.status(),
    }
}

fn bar_style(scene: &Scene, scope: &Scope) -> Style {
    let meaning = match scene.verdict.tone {
        Tone::Good => Meaning::Good,
        Tone::Bad => Meaning::Danger,
        Tone::Busy => Meaning::Busy,
        Tone::Neutral => Meaning::Warning,
    };
    scope.theme.style(meaning).add_modifier(Modifier::REVERSED | Modifier::BOLD)
}

fn elapsed(scene: &Scene, scope: &Scope) -> String {
    match (scene.began(), scene.ended()) {
        (Some(began), Some(ended)) => format!("took {} · ended {} ago", ended.since(began), scope.now.since(ended)),
        (Some(began), None) if scene.is_under_way() => format!("for {}", scope.now.since(began)),
        _ => String::new(),
    }
}

/// AWS's reason in its colour, and who began it.
fn reason(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let meaning = match scene.verdict.tone {
        Tone::Bad => Meaning::Danger,
        Tone::Neutral => Meaning::Warning,
        Tone::Good | Tone::Busy => Meaning::Text,
    };
    let sentence = crate::text::clean(&scene.verdict.sentence).into_owned();
    let told = sentence.strip_prefix(scene.verdict.word).unwrap_or(&sentence).trim_start_matches(": ").to_owned();
    let mut lines: Vec<Line> = Vec::new();
    if !told.is_empty() {
        let wrapped = words::wrap(&told, cells);
        lines.extend(wrapped.into_iter().take(3).map(|line| Line::styled(line, scope.theme.style(meaning))));
    }
    if let Some(who) = whose(scene, scope) {
        lines.push(Line::styled(words::cut_end(&who, cells), scope.theme.style(Meaning::Muted)));
    }
    lines
}

fn whose(scene: &Scene, scope: &Scope) -> Option<String> {
    let deployment = scene.deployment?;
    let watch = scope.watched.get(&scene.service.id);
    let ours = watch.is_some_and(|watch| watch.ours && watch.deployment.as_ref() == Some(&deployment.arn));
    Some(format!("{} · {}", scene.serving(scope), begun_by(ours, &scene.target(), scope)))
}

/// What to press next, by how it stands.
pub(super) fn next(scene: &Scene, scope: &Scope, cells: usize) -> Line<'static> {
    let at = |action, word: &str| format!("{} {word}", key(scope, Place::Rollout, action));
    let may = refusal(scene.service, scope).is_none();
    let mut parts = Vec::new();
    match (scene.is_under_way(), scene.verdict.tone) {
        (true, Tone::Busy) => {
            parts.extend((may && !scene.is_awaited()).then(|| at(Action::RollBack, "roll back")));
            parts.push(at(Action::Logs, "logs"));
            parts.push("esc leaves, watching goes on".to_owned());
        }
        (true, _) => {
            parts.push("going back; nothing to do but wait".to_owned());
            parts.push(at(Action::Logs, "logs"));
        }
        (false, Tone::Good) => {
            parts.push(at(Action::Predict, "test prediction"));
            parts.push(at(Action::Metrics, "metrics"));
            parts.extend(may.then(|| at(Action::RollBack, "roll back")));
        }
        (false, _) => {
            parts.push(at(Action::Logs, "logs"));
            parts.push(at(Action::Predict, "test what serves"));
            parts.push(at(Action::Images, "images"));
            parts.extend(may.then(|| at(Action::RollBack, "other revision")));
        }
    }
    let text = words::cut_end(&format!("next: {}", parts.join(" · ")), cells);
    Line::from(Span::styled(text, scope.theme.style(Meaning::Accent)))
}
