//! The page of a rollout: one column on a narrow window, the events beside it on a wide one.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::scene::Scene;
use super::{Rollout, failures, guards, revisions, strip, verdict_bar};
use crate::model::ServiceEvent;
use crate::state::Scope;
use crate::theme::Meaning;
use crate::widgets::{clock, pane, words};

/// From this width on the events stand beside the rest.
const WIDE: u16 = 118;
/// From this height on there is room for blank lines and a tall bar.
const TALL: u16 = 30;
/// Events that are always visible on a narrow window.
const LEAST_EVENTS: u16 = 3;

/// Draws it; `doubtful` facts are grey.
pub(super) fn draw(room: &Rollout, scene: &Scene, scope: &Scope, frame: &mut Frame, area: Rect, doubtful: bool) {
    let tall = area.height >= TALL;
    let [main, foot] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
    frame.render_widget(verdict_bar::next(scene, scope, usize::from(foot.width)), foot);
    if area.width >= WIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(3), Constraint::Length(2), Constraint::Fill(2)]).areas(main);
        let lines = summary(room, scene, scope, usize::from(left.width), tall);
        frame.render_widget(Paragraph::new(lines), left);
        draw_events(room, scene, scope, frame, right);
        return grey(scope, frame, main, doubtful);
    }
    let lines = summary(room, scene, scope, usize::from(main.width), tall);
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let events = u16::try_from(scene.events(scope).len()).unwrap_or(u16::MAX).min(LEAST_EVENTS) + 1;
    let upper = wanted.min(main.height.saturating_sub(events));
    let [top, bottom] = Layout::vertical([Constraint::Length(upper), Constraint::Min(1)]).areas(main);
    frame.render_widget(Paragraph::new(lines), top);
    draw_events(room, scene, scope, frame, bottom);
    grey(scope, frame, main, doubtful);
}

/// Facts that may be out of date lose their colour; what is reversed stays so.
fn grey(scope: &Scope, frame: &mut Frame, area: Rect, doubtful: bool) {
    if doubtful {
        frame.buffer_mut().set_style(area, scope.theme.style(Meaning::Muted));
    }
}

/// Everything but the events, most telling first.
pub(super) fn summary(room: &Rollout, scene: &Scene, scope: &Scope, cells: usize, tall: bool) -> Vec<Line<'static>> {
    let mut lines = verdict_bar::lines(scene, scope, cells, tall);
    lines.extend(history_trouble(scene, scope, cells));
    let gap = || tall.then(Line::default);
    lines.extend(gap());
    lines.extend(strip::lines(scene, scope, cells));
    lines.extend(gap());
    lines.extend(revisions::lines(scene, scope, cells));
    lines.extend(gap());
    lines.push(guards::breaker(scene, scope, cells));
    lines.extend(guards::alarms(scene, scope, cells));
    let failed = failures::lines(room, scene, scope, cells);
    lines.extend(gap().filter(|_| !failed.is_empty()));
    lines.extend(failed);
    lines.extend(gap());
    lines
}

/// Why stages, breaker and verdict of the deployment are missing.
fn history_trouble(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let Some(held) = scope.facts.deployments.get(&scene.service.id) else { return Vec::new() };
    let lines = match &held.problem {
        // With older facts on screen the title says what is wrong.
        Some(_) if held.value.is_some() => Vec::new(),
        Some(problem) => pane::trouble(problem),
        None if held.value.is_some() && scene.deployment.is_none() && !scene.is_awaited() => {
            let words = "ECS keeps no record of a deployment of this service: only those since October 2024 are kept.";
            vec![(words.to_owned(), Meaning::Muted)]
        }
        None => Vec::new(),
    };
    let wrap = |(text, meaning): &(String, Meaning)| {
        let style = scope.theme.style(*meaning);
        words::wrap(text, cells).into_iter().map(move |line| Line::styled(line, style)).collect::<Vec<_>>()
    };
    lines.iter().flat_map(wrap).collect()
}

fn draw_events(room: &Rollout, scene: &Scene, scope: &Scope, frame: &mut Frame, area: Rect) {
    let all = events(scene, scope, usize::from(area.width));
    let count = all.len();
    let page = usize::from(area.height.saturating_sub(1));
    let first = room.scroll.min(count.saturating_sub(page));
    let title = match count {
        0 => "events: none since it began".to_owned(),
        n if first > 0 || n > page => format!("events {}-{} of {n}", first + 1, (first + page).min(n)),
        n => format!("events {n}"),
    };
    let mut lines = vec![Line::styled(title, scope.theme.style(Meaning::Muted))];
    lines.extend(all.into_iter().skip(first).take(page));
    frame.render_widget(Paragraph::new(lines), area);
}

/// One line for each event since the deployment began, newest first.
pub(super) fn events(scene: &Scene, scope: &Scope, cells: usize) -> Vec<Line<'static>> {
    let own = format!("(service {}) ", scene.service.id.service);
    let line = |event: &ServiceEvent| {
        let message = crate::text::clean(&event.message);
        let message = message.strip_prefix(own.as_str()).unwrap_or(&message);
        let whole = words::width(message) + 9 <= cells;
        let text = if whole { message.to_owned() } else { words::cut_end(&short(message), cells.saturating_sub(9)) };
        Line::from(vec![
            Span::styled(format!("{} ", clock::time(event.at, &scope.zone)), scope.theme.style(Meaning::Muted)),
            Span::styled(text, scope.theme.style(weight(message))),
        ])
    };
    scene.events(scope).into_iter().map(line).collect()
}

/// The message with ARNs and ids cut to what tells them apart, for a line that is too narrow for all of it.
fn short(message: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let told = match bare.split_once(":targetgroup/") {
            Some((_, group)) => group.split('/').next().unwrap_or(group),
            None if bare.starts_with("arn:") => bare.rsplit(['/', ':']).next().unwrap_or(bare),
            None if bare.len() == 32 && bare.bytes().all(|b| b.is_ascii_hexdigit()) => &bare[..8],
            None => bare,
        };
        word.replacen(bare, told, usize::from(!bare.is_empty()))
    };
    message.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Words of ECS's service events that tell of trouble, and of success.
fn weight(message: &str) -> Meaning {
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["unable", "failed", "unhealthy", "error", "rolling back", "circuit breaker"]) {
        Meaning::Danger
    } else if says(&["steady state", "completed"]) {
        Meaning::Good
    } else {
        Meaning::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_ids_are_cut_to_what_tells_them_apart() {
        for (message, told) in [
            (
                "registered 1 targets in (target-group arn:aws:elasticloadbalancing:r:0:targetgroup/api/1a2b)",
                "registered 1 targets in (target-group api)",
            ),
            ("has started 1 tasks: (task 3afc220897303bf6b59e34c83c3ee33a).", "has started 1 tasks: (task 3afc2208)."),
            (
                "(deployment ecs-svc/9404509121897693939) deployment completed.",
                "(deployment ecs-svc/9404509121897693939) deployment completed.",
            ),
        ] {
            assert_eq!(short(message), told);
        }
    }
}
